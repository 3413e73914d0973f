"""get_delivery_status: one message's life, its failure in words, and nobody else's message."""

from datetime import timedelta
from typing import Any
from uuid import uuid4

import pytest

from accounts.actor import Actor, Face
from messaging.models import Attempt, Contact, Message, Outcome, Send, Status, Verdict
from tests.approvals.tea_room import refused, tea_agent
from tests.factories import (
    NOON,
    AudienceMemberFactory,
    ContactFactory,
    QueueFactory,
    SenderFactory,
    SendFactory,
    TeamFactory,
    freeze,
    harbour_tea,
    mei_chan,
    other_tenant,
)
from tests.messaging.meta.asking import over_mcp, over_rest, sam, told
from tests.messaging.whatsapp.session.stage import ann_wrote, at_once, plain_reply_tools, sent

pytestmark = pytest.mark.django_db


def to_ida(state: str = "sending", **fields: Any) -> Send:
    """A template message to Ida alone."""
    ida = ContactFactory(organisation=harbour_tea(), name="Ida", phone="+85261234567")
    send: Send = SendFactory(
        sender=SenderFactory(account__organisation=harbour_tea()), people=[ida], state=state, **fields
    )
    return send


def message_of(send: Send, **fields: Any) -> Message:
    ida = Contact.objects.get(name="Ida")
    return Message.objects.create(
        organisation=send.organisation, send=send, contact=ida, sender=send.sender, address=ida.phone or "",
        address_kind="phone", category="marketing", queued_at=NOON - timedelta(minutes=30), **fields,
    )  # fmt: skip


def tried(message: Message, minutes_ago: int, outcome: Outcome) -> Attempt:
    at = NOON - timedelta(minutes=minutes_ago)
    return Attempt.objects.create(message=message, contact=message.contact, sender=message.sender, category="marketing",
                                  started_at=at, lease_until=at, outcome=outcome)  # fmt: skip


def test_a_message_that_arrived_in_the_catalogues_own_shape() -> None:
    send = to_ida()
    message_of(send, status=Status.DELIVERED, handed_at=NOON, delivered_at=NOON + timedelta(seconds=4))
    assert told("get_delivery_status", Actor.of_person(mei_chan(), Face.REST), message_id=str(send.pk)) == {
        "message_id": str(send.pk),
        "customer_id": "85261234567",
        "direction": "outbound",
        "message_type": "template",
        "status": "delivered",
        "retry_count": 0,
        "created_at": "2026-03-02T03:30:00Z",
        "updated_at": "2026-03-02T04:00:04Z",
    }


def test_a_failure_is_explained_beside_it_and_tries_after_the_first_are_counted() -> None:
    send = to_ida()
    message = message_of(send, status=Status.FAILED, error_code="131047", failed_at=NOON)
    tried(message, 20, Outcome.NOT_ATTEMPTED)
    tried(message, 10, Outcome.NOT_ATTEMPTED)
    tried(message, 0, Outcome.FAILED)
    found = told("get_delivery_status", message_id=str(send.pk))
    assert (found["status"], found["retry_count"]) == ("failed", 2)
    assert found["error"] == {
        "code": 131047,
        "category": "user_related",
        "can_retry": False,
        "human_explanation": "The person last wrote more than 24 hours ago.",
        "suggested_action": "Send an approved template instead.",
    }


def test_metas_own_id_and_that_of_a_try_name_the_message_as_well() -> None:
    message = message_of(to_ida(), status=Status.READ, provider_id="wamid.HBgLODUy=")
    attempt = tried(message, 5, Outcome.ACCEPTED)
    for message_id in ("wamid.HBgLODUy=", str(attempt.pk)):
        assert told("get_delivery_status", message_id=message_id)["status"] == "read"


@pytest.mark.parametrize(
    ("state", "status", "code"),
    [("scheduled", "queued", None), ("paused", "queued", None), ("stopped", "excluded", "stopped"),
     ("expired", "excluded", "too_late")],
)  # fmt: skip
def test_before_there_is_a_message_its_send_tells_where_it_stands(state: str, status: str, code: str | None) -> None:
    found = told("get_delivery_status", message_id=str(to_ida(state).pk))
    assert (found["status"], found.get("error", {}).get("code")) == (status, code)


def test_whoever_was_left_out_is_told_why_in_words() -> None:
    send = to_ida()
    message_of(send, status=Status.EXCLUDED, verdict=Verdict.SUPPRESSED)
    error = told("get_delivery_status", message_id=str(send.pk))["error"]
    assert (error["code"], error["category"], error["can_retry"]) == ("suppressed", "left_out", False)
    assert error["human_explanation"] == "It was left out at sending: Opted out."


def test_an_outcome_that_nobody_knows_is_explained_too() -> None:
    send = to_ida()
    message_of(send, status=Status.UNSURE, error_code="answer_lost")
    found = told("get_delivery_status", message_id=str(send.pk))
    assert (found["status"], found["error"]["category"]) == ("unsure", "service_related")


def test_the_number_is_masked_for_whoever_may_not_see_it() -> None:
    send = to_ida()
    assert told("get_delivery_status", message_id=str(send.pk))["customer_id"] == "••••567"


def test_an_answer_in_a_conversation_tells_its_kind_and_hides_with_its_queue() -> None:
    at_once()
    with plain_reply_tools():
        conversation = ann_wrote()
        send = sent(conversation)
    assert told("get_delivery_status", message_id=str(send.pk))["message_type"] == "text"
    conversation.queue = QueueFactory(
        organisation=harbour_tea(), name="Complaints", is_restricted=True, team=TeamFactory(organisation=harbour_tea())
    )
    conversation.save()
    assert refused(lambda: told("get_delivery_status", message_id=str(send.pk))).codes == ["message_not_found"]
    assert told("get_delivery_status", Actor.of_person(mei_chan(), Face.REST), message_id=str(send.pk))


def test_a_send_to_several_people_has_no_one_status() -> None:
    send = to_ida()
    AudienceMemberFactory(audience=send.audience)
    freeze(send.audience)
    no = refused(lambda: told("get_delivery_status", message_id=str(send.pk)))
    assert [(reason.code, reason.field) for reason in no.reasons] == [("several_people", "message_id")]


def test_another_tenants_message_and_a_text_are_as_unknown_as_none() -> None:
    mine = to_ida(channel="sms")
    theirs = SendFactory(sender=SenderFactory(account__organisation=other_tenant()), people=[ContactFactory()])
    message_of(theirs, provider_id="wamid.THEIRS")
    for message_id in (str(theirs.pk), str(mine.pk), str(uuid4()), "wamid.THEIRS", "wamid.NOBODYS"):
        assert refused(lambda one=message_id: told("get_delivery_status", message_id=one)).codes == [
            "message_not_found"
        ]


@pytest.mark.parametrize("wrong", ["", "spring", "wamid.", "wamid. OR 1=1", 7, None])
def test_what_is_no_id_is_refused_by_its_field(wrong: object) -> None:
    no = refused(lambda: told("get_delivery_status", message_id=wrong))
    assert [(reason.code, reason.field) for reason in no.reasons] == [("invalid_argument", "message_id")]


def test_rest_and_mcp_leave_the_error_out_where_there_is_none() -> None:
    send = to_ida()
    message_of(send, status=Status.SENT)
    keys = [
        "message_id", "customer_id", "direction", "message_type", "status", "retry_count", "created_at", "updated_at",
    ]  # fmt: skip
    assert list(over_rest("get_delivery_status", message_id=str(send.pk))) == keys
    agent = tea_agent(owner=sam().person, scopes=["meta:read"])
    assert list(over_mcp("get_delivery_status", agent, message_id=str(send.pk))) == keys
