"""Tagging people and labelling conversations through the one door."""

from datetime import timedelta
from typing import Any

import pytest

from approvals.envelope import Envelope
from approvals.execution import carry_out
from approvals.versions import token_of
from audit.models import Entry
from messaging.contacts.versions import contact_token
from messaging.models import Contact
from tests.approvals.tea_room import approved, codes_of, refused, request_of
from tests.desk.harbour import page
from tests.factories import (
    NOON,
    ContactFactory,
    SegmentFactory,
    mei_chan,
    other_tenant,
)
from tests.messaging.whatsapp.conversations.tea_inbox import (
    TeaInbox,
    closed,
    codes,
    fresh,
    ken,
    state,
    tagged,
)

pytestmark = pytest.mark.django_db

HOUR = timedelta(hours=1)


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
