"""sms_marketing.contacts.opt_out and .opt_outs.list: a no counts at once, whoever wrote it down."""

from typing import Any
from uuid import uuid4

import pytest

from accounts.actor import Actor, Face
from approvals.models import Policy
from audit.models import Entry
from messaging.models import ConsentEvidence, Contact, MergeTask, Suppression
from tests.approvals.tea_room import refused
from tests.factories import NOON, PersonFactory, SuppressionFactory, harbour_tea, mei_chan, other_tenant, vera_ng
from tests.sms.tea_texts import drinker, texter, use

pytestmark = pytest.mark.django_db

SAID_AT = "2026-03-02T11:00:00+08:00"


def stop(actor: Actor | None = None, **changed: Any) -> Any:
    """Somebody's STOP, written down."""
    said = {"why": "stop", "source": "text message", "said": "STOP please", "occurred_at": SAID_AT}
    wish = {"idempotency_key": f"stop-{uuid4()}", "reason": "The customer wrote STOP."}
    return use("contacts.opt_out", actor or texter(), **{**said, **wish, **changed})


def noes(contact: Contact) -> set[tuple[str, str, str]]:
    standing = Suppression.objects.filter(contact=contact, lifted_at=None)
    return set(standing.values_list("channel", "category", "reason"))


def forbid_everything() -> None:
    Policy.objects.create(organisation=harbour_tea(), name="Nothing", outcome=Policy.Outcome.REFUSE)


def test_a_stop_counts_at_once_though_a_policy_forbids_everything_and_the_budget_is_used_up() -> None:
    forbid_everything()
    ann = drinker()
    answer = stop(texter(people_per_day=0, messages_per_day=0), contact_id=str(ann.key))
    assert answer.request.state == "succeeded"
    assert answer.data == {"contact_ids": [str(ann.key)], "opt_outs": ["any/any: stop"]}
    assert noes(ann) == {("any", "any", "stop")}


def test_what_was_said_where_when_and_in_which_language_is_kept_as_evidence() -> None:
    ann = drinker()
    stop(contact_id=str(ann.key), language="en", synchronised="waiting")
    evidence = ConsentEvidence.objects.get(contact=ann)
    assert (evidence.act, evidence.source, evidence.category) == ("withdrawn", "text message", "marketing")
    assert evidence.detail == "said: STOP please; language: en; synchronised: waiting"
    assert evidence.occurred_at.isoformat() == "2026-03-02T03:00:00+00:00"
    told = " ".join(str(entry.facts) for entry in Entry.objects.all())
    assert "STOP please" not in told


def test_a_no_that_is_said_again_stands_once_and_both_sayings_are_kept() -> None:
    ann = drinker()
    stop(contact_id=str(ann.key))
    stop(contact_id=str(ann.key), said="I said stop", occurred_at="2026-03-02T11:30:00+08:00")
    assert Suppression.objects.get(contact=ann).at.isoformat() == "2026-03-02T03:30:00+00:00"
    details = ConsentEvidence.objects.filter(contact=ann).order_by("pk").values_list("detail", flat=True)
    assert list(details) == ["said: STOP please; synchronised: no", "said: I said stop; synchronised: no"]


@pytest.mark.parametrize(("channel", "category"), [("sms", "marketing"), ("sms", "any"), ("any", "any")])
def test_a_no_reaches_as_far_as_it_was_said(channel: str, category: str) -> None:
    ann = drinker()
    stop(contact_id=str(ann.key), channel=channel, category=category, why="complaint")
    assert noes(ann) == {(channel, category, "complaint")}


def test_a_number_nobody_knows_becomes_a_contact_that_has_opted_out() -> None:
    answer = stop(phone="6123 4567")
    contact = Contact.objects.get(phone="+85261234567")
    assert answer.data["contact_ids"] == [str(contact.key)]
    assert noes(contact) == {("any", "any", "stop")}


def test_a_known_number_in_any_spelling_opts_its_person_out() -> None:
    ann = drinker(phone="+85261234567")
    stop(phone="00852-6123 4567")
    assert noes(ann) == {("any", "any", "stop")}
    assert Contact.objects.count() == 1


def test_the_no_of_a_contact_that_was_merged_away_stops_who_the_person_is_now() -> None:
    ann, shell = drinker(), drinker(name="")
    facts = {"organisation": ann.organisation, "found_at": NOON, "settled_at": NOON, "outcome": "merged"}
    MergeTask.objects.create(first=ann, second=shell, **facts)
    stop(contact_id=str(shell.key))
    assert noes(ann) == {("any", "any", "stop")}


def test_a_time_that_lies_ahead_was_now() -> None:
    ann = drinker()
    stop(contact_id=str(ann.key), occurred_at="2027-01-01T00:00:00+08:00")
    assert Suppression.objects.get().at == NOON


@pytest.mark.parametrize(
    ("ask", "code", "field"),
    [
        ({}, "whose_opt_out", "contact_id"),
        ({"contact_id": str(uuid4()), "phone": "61234567"}, "whose_opt_out", "contact_id"),
        ({"contact_id": str(uuid4())}, "contact_not_found", "contact_id"),
        ({"phone": "12"}, "invalid_phone", "phone"),
    ],
)
def test_a_no_of_nobody_is_refused_in_words_and_keeps_nothing(ask: dict[str, str], code: str, field: str) -> None:
    no = refused(lambda: stop(**ask))
    assert [(reason.code, reason.field) for reason in no.reasons] == [(code, field)]
    assert Contact.objects.count() == 0


def test_another_tenants_person_with_the_same_number_is_left_alone() -> None:
    theirs = drinker(organisation=other_tenant(), phone="+85261234567")
    stop(phone="61234567")
    assert noes(theirs) == set()
    no = refused(lambda: stop(contact_id=str(theirs.key)))
    assert no.codes == ["contact_not_found"]


def test_support_writes_a_no_down_and_a_viewer_does_not() -> None:
    ann, (lin, vera) = drinker(), (PersonFactory(role="support", username="lin"), vera_ng())
    assert refused(lambda: stop(Actor.of_person(vera, Face.REST), contact_id=str(ann.key))).codes == ["scope_missing"]
    stop(Actor.of_person(lin, Face.REST), contact_id=str(ann.key))
    assert noes(ann) == {("any", "any", "stop")}


def listed(actor: Actor | None = None, **ask: Any) -> Any:
    return use("opt_outs.list", actor or Actor.of_person(mei_chan(), Face.REST), **ask)


def test_the_list_holds_what_keeps_texts_back_and_not_what_only_whatsapp_knows() -> None:
    SuppressionFactory(contact=drinker(name="Ann", phone="+85261234567"), channel="any")
    SuppressionFactory(contact=drinker(name="Bo", phone="+85261234568"), channel="sms", reason="complaint")
    SuppressionFactory(contact=drinker(name="Cat"), channel="whatsapp")
    SuppressionFactory(contact=drinker(name="Dan", organisation=other_tenant()))
    rows = listed().data["opt_outs"]
    assert {(row["phone"], row["channel"], row["reason"]) for row in rows} == {
        ("+85261234567", "any", "stop"),
        ("+85261234568", "sms", "complaint"),
    }
    assert [row["phone"] for row in listed(phone="6123 4568").data["opt_outs"]] == ["+85261234568"]
    assert [row["phone"] for row in listed(reason="stop").data["opt_outs"]] == ["+85261234567"]


def test_numbers_that_reach_nobody_are_a_list_of_their_own() -> None:
    drinker(phone="+85261234567", invalid_at=NOON)
    drinker(phone="+85261234568")
    drinker(phone=None, bsuid="HK.1", invalid_at=NOON)
    data = listed(list_of="invalid_numbers").data
    assert [row["phone"] for row in data["invalid_numbers"]] == ["+85261234567"]
    assert data["opt_outs"] == []
    assert listed(list_of="invalid_numbers", phone="61234568").data["invalid_numbers"] == []


def test_numbers_are_masked_for_an_agent_that_may_not_see_them() -> None:
    SuppressionFactory(contact=drinker(phone="+85261234567"))
    drinker(phone="+85261234568", invalid_at=NOON)
    agent = texter(scopes=["sms:read"])
    assert listed(agent).data["opt_outs"][0]["phone"] == "+852••••567"
    assert listed(agent, list_of="invalid_numbers").data["invalid_numbers"][0]["phone"] == "+852••••568"
