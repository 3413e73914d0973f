"""What goes out: batches and what may happen in between, lanes that are slow or die, and the provider's reports."""

from contextlib import suppress
from datetime import timedelta
from typing import Any

from django.db import transaction
from django.db.models import Max
from hypothesis import strategies as st
from hypothesis.stateful import precondition, rule

from approvals.reasons import Refused
from messaging.engine.lease import Lease
from messaging.engine.sends import move_send, resume_send, system
from messaging.engine.taken import Result, Taken
from messaging.models import Outbox, Send
from tests.stateful.game import Game, pick, which
from tests.stateful.tea_shop import ANSWERS, Answer, Dies, accepts, is_down
from tests.webhooks import status, text

# What may happen between the marking of a batch and its hand-over, and how the lane ends.
MEANWHILE = ("nothing", "stop", "stop the send", "pause the send", "slow", "frozen")
ENDS = ("written", "written", "twice", "broken off", "reported first", "late", "never")
REPORTS = ("sent", "delivered", "read", "failed")
LEASE_LAPSES = timedelta(seconds=50)


class Delivery(Game):
    """Everything between the outbox and the last report."""

    @rule(wanted=st.integers(1, 8), answers=st.lists(st.sampled_from(ANSWERS), min_size=8, max_size=8),
          meanwhile=st.lists(st.sampled_from(MEANWHILE), max_size=2), end=st.sampled_from(ENDS))  # fmt: skip
    def a_batch_goes_out(self, wanted: int, answers: list[Answer], meanwhile: list[str], end: str) -> None:
        taken = self.witness.take(wanted)
        for happening in meanwhile:
            self._happens(happening, taken)
        before = len(self.shop.results)
        for one, answer in zip(taken, answers, strict=False):
            self._hand_over(one, answer)
        self._end(self.shop.results[before:], end)

    @rule(wanted=st.integers(2, 8), answer=st.sampled_from(ANSWERS), end=st.sampled_from(ENDS))
    def a_batch_meets_one_answer(self, wanted: int, answer: Answer, end: str) -> None:
        self.a_batch_goes_out(wanted, [answer] * wanted, [], end)

    def _happens(self, happening: str, taken: list[Taken]) -> None:
        self.shop.pass_time()
        send = Send.objects.get(pk=taken[0].send_id) if taken else None
        if happening == "stop" and taken and taken[0].address_kind == "phone":
            said = text(
                f"wamid.in.{self.shop.now.timestamp()}", "STOP", self.shop.now, **{"from": taken[0].address[1:]}
            )
            self.shop.tell(messages=[said])
            self.shop.read_webhooks()
            self.shop.note_stops(self.shop.people_at(taken[0].address))
        elif happening.endswith("the send") and send is not None:
            with suppress(Refused):
                move_send(send, happening.split()[0], system(send), self.shop.now, "Somebody wants it so.")
        elif happening == "slow":
            self.shop.pass_time(timedelta(seconds=10))
        elif happening == "frozen":
            self.shop.pass_time(LEASE_LAPSES)
            self.shop.beat()

    def _hand_over(self, one: Taken, answer: Answer) -> None:
        """Within its lease only, as lanes watch it."""
        self.shop.taken.remove(one)
        if self.witness.is_open(one):
            self.shop.hand_over(one, answer)

    def _end(self, results: list[Result], end: str) -> None:
        self.shop.pass_time()
        if end == "reported first":
            self._report([str(one.taken.attempt_id) for one in results], ["delivered", "sent"])
        elif end == "broken off":
            with transaction.atomic():
                self.shop.write_down(results)
                transaction.set_rollback(True)
        elif end in ("late", "never"):
            self.shop.pass_time(LEASE_LAPSES)
            self.shop.beat()
        for _ in range({"twice": 2, "never": 0}.get(end, 1)):
            self.shop.write_down(results)

    @rule(wanted=st.integers(1, 4), lapses=st.booleans())
    def a_lane_dies_before_it_hands_over(self, wanted: int, lapses: bool) -> None:
        self.witness.take(wanted)
        if lapses:
            self.shop.pass_time(LEASE_LAPSES)
            self.shop.beat()

    @precondition(lambda self: self.shop.taken)
    @rule(number=which)
    def a_slow_lane_hands_over(self, number: int) -> None:
        self._hand_over(pick(self.shop.taken, number), accepts)

    @precondition(lambda self: self.shop.results)
    @rule(number=which)
    def a_slow_lane_writes_down(self, number: int) -> None:
        """Late, and perhaps once more."""
        self.shop.write_down([pick(self.shop.results[::-1], number)])

    @rule()
    def two_lanes_want_the_sender(self) -> None:
        first, second = Lease(self.shop.tea.sender.pk), Lease(self.shop.tea.sender.pk)
        assert first.acquire()
        assert not second.acquire(), "two lanes serve one sender"
        first.release()

    @rule(chunks=st.integers(0, 1))
    def a_release_breaks_off(self, chunks: int) -> None:
        due = Send.objects.filter(state="scheduled").order_by("due_at").first()
        if due is not None and due.due_at > self.shop.now:
            self.shop.pass_time(due.due_at - self.shop.now)
        with suppress(Dies):
            self.shop.beat(chunks)

    @rule()
    def the_provider_is_down_for_hours(self) -> None:
        for _ in range(6):
            taken = self.witness.take(8)
            before = len(self.shop.results)
            for one in taken:
                self._hand_over(one, is_down)
            self.shop.write_down(self.shop.results[before:])
            last = Outbox.objects.aggregate(due=Max("due_at"))["due"]
            if not taken or last is None:
                return
            self.shop.pass_time(max(last - self.shop.now, timedelta(0)))
            self.shop.beat()

    @precondition(lambda self: self.shop.journal)
    @rule(number=which, names=st.lists(st.sampled_from(REPORTS), min_size=1, max_size=4), by_reference=st.booleans())
    def the_provider_reports(self, number: int, names: list[str], by_reference: bool) -> None:
        self._report([pick(self.shop.journal[::-1], number).reference], names, by_reference)

    @precondition(lambda self: self.shop.journal)
    @rule(names=st.permutations(["sent", "delivered", "read"]))
    def the_provider_reports_of_all_in_any_order(self, names: list[str]) -> None:
        for name in names:
            self._report([one.reference for one in self.shop.journal], [name])

    def _report(self, references: list[str], names: list[str], by_reference: bool = True) -> None:
        """One webhook. Told by the provider's id alone, it may have to wait for the answer."""
        known = {one.reference for one in self.shop.journal}
        for reference in [one for one in references if one in known]:
            told = [self._status(reference, name, by_reference) for name in names]
            self.shop.tell(statuses=told, again=by_reference)
            self.shop.waiting += [(reference if by_reference else "", name) for name in names]
        self.shop.read_webhooks()

    def _status(self, reference: str, name: str, by_reference: bool) -> dict[str, Any]:
        more: dict[str, Any] = {"biz_opaque_callback_data": reference} if by_reference else {}
        if name == "failed":
            more["errors"] = [{"code": 131026, "title": "Message undeliverable"}]
        return status(f"wamid.{reference}", name, self.shop.now, **more)

    @precondition(lambda self: self.shop.bodies)
    @rule(number=which)
    def a_webhook_is_told_again(self, number: int) -> None:
        self.witness.hears_again(pick(self.shop.bodies[::-1], number))

    @rule(number=which, move=st.sampled_from(["stop", "pause", "resume", "resume"]))
    def somebody_moves_a_send(self, number: int, move: str) -> None:
        send = pick(list(Send.objects.order_by("created_at", "pk")), number)
        with suppress(Refused):
            if move == "resume":
                resume_send(send, system(send), self.shop.now)
            else:
                move_send(send, move, system(send), self.shop.now, "Somebody wants it so.")
