"""sms_marketing.contacts.search and .contacts.get: found by what they are, shown as little as will do."""

from datetime import timedelta
from typing import Any
from uuid import uuid4

import pytest

from accounts.actor import Actor, Face
from messaging.models import Attempt, ConsentEvidence, Contact, Outcome
from tests.approvals.tea_room import refused
from tests.factories import (
    NOON,
    ConsentStateFactory,
    SegmentFactory,
    SuppressionFactory,
    harbour_tea,
    mei_chan,
    other_tenant,
)
from tests.sms.tea_texts import TeaTexts, drinker, text_of, texter, use

pytestmark = pytest.mark.django_db


def mei() -> Actor:
    """Sees personal data."""
    return Actor.of_person(mei_chan(), Face.REST)


def texted(contact: Contact, outcome: Outcome) -> None:
    message = text_of(TeaTexts(), contact)
    facts = {"category": "marketing", "started_at": NOON, "lease_until": NOON, "outcome": outcome}
    Attempt.objects.create(contact=contact, sender=message.sender, message=message, **facts)


def people() -> None:
    """Ann agreed to everything, Bo to SMS and took it back, Cat to nothing; Cat was texted."""
    drinker("Ann", phone="+85261230001", crm_id="crm-1", attributes={"order_status": "paid"},
            created_at=NOON - timedelta(days=3))  # fmt: skip
    bo = drinker("Bo", phone="+85261230002", agreed=False, country="MO", created_at=NOON - timedelta(days=2))
    ConsentStateFactory(contact=bo, channel="sms")
    ConsentStateFactory(contact=bo, channel="any", state="withdrawn")
    SuppressionFactory(contact=bo, channel="sms")
    cat = drinker("Cat", phone="+85261230003", agreed=False, tags=["vip"], created_at=NOON - timedelta(days=1))
    SuppressionFactory(contact=cat, channel="whatsapp")
    texted(cat, Outcome.ACCEPTED)
    drinker("Theirs", organisation=other_tenant(), phone="+85261230001", crm_id="crm-1")


@pytest.mark.parametrize(
    ("ask", "last_digits"),
    [
        ({}, "321"),
        ({"phone": "6123 0001"}, "1"),
        ({"crm_key": "crm-1"}, "1"),
        ({"tag": "vip"}, "3"),
        ({"country": "mo"}, "2"),
        ({"agreed": True}, "1"),
        ({"agreed": False}, "32"),
        ({"opted_out": True}, "2"),
        ({"opted_out": False}, "31"),
        ({"texted": True}, "3"),
        ({"texted": False}, "21"),
        ({"rule": "attribute.order_status = paid"}, "1"),
        ({"rule": "consent:marketing and tag:tea"}, "1"),
    ],
)
def test_contacts_are_found_by_what_counts_for_texts(ask: dict[str, Any], last_digits: str) -> None:
    people()
    rows = use("contacts.search", mei(), **ask).data["contacts"]
    assert "".join(row["phone"][-1] for row in rows) == last_digits


def test_a_text_that_never_left_is_no_text() -> None:
    texted(drinker("Ann"), Outcome.NOT_ATTEMPTED)
    assert use("contacts.search", mei(), texted=True).data["contacts"] == []


def test_contacts_are_found_by_a_segment_of_ones_own() -> None:
    people()
    vips = SegmentFactory(rule="tag:vip")
    rows = use("contacts.search", mei(), segment_id=str(vips.pk)).data["contacts"]
    assert [row["phone"] for row in rows] == ["+85261230003"]
    theirs = SegmentFactory(organisation=other_tenant(), rule="tag:tea")
    no = refused(lambda: use("contacts.search", mei(), segment_id=str(theirs.pk)))
    assert [(reason.code, reason.field) for reason in no.reasons] == [("segment_not_found", "segment_id")]


def test_a_search_shows_no_name_masks_numbers_and_tells_only_what_counts_for_texts() -> None:
    people()
    answer = use("contacts.search", texter(scopes=["sms:read"]), tag="vip")
    (row,) = answer.data["contacts"]
    assert (answer.masked, answer.untrusted) == (["phone"], False)
    assert (row["phone"], row["opted_out"], row["consents"]) == ("+852••••003", False, {})
    assert "Cat" not in str(answer.data)


def detail(contact: Contact, actor: Actor | None = None) -> Any:
    return use("contacts.get", actor or mei(), contact_id=str(contact.key))


def test_one_contact_is_shown_with_evidence_opt_outs_and_texts() -> None:
    tea = TeaTexts()
    ann = drinker("Ann", phone="+85261230001", crm_id="crm-0042-7781", attributes={"tier": "gold"})
    text = text_of(tea, ann)
    facts = {"category": "marketing", "act": "granted", "source": "shop form", "detail": "form 7", "recorded_at": NOON,
             "occurred_at": NOON - timedelta(days=9), "organisation": ann.organisation}  # fmt: skip
    ConsentEvidence.objects.create(contact=ann, channel="sms", **facts)
    ConsentEvidence.objects.create(contact=ann, channel="whatsapp", **facts)
    SuppressionFactory(contact=ann, channel="any", category="utility")
    SuppressionFactory(contact=ann, channel="whatsapp")
    data = detail(ann).data
    assert [(one["channel"], one["source"], one["detail"]) for one in data["evidence"]] == [
        ("sms", "shop form", "form 7")
    ]
    assert [(one["channel"], one["category"]) for one in data["opt_outs"]] == [("any", "utility")]
    assert [(one["batch_id"], one["status"]) for one in data["recent_texts"]] == [(str(text.send_id), "accepted")]
    assert (data["crm_key"], data["attributes"], data["country"]) == ("crm-0042-7781", {"tier": "gold"}, "HK")


def test_nothing_personal_of_one_contact_reaches_who_may_not_see_it() -> None:
    ann = drinker("Ann", phone="+85261230001", crm_id="crm-0042-7781", attributes={"notes": "likes oolong"})
    use("contacts.opt_out", mei(), contact_id=str(ann.key), why="stop", source="text message", said="STOP it, Mei",
        occurred_at=NOON.isoformat(), idempotency_key="stop-ann-1", reason="She wrote STOP.")  # fmt: skip
    answer = detail(ann, texter(scopes=["sms:read"]))
    assert sorted(answer.masked) == ["attributes", "crm_key", "detail", "name", "phone"]
    for secret in ("Ann", "61230001", "0042", "oolong", "STOP it"):
        assert secret not in str(answer.data)


def test_a_stop_makes_the_version_that_was_read_stale_and_reading_does_not() -> None:
    ann = drinker()
    read = detail(ann).data["version_token"]
    assert detail(ann).data["version_token"] == read
    use("contacts.opt_out", mei(), contact_id=str(ann.key), source="text message", occurred_at=NOON.isoformat(),
        idempotency_key="stop-ann-2", reason="She wrote STOP.")  # fmt: skip
    assert detail(ann).data["version_token"] != read


def test_another_tenants_contact_is_as_unknown_as_none() -> None:
    theirs = drinker(organisation=other_tenant())
    foreign = refused(lambda: detail(theirs))
    unknown = refused(lambda: use("contacts.get", mei(), contact_id=str(uuid4())))
    assert [reason.as_dict() for reason in foreign.reasons] == [reason.as_dict() for reason in unknown.reasons]
    assert harbour_tea().slug == "harbour-tea"
