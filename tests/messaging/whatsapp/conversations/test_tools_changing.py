"""Handing over, closing and tagging through the one door."""

from datetime import timedelta
from typing import Any
from uuid import uuid4

import pytest

from approvals.calls import call
from approvals.envelope import Envelope
from approvals.execution import carry_out
from approvals.models import ActionRequest
from approvals.versions import token_of
from audit.models import Entry
from messaging.contacts.versions import contact_token
from messaging.models import Contact, Conversation, Note
from messaging.whatsapp.conversations.arriving import hear
from tests.approvals.tea_room import approved, at_once, codes_of, refused, request_of
from tests.desk.harbour import page, status
from tests.factories import (
    NOON,
    ContactFactory,
    ConversationFactory,
    InboundMessageFactory,
    PersonFactory,
    SegmentFactory,
    SenderFactory,
    ada_wong,
    ken_ho,
    mei_chan,
    other_tenant,
    sam_lee,
)
from tests.messaging.whatsapp.conversations.speaking import desk
from tests.messaging.whatsapp.conversations.tea_inbox import (
    TeaInbox,
    assigned,
    closed,
    ken,
    kens_agent,
    lucy,
    lucy_ma,
    previewed,
    read,
    state,
    tagged,
    wish,
)

pytestmark = pytest.mark.django_db

MINUTE, HOUR, DAY = timedelta(minutes=1), timedelta(hours=1), timedelta(days=1)


@pytest.fixture
def inbox() -> TeaInbox:
    return TeaInbox()


def fresh(conversation: Conversation) -> Conversation:
    return Conversation.objects.get(pk=conversation.pk)


def codes(action: Any) -> list[str]:
    return refused(action).codes


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


def ann(**fields: Any) -> Contact:
    made: Contact = ContactFactory(name="Ann", tags=["tea"], **fields)
    return made


def tag_ann(contact: Contact, **ask: Any) -> Envelope[Any]:
    facts = {"base_version_token": contact_token(contact), **ask}
    return tagged(ken(), contact_ids=[str(contact.key)], **facts)


def test_tags_are_put_on_one_person_at_once(inbox: TeaInbox) -> None:
    contact = ann()
    assert state(tag_ann(contact, add=["oolong"], remove=["tea"])) == "succeeded"
    contact.refresh_from_db()
    assert (contact.tags, contact.version) == (["oolong"], 2)
    assert Entry.objects.get(action="contact.tagged").facts == {"added": ["oolong"], "removed": ["tea"]}
    assert codes(lambda: tag_ann(contact, add=["x"], base_version_token="v1-old")) == ["stale_version"]


@pytest.mark.parametrize("tag", ["opt-in", "同意接收", "Einwilligung"])
def test_a_tag_that_sounds_like_consent_is_refused_and_the_right_tool_named(inbox: TeaInbox, tag: str) -> None:
    contact = ann()
    (no,) = refused(lambda: tag_ann(contact, add=[tag])).reasons
    assert (no.code, no.field) == ("tag_implies_consent", "add")
    assert "whatsapp.consent.update" in str(no.fix)
    one = inbox.conversation(waiting_since=None)
    assert codes(lambda: closed(ken(), one, labels=[tag])) == ["tag_implies_consent"]
    assert state(tag_ann(contact, add=[], remove=["tea"])) == "succeeded"


def test_bulk_and_tags_that_a_segment_asks_for_wait_for_a_person(inbox: TeaInbox) -> None:
    SegmentFactory(name="Regulars", rule="country = HK and not (tag:staff or tag in (vip, gold))")
    contact = ann()
    answer = tag_ann(contact, add=["gold"])
    assert (state(answer), request_of(answer).preview.contract["stands_on_them"]) == ("pending", ["Regulars"])
    assert "Regulars" in page(mei_chan(), "approvals_actionrequest_change", request_of(answer).pk)
    assert state(tag_ann(contact, add=["silver"])) == "succeeded"
    contact.refresh_from_db()
    assert state(tag_ann(contact, remove=["staff"])) == "pending"
    both = [str(contact.key), str(ContactFactory(name="Bo").key)]
    assert state(tagged(ken(), contact_ids=both, add=["green"])) == "pending"


def test_a_rule_that_asks_for_any_tag_stands_on_all_and_one_nobody_can_read_on_any(inbox: TeaInbox) -> None:
    segment = SegmentFactory(name="Tagged", rule="tag exists")
    assert state(tag_ann(ann(), add=["green"])) == "pending"
    type(segment).objects.update(rule="no such field = 1")
    assert state(tag_ann(ann(), add=["green"])) == "pending"
    type(segment).objects.update(rule="country = HK")
    assert state(tag_ann(ann(), add=["green"])) == "succeeded"


def test_a_segment_that_begins_to_ask_for_the_tag_voids_what_was_planned(inbox: TeaInbox) -> None:
    contact, other = ann(), ContactFactory(name="Bo")
    waiting = request_of(tagged(ken(), contact_ids=[str(contact.key), str(other.key)], add=["green"]))
    approved(waiting)
    SegmentFactory(rule="tag:green")
    ended = carry_out(waiting.pk, NOON)
    assert (ended.state, codes_of(ended)) == ("voided", ["uses_changed"])


def test_labels_and_a_follow_up_are_put_on_conversations(inbox: TeaInbox) -> None:
    one = inbox.conversation()
    ask = {"add": ["late"], "follow_up_at": "2026-03-03T09:00:00+08:00", "base_version_token": token_of(one)}
    SegmentFactory(rule="tag:late")  # speaks of contacts
    assert state(tagged(ken(), conversation_ids=[str(one.pk)], **ask)) == "succeeded"
    after = fresh(one)
    assert (after.labels, after.follow_up_at) == (["late"], NOON + 21 * HOUR)
    assert (
        state(tagged(ken(), conversation_ids=[str(one.pk), str(inbox.conversation("Bo").pk)], add=["x"])) == "pending"
    )


def test_whoever_is_tagged_is_ones_own_and_may_be_seen(inbox: TeaInbox) -> None:
    theirs = ContactFactory(organisation=other_tenant())
    hidden = inbox.conversation(queue=inbox.lawyers)
    assert codes(lambda: tagged(ken(), contact_ids=[str(theirs.key)], add=["x"])) == ["contact_not_found"]
    assert codes(lambda: tagged(ken(), conversation_ids=[str(hidden.pk)], add=["x"])) == ["conversation_not_found"]


@pytest.mark.parametrize(
    ("ask", "code"),
    [
        ({"add": ["x"]}, "nobody_named"),
        ({"contact_ids": ["one"]}, "no_tags"),
        ({"contact_ids": ["one"], "add": ["x"], "remove": ["x"]}, "tag_twice"),
        ({"contact_ids": ["one"], "follow_up_at": "2026-03-03T09:00:00+08:00"}, "no_conversation"),
    ],
)
def test_what_makes_no_sense_is_told(inbox: TeaInbox, ask: dict[str, Any], code: str) -> None:
    contact = ann()
    if "contact_ids" in ask:
        ask = {**ask, "contact_ids": [str(contact.key)], "base_version_token": contact_token(contact)}
    assert codes(lambda: tagged(ken(), **ask)) == [code]


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
