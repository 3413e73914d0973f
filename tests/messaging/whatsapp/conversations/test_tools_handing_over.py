"""Handing conversations over through the one door."""

from datetime import timedelta
from typing import Any
from uuid import uuid4

import pytest

from approvals.calls import call
from approvals.envelope import Envelope
from approvals.execution import carry_out
from approvals.models import ActionRequest
from messaging.models import Conversation, Note
from messaging.whatsapp.conversations.arriving import hear
from tests.approvals.tea_room import approved, at_once, codes_of, refused, request_of
from tests.desk.harbour import page, status
from tests.factories import (
    NOON,
    ConversationFactory,
    InboundMessageFactory,
    PersonFactory,
    SenderFactory,
    ken_ho,
    mei_chan,
    other_tenant,
    sam_lee,
)
from tests.messaging.whatsapp.conversations.tea_inbox import (
    TeaInbox,
    assigned,
    codes,
    fresh,
    ken,
    kens_agent,
    lucy,
    lucy_ma,
    previewed,
    read,
    state,
    wish,
)

pytestmark = pytest.mark.django_db

MINUTE, HOUR = timedelta(minutes=1), timedelta(hours=1)


def test_a_preview_shows_what_changes_and_changes_nothing(inbox: TeaInbox) -> None:
    one = inbox.conversation(reply_due_at=NOON - 30 * MINUTE)
    told = previewed(ken(), one, queue_id=str(inbox.orders.pk), owner_id=str(ken_ho().pk), note="Be kind.").data
    (moved,) = told["conversations"]
    assert (moved["from_queue"], moved["reply_due_before"], moved["reply_due_after"]) == (
        "Customers", "2026-03-02T03:30:00Z", "2026-03-02T03:05:00Z",
    )  # fmt: skip
    assert (told["queue_name"], told["owner_name"], told["restricted"], told["seen_by"]) == (
        "Orders", "Ken Ho", False, 1,
    )  # fmt: skip
    assert told["customer_is_told"] is False
    assert (fresh(one).queue, Note.objects.count()) == (inbox.everybodys, 0)


def test_one_conversation_changes_hands_at_once_under_a_policy(inbox: TeaInbox) -> None:
    one = inbox.conversation()
    answer = assigned(ken(), one, queue_id=str(inbox.orders.pk), owner_id=str(ken_ho().pk), note="Be kind.")
    assert state(answer) == "succeeded"
    after = fresh(one)
    assert (after.queue, after.owner, after.version) == (inbox.orders, ken_ho(), 2)
    assert Note.objects.get().text == "Be kind."
    assert one.replies.count() == 0


def test_several_at_once_and_restricted_queues_wait_for_a_person(inbox: TeaInbox) -> None:
    one, two = inbox.conversation("Ann"), inbox.conversation("Bo")
    assert state(assigned(ken(), one, two, queue_id=str(inbox.orders.pk))) == "pending"
    assert state(assigned(lucy(), one, queue_id=str(inbox.lawyers.pk))) == "pending"
    hidden = inbox.conversation("Cat", inbox.lawyers)
    out = assigned(lucy(), hidden, queue_id=str(inbox.everybodys.pk))
    assert state(out) == "pending"
    approved(request_of(out))
    assert carry_out(request_of(out).pk, NOON).state == "succeeded"
    assert fresh(hidden).queue == inbox.everybodys


def test_what_is_no_complaint_any_more_is_for_a_person_to_say(inbox: TeaInbox) -> None:
    one = inbox.conversation()
    assert state(assigned(ken(), one, concern="complaint")) == "succeeded"
    assert fresh(one).concern == "complaint"
    assert state(assigned(ken(), one, concern="general")) == "pending"
    assert state(assigned(ken(), one, concern="complaint", owner_id=str(ken_ho().pk))) == "succeeded"


def test_a_queue_or_a_colleague_one_may_not_know_of_is_as_unknown_as_none(inbox: TeaInbox) -> None:
    one = inbox.conversation()
    stranger = PersonFactory(organisation=other_tenant(), role="support")

    def told(**ask: Any) -> list[dict[str, str]]:
        return [reason.as_dict() for reason in refused(lambda: previewed(ken(), one, **ask)).reasons]

    assert told(queue_id=str(inbox.lawyers.pk)) == told(queue_id=str(uuid4()))
    for nobody in (stranger, sam_lee()):
        assert told(owner_id=str(nobody.pk)) == told(owner_id=str(uuid4()))
    hidden, theirs = (
        inbox.conversation(queue=inbox.lawyers),
        ConversationFactory(sender=SenderFactory(account__organisation=other_tenant())),
    )
    assert codes(lambda: previewed(ken(), hidden)) == codes(lambda: previewed(ken(), theirs))
    assert codes(lambda: previewed(ken(), one, hidden)) == ["conversation_not_found"]


def test_a_restricted_queues_conversation_is_given_to_its_team_alone(inbox: TeaInbox) -> None:
    hidden = inbox.conversation(queue=inbox.lawyers)
    assert codes(lambda: previewed(lucy(), hidden, owner_id=str(ken_ho().pk))) == ["owner_not_found"]
    assert state(assigned(lucy(), hidden, owner_id=str(lucy_ma().pk))) == "pending"


def test_a_handover_that_was_overtaken_is_refused_or_void(inbox: TeaInbox) -> None:
    one = inbox.conversation()
    early = previewed(ken(), one, queue_id=str(inbox.orders.pk)).preview_id
    waiting = assigned(lucy(), one, queue_id=str(inbox.lawyers.pk))
    approved(request_of(waiting))
    assert state(assigned(ken(), one, owner_id=str(ken_ho().pk))) == "succeeded"
    stale = wish(preview_id=str(early))
    assert codes(lambda: call("whatsapp.conversation.assign", stale, ken(), NOON)) == ["conversation_changed"]
    ended = carry_out(request_of(waiting).pk, NOON)
    assert (ended.state, codes_of(ended)) == ("voided", ["conversation_changed"])
    assert fresh(one).queue == inbox.everybodys


def test_a_word_of_the_customers_does_not_void_a_handover(inbox: TeaInbox) -> None:
    one = inbox.conversation()
    waiting = assigned(lucy(), one, queue_id=str(inbox.lawyers.pk))
    hear(InboundMessageFactory(conversation=one, at=NOON), NOON)
    approved(request_of(waiting))
    assert carry_out(request_of(waiting).pk, NOON).state == "succeeded"


def test_a_preview_expires_and_a_closed_conversation_is_nobodys(inbox: TeaInbox) -> None:
    one = inbox.conversation()
    old = wish(preview_id=str(previewed(ken(), one).preview_id))
    assert codes(lambda: call("whatsapp.conversation.assign", old, ken(), NOON + HOUR)) == ["preview_expired"]
    Conversation.objects.update(state="closed", closed_at=NOON)
    assert codes(lambda: previewed(ken(), one)) == ["conversation_closed"]


def test_the_same_key_hands_over_once_and_another_wish_under_it_is_refused(inbox: TeaInbox) -> None:
    one = inbox.conversation()
    again = wish(preview_id=str(previewed(ken(), one, owner_id=str(ken_ho().pk)).preview_id))
    first, second = (call("whatsapp.conversation.assign", again, ken(), NOON) for _ in range(2))
    assert first.request == second.request
    assert one.events.filter(kind="assigned").count() == 1
    other = {**again, "preview_id": str(previewed(ken(), one).preview_id)}
    assert codes(lambda: call("whatsapp.conversation.assign", other, ken(), NOON)) == ["idempotency_key_reused"]


def test_a_request_about_a_restricted_queue_is_read_by_who_asked_and_who_decides_alone(inbox: TeaInbox) -> None:
    one = inbox.conversation("Ann Lam")
    answer = assigned(lucy(), one, queue_id=str(inbox.lawyers.pk), note="She sues us.")
    request = request_of(answer)
    assert "She sues us." in page(mei_chan(), "approvals_actionrequest_change", request.pk)
    assert "Ann Lam" in page(mei_chan(), "approvals_actionrequest_change", request.pk)
    assert "She sues us." in page(lucy_ma(), "approvals_actionrequest_change", request.pk)
    assert "Ann Lam" not in page(lucy_ma(), "approvals_actionrequest_change", request.pk)
    for person in (ken_ho(), sam_lee()):
        assert status(person, "approvals_actionrequest_change", request.pk) in (302, 404)
        assert "Lawyers" not in page(person, "approvals_actionrequest_changelist")
    asked = {"action_request_id": str(request.pk)}
    assert call("whatsapp.action_request.status", asked, lucy(), NOON).data["tool"] == "whatsapp.conversation.assign"
    assert codes(lambda: call("whatsapp.action_request.status", asked, ken(), NOON)) == ["request_not_found"]


def test_a_request_made_after_reading_a_customers_words_is_tainted(inbox: TeaInbox) -> None:
    one, agent = inbox.conversation(), kens_agent()
    read("conversation.get", agent, conversation_id=str(one.pk))
    assert request_of(assigned(agent, one, owner_id=str(ken_ho().pk))).tainted


@pytest.mark.django_db(transaction=True)
def test_two_handovers_of_one_version_at_once_leave_one() -> None:
    inbox = TeaInbox()
    one = inbox.conversation()
    wishes = [
        wish(preview_id=str(previewed(ken(), one, **ask).preview_id))
        for ask in ({"owner_id": str(ken_ho().pk)}, {"queue_id": str(inbox.orders.pk)}, {"concern": "complaint"})
    ]
    outcomes = at_once(
        *(lambda asked=asked: call("whatsapp.conversation.assign", asked, ken(), NOON) for asked in wishes)
    )
    done = [outcome for outcome in outcomes if isinstance(outcome, Envelope) and state(outcome) == "succeeded"]
    assert len(done) == 1
    assert (fresh(one).version, one.events.filter(kind="assigned").count()) == (2, 1)
    assert ActionRequest.objects.filter(state="succeeded").count() == 1
