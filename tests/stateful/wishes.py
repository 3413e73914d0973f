"""What Sam's agent asks for, what people decide, and what moves meanwhile."""

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
from messaging.engine.release import release_due
from messaging.models import Segment, Send, SendState
from tests.messaging.spring_tea import set_prices
from tests.stateful import promises
from tests.stateful.game import Game, pick, which


class Wishes(Game):
    """Previews, requests, decisions, and facts that are no longer what they were."""

    @rule(narrower=st.booleans())
    def sam_edits_the_segment(self, narrower: bool) -> None:
        segment = Segment.objects.get(pk=self.shop.tea.segment.pk)
        rule_text = "tag:tea and country:HK" if narrower else "tag:tea"
        self.shop.write("whatsapp.segment.upsert", segment_id=str(segment.pk), name=segment.name, rule=rule_text,
                        base_version_token=token_of(segment))  # fmt: skip

    @rule(minutes=st.sampled_from([1, 5, 600]), ceiling=st.sampled_from([None, "0.10"]))
    def sam_previews(self, minutes: int, ceiling: str | None) -> None:
        self._preview(minutes, ceiling)

    def _preview(self, minutes: int, ceiling: str | None) -> Preview | None:
        due = self.shop.now + timedelta(minutes=minutes)
        ask = self.shop.tea.ask(due_at=due.isoformat(), cost_ceiling=ceiling)
        shown = self.shop.use("whatsapp.broadcast.preview", **ask)
        if shown is None:
            return None
        self.previews.append(Preview.objects.get(pk=shown.preview_id))
        return self.previews[-1]

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
            release_due(self.shop.now)

    @rule()
    def sam_asks_for_a_resend(self) -> None:
        for send in Send.objects.filter(state__in=(SendState.COMPLETED, SendState.STOPPED, SendState.EXPIRED)):
            wish = {"broadcast_id": str(send.pk), "idempotency_key": f"key-{uuid4()}", "reason": "Nobody knows."}
            try:
                call("whatsapp.unknown.resend", wish, self.shop.at_desk(self.shop.sam), self.shop.now)
            except Refused:
                continue

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
    @rule(number=which)
    def a_worker_carries_out(self, number: int) -> None:
        request = pick(self.shop.requests(State.APPROVED), number)
        self.witness.carry_out(request)
        self.witness.carry_out(request)  # the task was delivered twice

    @rule(role=st.sampled_from([Role.VIEWER, Role.COMPLIANCE, Role.COMPLIANCE]))
    def mei_gets_a_role(self, role: Role) -> None:
        Person.objects.filter(pk=self.shop.mei.pk).update(role=role)

    @rule(event=st.sampled_from(["PAUSED", "DISABLED", "APPROVED", "APPROVED"]))
    def meta_judges_the_template(self, event: str) -> None:
        value = {"event": event, "message_template_id": 594425479261596, "message_template_name": "spring_tea",
                 "message_template_language": "en", "reason": "NONE"}  # fmt: skip
        self.shop.tell_of("message_template_status_update", value)

    @rule(amount=st.sampled_from(["0.0732", "0.0900"]))
    def the_price_changes(self, amount: str) -> None:
        with connection.cursor() as cursor:
            cursor.execute("DELETE FROM messaging_price WHERE effective_from = %s", [self.shop.now.date()])
        set_prices(self.shop.now.date(), HK=amount, OTHER=amount)
