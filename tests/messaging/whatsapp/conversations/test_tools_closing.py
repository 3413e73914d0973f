"""Closing a conversation through the one door."""

from datetime import timedelta

import pytest

from approvals.execution import carry_out
from approvals.versions import token_of
from messaging.models import Conversation
from messaging.whatsapp.conversations.arriving import hear
from tests.approvals.tea_room import approved, codes_of, refused, request_of
from tests.desk.harbour import page
from tests.factories import (
    NOON,
    ConversationFactory,
    InboundMessageFactory,
    SenderFactory,
    ada_wong,
    ken_ho,
    mei_chan,
    other_tenant,
)
from tests.messaging.whatsapp.conversations.speaking import desk
from tests.messaging.whatsapp.conversations.tea_inbox import (
    TeaInbox,
    closed,
    codes,
    fresh,
    ken,
    kens_agent,
    lucy,
    lucy_ma,
    state,
    tagged,
)

pytestmark = pytest.mark.django_db

HOUR = timedelta(hours=1)


def test_a_conversation_is_closed_with_outcome_labels_and_follow_up(inbox: TeaInbox) -> None:
    one = inbox.conversation(waiting_since=None, resolve_due_at=NOON + HOUR)
    answer = closed(ken(), one, labels=["sold"], follow_up_at="2026-03-09T09:00:00+08:00")
    assert (state(answer), answer.data["in_time"]) == ("succeeded", True)
    after = fresh(one)
    assert (after.state, after.outcome, after.labels, after.closed_at) == ("closed", "She has her tea", ["sold"], NOON)
    assert answer.data["version_token"] == token_of(after)
    assert codes(lambda: closed(ken(), one)) == ["already_closed"]


@pytest.mark.parametrize("concern", ["complaint", "payment", "escalation"])
def test_complaints_payments_and_escalations_are_closed_by_two(inbox: TeaInbox, concern: str) -> None:
    one = inbox.conversation(waiting_since=None, concern=concern, owner=ken_ho())
    answer = closed(ken(), one)
    assert state(answer) == "pending"
    text = page(mei_chan(), "approvals_actionrequest_change", request_of(answer).pk)
    assert "What is closed" in text
    approved(request_of(answer))
    assert carry_out(request_of(answer).pk, NOON).state == "succeeded"


def test_nobody_but_its_owner_closes_a_complaint_not_even_through_an_agent(inbox: TeaInbox) -> None:
    one = inbox.conversation(waiting_since=None, concern="complaint", owner=ken_ho())
    for actor in (desk(ada_wong()), desk(mei_chan()), lucy(), kens_agent()):
        assert codes(lambda actor=actor: closed(actor, one)) == ["owner_has_not_confirmed"]
    Conversation.objects.update(owner=None)
    assert codes(lambda: closed(ken(), one)) == ["no_owner"]


def test_an_owner_who_gave_it_away_meanwhile_has_not_confirmed(inbox: TeaInbox) -> None:
    one = inbox.conversation(waiting_since=None, concern="complaint", owner=ken_ho())
    waiting = request_of(closed(ken(), one))
    approved(waiting)
    Conversation.objects.update(owner=lucy_ma())
    ended = carry_out(waiting.pk, NOON)
    assert (ended.state, codes_of(ended)) == ("voided", ["owner_has_not_confirmed"])


def test_who_waits_is_not_closed_unawares_and_not_by_another_without_a_person(inbox: TeaInbox) -> None:
    one = inbox.conversation(owner=ken_ho())
    assert codes(lambda: closed(ken(), one)) == ["customer_waits"]
    assert state(closed(kens_agent(), one, leaves_unanswered=True)) == "pending"
    assert state(closed(ken(), one, leaves_unanswered=True)) == "succeeded"


def test_a_word_while_the_closing_waits_voids_it(inbox: TeaInbox) -> None:
    one = inbox.conversation(waiting_since=None, concern="payment")
    waiting = request_of(closed(ken(), one))
    approved(waiting)
    hear(InboundMessageFactory(conversation=one, at=NOON), NOON)
    assert "has written again" in page(mei_chan(), "approvals_actionrequest_change", waiting.pk)
    ended = carry_out(waiting.pk, NOON)
    assert (ended.state, codes_of(ended)) == ("voided", ["customer_waits"])


def test_closing_needs_the_version_one_has_read(inbox: TeaInbox) -> None:
    one = inbox.conversation(waiting_since=None)
    assert codes(lambda: closed(ken(), one, base_version_token="v9-stale")) == ["stale_version"]
    stale = token_of(one)
    assert state(tagged(ken(), conversation_ids=[str(one.pk)], add=["tea"], base_version_token=stale)) == "succeeded"
    assert codes(lambda: closed(ken(), one, base_version_token=stale)) == ["stale_version"]


def test_a_foreign_and_a_hidden_conversation_are_closed_alike(inbox: TeaInbox) -> None:
    theirs = ConversationFactory(sender=SenderFactory(account__organisation=other_tenant()))
    hidden = inbox.conversation(queue=inbox.lawyers)
    told = [refused(lambda one=one: closed(ken(), one)).reasons[0].as_dict() for one in (theirs, hidden)]
    assert told[0] == told[1]
    assert told[0]["code"] == "conversation_not_found"
