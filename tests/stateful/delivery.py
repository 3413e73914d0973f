"""What goes out: lanes that send, are slow or die, a provider that answers as it likes, and its reports."""

from typing import Any

from hypothesis import strategies as st
from hypothesis.stateful import precondition, rule

from approvals.reasons import Refused
from messaging.engine.sends import move_send, resume_send, system
from messaging.models import Send
from tests.stateful.game import Game, pick, which
from tests.stateful.tea_shop import ANSWERS, accepts
from tests.webhooks import status


class Delivery(Game):
    """Everything between the outbox and the last report."""

    @rule(wanted=st.integers(1, 4), answers=st.lists(st.sampled_from(ANSWERS), min_size=4, max_size=4),
          written=st.booleans())  # fmt: skip
    def a_lane_sends(self, wanted: int, answers: list[Any], written: bool) -> None:
        """Without being written down its results are those of a lane that is slow, or died."""
        before = self.witness.fit_to_send()
        taken = self.shop.take(wanted)
        assert before or not taken, "messages were marked although their template is not approved"
        for one, answer in zip(taken, answers, strict=False):
            self.shop.taken.remove(one)
            self.shop.hand_over(one, answer)
        if written:
            self.shop.write_down(self.shop.results[-len(taken) :] if taken else [])

    @rule(wanted=st.integers(1, 3))
    def a_lane_dies_before_it_hands_over(self, wanted: int) -> None:
        self.shop.take(wanted)

    @precondition(lambda self: self.shop.taken)
    @rule(number=which)
    def a_slow_lane_hands_over(self, number: int) -> None:
        """Within its lease only, as lanes watch it."""
        one = pick(self.shop.taken, number)
        self.shop.taken.remove(one)
        if self.witness.is_open(one):
            self.shop.hand_over(one, accepts)

    @precondition(lambda self: self.shop.results)
    @rule(number=which)
    def a_slow_lane_writes_down(self, number: int) -> None:
        """Late, and perhaps once more."""
        self.shop.write_down([pick(self.shop.results[::-1], number)])

    @precondition(lambda self: self.shop.journal)
    @rule(number=which, name=st.sampled_from(["sent", "delivered", "read", "failed"]), times=st.integers(1, 2),
          read=st.booleans(), by_reference=st.booleans())  # fmt: skip
    def the_provider_reports(self, number: int, name: str, times: int, read: bool, by_reference: bool) -> None:
        reference = pick(self.shop.journal[::-1], number).reference
        more: dict[str, Any] = {"biz_opaque_callback_data": reference} if by_reference else {}
        if name == "failed":
            more["errors"] = [{"code": 131026, "title": "Message undeliverable"}]
        self.shop.tell(statuses=[status(f"wamid.{reference}", name, self.shop.now, **more)] * times)
        self.shop.waiting.append((reference, name) if by_reference else ("", name))
        if read:
            self.shop.read_webhooks()

    @precondition(lambda self: Send.objects.exists())
    @rule(number=which, move=st.sampled_from(["stop", "pause", "resume", "resume"]))
    def somebody_moves_a_send(self, number: int, move: str) -> None:
        send = pick(list(Send.objects.order_by("-created_at")), number)
        try:
            if move == "resume":
                resume_send(send, system(send), self.shop.now)
            else:
                move_send(send, move, system(send), self.shop.now, "Somebody wants it so.")
        except Refused:
            return
