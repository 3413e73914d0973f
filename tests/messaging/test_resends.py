"""Written to again although they may have got it: only when a second person has agreed to exactly these attempts."""

from datetime import timedelta
from typing import Any
from uuid import uuid4

import pytest

from accounts.actor import Actor, Face
from approvals import decisions
from approvals.calls import call
from approvals.execution import carry_out
from approvals.models import ActionRequest
from approvals.registry import registry
from approvals.toolsets import offered_to
from messaging.consent.optouts import Stop, opt_out
from messaging.engine.closing import close_unsure
from messaging.engine.release import release_due
from messaging.engine.take import take
from messaging.invariants import broken_invariants
from messaging.models import Attempt, Contact, Message, Replacement, Send, Status, SuppressionReason, Verdict
from tests.approvals.tea_room import refused
from tests.desk.harbour import ANN, BO, answers_were_lost
from tests.factories import NOON, PersonFactory, mei_chan, other_tenant, sam_lee

pytestmark = pytest.mark.django_db

DUE = NOON + timedelta(hours=2)
TOOL = "whatsapp.unknown.resend"


@pytest.fixture
def first() -> Send:
    return answers_were_lost()


def wished(send: Send, now: Any = DUE, **arguments: Any) -> ActionRequest:
    """Sam asks at the desk to send again."""
    answer = call(
        TOOL,
        {"broadcast_id": str(send.pk), "idempotency_key": uuid4().hex, "reason": "They are waiting.", **arguments},
        Actor.of_person(sam_lee(), Face.DESK),
        now,
    )
    assert answer.request is not None
    return ActionRequest.objects.get(pk=answer.request.action_request_id)


def carried_out(request: ActionRequest) -> ActionRequest:
    actor = Actor.of_person(mei_chan(), Face.DESK)
    decisions.approve(request.pk, actor, DUE, seal=request.seal, password_given=True)
    return carry_out(request.pk, DUE)


def handed_over(send: Send) -> dict[str, str]:
    """Whom the resend is handed over to, and what became of the others."""
    release_due(DUE)
    take(send.sender, 5, DUE + timedelta(minutes=1))
    return {
        message.contact.phone or "": Verdict(message.verdict).name if message.verdict else Status(message.status).name
        for message in Message.objects.filter(send=send).select_related("contact")
    }


def test_two_unknown_people_are_written_to_again_once_a_second_person_agrees(first: Send) -> None:
    request = wished(first)
    assert request.state == "pending"
    assert sorted(request.preview.contract["replaces"]) == sorted(str(one.pk) for one in Attempt.objects.all())
    assert (request.people, request.preview.contract["targeted"]) == (2, 2)
    assert Send.objects.count() == 1
    assert carried_out(request).state == "succeeded"
    again = Send.objects.get(kind="resend")
    assert handed_over(again) == {ANN: "SENDING", BO: "SENDING"}
    assert Replacement.objects.count() == 2
    assert set(Message.objects.filter(send=first).values_list("status", flat=True)) == {Status.UNSURE}
    assert [str(one) for one in broken_invariants(DUE + timedelta(minutes=1))] == []


def test_who_asked_does_not_approve(first: Send) -> None:
    request = wished(first)
    no = refused(lambda: decisions.approve(request.pk, Actor.of_person(sam_lee(), Face.DESK), DUE, seal=request.seal))
    assert "four_eyes" in no.codes


def test_only_the_desk_has_the_tool(first: Send) -> None:
    for face in (Face.MCP, Face.REST):
        actor = Actor.of_person(mei_chan(), face)
        assert refused(lambda actor=actor: call(TOOL, {}, actor, DUE)).codes == ["unknown_tool"]
    assert TOOL not in {tool.name for tool in registry}
    assert TOOL not in {tool.name for tool in offered_to(Actor.of_person(mei_chan(), Face.DESK))}


def test_a_second_request_for_the_same_attempts_is_refused(first: Send) -> None:
    one, two = wished(first), wished(first)
    assert carried_out(one).state == "succeeded"
    actor = Actor.of_person(mei_chan(), Face.DESK)
    assert "sent_again" in refused(lambda: decisions.approve(two.pk, actor, DUE, seal=two.seal)).codes
    assert refused(lambda: wished(first)).codes == ["not_unknown"]
    assert Send.objects.filter(kind="resend").count() == 1


def test_who_is_settled_after_the_approval_is_left_out_and_the_others_are_not(first: Send) -> None:
    assert carried_out(wished(first)).state == "succeeded"
    Message.objects.filter(send=first, contact__phone=ANN).update(status=Status.DELIVERED)
    assert handed_over(Send.objects.get(kind="resend")) == {ANN: "CHANGED", BO: "SENDING"}


def test_who_has_opted_out_since_is_left_out(first: Send) -> None:
    assert carried_out(wished(first)).state == "succeeded"
    again = Send.objects.get(kind="resend")
    bo = Contact.objects.get(phone=BO)
    opt_out([bo.pk], Stop(SuppressionReason.STOP, "test", DUE), Actor.system(first.organisation, "test"), DUE)
    assert handed_over(again) == {ANN: "SENDING", BO: "SUPPRESSED"}


def test_the_preview_leaves_out_whoever_the_gate_refuses_today(first: Send) -> None:
    bo = Contact.objects.get(phone=BO)
    opt_out([bo.pk], Stop(SuppressionReason.STOP, "test", DUE), Actor.system(first.organisation, "test"), DUE)
    contract = wished(first).preview.contract
    assert (contract["targeted"], contract["included"], contract["excluded"]) == (2, 1, {"suppressed": 1})


def test_one_message_can_be_chosen_and_what_is_closed_can_be_sent_again(first: Send) -> None:
    close_unsure(DUE + timedelta(hours=72))
    ann = Message.objects.get(contact__phone=ANN)
    request = wished(first, message_ids=[ann.pk])
    assert request.people == 1


def test_nothing_is_sent_again_while_the_first_send_may_still_send_it_itself(first: Send) -> None:
    Send.objects.filter(pk=first.pk).update(state="paused")
    assert refused(lambda: wished(first)).codes == ["send_not_ended"]


def test_a_known_outcome_is_not_sent_again(first: Send) -> None:
    Message.objects.update(status=Status.DELIVERED)
    assert refused(lambda: wished(first)).codes == ["not_unknown"]


def test_a_settled_request_is_refused_when_somebody_approves_it(first: Send) -> None:
    request = wished(first)
    Message.objects.update(status=Status.FAILED)
    actor = Actor.of_person(mei_chan(), Face.DESK)
    assert refused(lambda: decisions.approve(request.pk, actor, DUE, seal=request.seal)).codes == ["settled"]


def test_another_organisations_send_is_unknown(first: Send) -> None:
    stranger = PersonFactory(username="stranger", organisation=other_tenant(), role="admin")
    arguments = {"broadcast_id": str(first.pk), "idempotency_key": uuid4().hex, "reason": "Let me."}
    no = refused(lambda: call(TOOL, arguments, Actor.of_person(stranger, Face.DESK), DUE))
    assert no.codes == ["send_not_found"]
