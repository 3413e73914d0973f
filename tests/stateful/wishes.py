"""What agents and people ask for, who decides, who carries it out, and what changes in the meanwhile."""

from datetime import timedelta
from typing import Any
from uuid import uuid4

import pytest
from django.db import connection
from hypothesis import strategies as st
from hypothesis.stateful import precondition, rule

from accounts.actor import Actor, Face
from accounts.models import Person
from accounts.roles import Role
from approvals import decisions
from approvals.calls import call
from approvals.models import Preview, State
from approvals.reasons import Refused
from approvals.versions import token_of
from messaging.engine.sends import move_send, system
from messaging.models import UNKNOWN, Segment, Send
from tests.messaging.spring_tea import set_prices
from tests.stateful import promises
from tests.stateful.game import Game, pick, which
from tests.stateful.opening import preview_broadcast


class Wishes(Game):
    """Previews, requests, decisions, and facts that are no longer what they were."""

    @rule(minutes=st.sampled_from([1, 5, 600]), ceiling=st.sampled_from([None, "0.10"]),
          tool=st.sampled_from(["create", "schedule", "schedule"]))  # fmt: skip
    def sam_previews_and_asks(self, minutes: int, ceiling: str | None, tool: str) -> None:
        shown = self._preview(minutes, ceiling)
        if shown is not None:
            self._ask(f"whatsapp.broadcast.{tool}", preview_id=str(shown.pk))

    def _preview(self, minutes: int, ceiling: str | None) -> Preview | None:
        shown = preview_broadcast(self.shop, minutes, ceiling)
        self.previews += [shown] if shown else []
        return shown

    @precondition(lambda self: self.previews)
    @rule(number=which, tool=st.sampled_from(["create", "schedule", "schedule"]))
    def sam_asks(self, number: int, tool: str) -> None:
        self._ask(f"whatsapp.broadcast.{tool}", preview_id=str(pick(self.previews[::-1], number).pk))

    def _ask(self, tool: str, **arguments: Any) -> Any:
        arguments |= {"idempotency_key": f"key-{uuid4()}", "reason": "Spring tea is in."}
        try:
            answer = call(tool, arguments, self.shop.fresh_agent, self.shop.now)
        except Refused:
            return None
        self.writes.append((tool, arguments, answer))
        return self.shop.request_of(answer)

    @precondition(lambda self: self.writes)
    @rule(number=which, differently=st.booleans())
    def sam_repeats_a_call(self, number: int, differently: bool) -> None:
        tool, arguments, first = pick(self.writes[::-1], number)
        before = promises.everything()
        again = arguments | ({"reason": "Another one."} if differently else {})
        if differently:
            with pytest.raises(Refused) as no:
                call(tool, again, self.shop.fresh_agent, self.shop.now)
            assert no.value.codes == ["idempotency_key_reused"]
        else:
            answer = call(tool, again, self.shop.fresh_agent, self.shop.now)
            assert answer.request is not None
            assert answer.request.action_request_id == first.request.action_request_id
        added = promises.added_since(before)
        assert not added, f"a call that was repeated had another effect: {added}"

    @rule(minutes=st.sampled_from([0, 1]))
    def a_broadcast_is_countersigned(self, minutes: int) -> None:
        """The straight way, so that much of what follows happens to something that is going out."""
        shown = self._preview(1, None)
        if shown is None or self._ask("whatsapp.broadcast.create", preview_id=str(shown.pk)) is None:
            return
        request = self._ask("whatsapp.broadcast.schedule", preview_id=str(shown.pk))
        if request and self.shop.approve(request):
            self.witness.carry_out(request)
            self.shop.pass_time(timedelta(minutes=minutes))
            self.shop.release()

    @rule(number=which, goes=st.booleans())
    def an_unknown_outcome_is_tried_again(self, number: int, goes: bool) -> None:
        """Sam stops what is still going out and asks; Mei agrees, and somebody may hear of the first one meanwhile."""
        unknown = Send.objects.filter(messages__status__in=UNKNOWN).order_by("created_at", "pk").distinct()
        if not unknown:
            return
        send = pick(list(unknown), number)
        if send.state in ("sending", "paused"):
            move_send(send, "stop", system(send), self.shop.now, "Its outcome is not known.")
        wish = {"broadcast_id": str(send.pk), "idempotency_key": f"key-{uuid4()}", "reason": "Nobody knows."}
        try:
            answer = call("whatsapp.unknown.resend", wish, self.shop.at_desk(self.shop.sam), self.shop.now)
        except Refused:
            return
        request = self.shop.request_of(answer)
        if goes and request and self.shop.approve(request):
            self.witness.carry_out(request)
            self.shop.release()

    @rule()
    def sam_reads(self) -> None:
        before = promises.everything()
        for tool in ("whatsapp.broadcasts.list", "whatsapp.segments.list", "whatsapp.opt_outs.list"):
            assert self.shop.use(tool) is not None
        added = promises.added_since(before)
        assert not added, f"reading changed something: {added}"

    @precondition(lambda self: self.shop.requests(State.PENDING))
    @rule(number=which, verdict=st.sampled_from(["approve", "approve", "approve", "reject", "withdraw"]))
    def somebody_decides(self, number: int, verdict: str) -> None:
        request = pick(self.shop.requests(State.PENDING)[::-1], number)
        mei, sam = self.shop.at_desk(self.shop.mei), self.shop.at_desk(self.shop.sam)
        try:
            if verdict == "approve":
                self.shop.approve(request)
            elif verdict == "reject":
                decisions.reject(request.pk, mei, self.shop.now, note="Not now.")
            else:
                decisions.withdraw(request.pk, sam, self.shop.now)
        except Refused:
            return

    @precondition(lambda self: self.shop.requests(State.PENDING))
    @rule(number=which, face=st.sampled_from([Face.DESK, Face.REST]))
    def sam_tries_to_approve_it_himself(self, number: int, face: Face) -> None:
        request = pick(self.shop.requests(State.PENDING), number)
        Person.objects.filter(pk=self.shop.sam.pk).update(role=Role.COMPLIANCE)
        actor = Actor.of_person(Person.objects.get(pk=self.shop.sam.pk), face)
        with pytest.raises(Refused) as no:
            decisions.approve(request.pk, actor, self.shop.now, seal=request.seal, password_given=True)
        assert {"four_eyes", "people_decide"} & set(no.value.codes)
        Person.objects.filter(pk=self.shop.sam.pk).update(role=Role.MARKETER)

    @precondition(lambda self: self.shop.requests(State.APPROVED))
    @rule(number=which, hours=st.sampled_from([0, 0, 200]))
    def a_worker_carries_out(self, number: int, hours: int) -> None:
        """Soon, or when the approval has ended and no sweep has said so yet."""
        request = pick(self.shop.requests(State.APPROVED), number)
        self.shop.pass_time(timedelta(hours=hours))
        self.witness.carry_out(request)
        self.witness.carry_out(request)  # the task was delivered twice
        if hours:
            self.shop.beat()

    @rule(what=st.sampled_from(["segment", "wider segment", "viewer", "compliance", "PAUSED", "DISABLED", "APPROVED",
                                "0.0732", "0.0900"]))  # fmt: skip
    def a_fact_changes(self, what: str) -> None:
        """The segment, Mei's role, Meta's judgement of the template, the price."""
        if what.endswith("segment"):
            self._sam_edits_the_segment("tag:tea" if what.startswith("wider") else "tag:tea and country:HK")
        elif what in ("viewer", "compliance"):
            Person.objects.filter(pk=self.shop.mei.pk).update(role=Role(what))
        elif what.isupper():
            value = {"event": what, "message_template_id": 594425479261596, "message_template_name": "spring_tea",
                     "message_template_language": "en", "reason": "NONE"}  # fmt: skip
            self.shop.tell_of("message_template_status_update", value)
        else:
            with connection.cursor() as cursor:
                cursor.execute("DELETE FROM messaging_price WHERE effective_from = %s", [self.shop.now.date()])
            set_prices(self.shop.now.date(), HK=what, OTHER=what)

    def _sam_edits_the_segment(self, rule_text: str) -> None:
        segment = Segment.objects.get(pk=self.shop.tea.segment.pk)
        self.shop.write("whatsapp.segment.upsert", segment_id=str(segment.pk), name=segment.name, rule=rule_text,
                        base_version_token=token_of(segment))  # fmt: skip
