"""whatsapp.contacts.list and whatsapp.contact.get: found by what they are, masked by who asks."""

from datetime import timedelta
from typing import Any
from uuid import uuid4

import pytest

from accounts.actor import Actor, Face
from approvals.calls import call
from approvals.models import UntrustedRead
from messaging.models import Identity
from tests.approvals.tea_room import refused
from tests.factories import (
    NOON,
    ConsentStateFactory,
    ContactFactory,
    PersonFactory,
    SuppressionFactory,
    harbour_tea,
    mei_chan,
    other_tenant,
    sam_lee,
    vera_ng,
)
from tests.messaging.spring_tea import tea_assistant

pytestmark = pytest.mark.django_db


def mei() -> Actor:
    """Sees personal data."""
    return Actor.of_person(mei_chan(), Face.REST)


def found(actor: Actor | None = None, **ask: Any) -> list[str]:
    """The names that a search finds, newest first."""
    rows = call("whatsapp.contacts.list", ask, actor or mei(), NOON).data["contacts"]
    return [row["name"] for row in rows]


def people() -> None:
    ContactFactory(name="Ann", phone="+85261234567", tags=["vip", "tea"], language="zh_HK",
                   created_at=NOON - timedelta(days=3))  # fmt: skip
    ContactFactory(name="Bob", phone="+14165550123", country="CA", tags=["tea"], created_at=NOON - timedelta(days=2))
    SuppressionFactory(contact=ContactFactory(name="Cat", agreed=False, created_at=NOON - timedelta(days=1)))
    ContactFactory(name="Theirs", organisation=other_tenant(), phone="+85261234567", tags=["vip", "tea"])


@pytest.mark.parametrize(
    ("ask", "names"),
    [
        ({}, ["Cat", "Bob", "Ann"]),
        ({"phone": "6123 4567"}, ["Ann"]),
        ({"phone": "+852-6123-4567"}, ["Ann"]),
        ({"phone": "00852 61234567"}, ["Ann"]),
        ({"phone": "+852 6123 4568"}, []),
        ({"tag": "vip"}, ["Ann"]),
        ({"tag": "tea", "country": "ca"}, ["Bob"]),
        ({"language": "zh_HK"}, ["Ann"]),
        ({"opted_out": True}, ["Cat"]),
        ({"opted_out": False}, ["Bob", "Ann"]),
        ({"rule": "tag:tea and not tag:vip"}, ["Bob"]),
        ({"rule": "everyone"}, ["Cat", "Bob", "Ann"]),
        ({"rule": "consent:marketing and tag:tea", "tag": "vip"}, ["Ann"]),
    ],
)
def test_contacts_are_found_in_their_own_organisation_by_what_they_are(ask: dict[str, Any], names: list[str]) -> None:
    people()
    assert found(**ask) == names


@pytest.mark.parametrize(("ask", "field"), [({"phone": "12"}, "phone"), ({"rule": "tag"}, "rule")])
def test_a_search_that_means_nothing_is_refused_by_its_field(ask: dict[str, Any], field: str) -> None:
    no = refused(lambda: found(**ask))
    assert {reason.field for reason in no.reasons} == {field}


@pytest.mark.parametrize("who", ["agent", "marketer", "viewer"])
def test_names_and_numbers_are_masked_for_who_may_not_see_them(who: str) -> None:
    people()
    actor = {
        "agent": tea_assistant,
        "marketer": lambda: Actor.of_person(sam_lee(), Face.REST),
        "viewer": lambda: Actor.of_person(vera_ng(), Face.REST),
    }[who]()
    answer = call("whatsapp.contacts.list", {"tag": "vip"}, actor, NOON)
    assert [(row["name"], row["phone"]) for row in answer.data["contacts"]] == [("A•••", "+852••••567")]
    assert answer.masked == ["name", "phone"]
    assert not answer.untrusted


def test_who_sees_what_customers_call_themselves_has_read_untrusted_text() -> None:
    people()
    answer = call("whatsapp.contacts.list", {}, mei(), NOON)
    assert (answer.untrusted, answer.masked) == (True, [])
    assert UntrustedRead.objects.get().principal == mei().principal
    call("whatsapp.contacts.list", {}, tea_assistant(), NOON)
    assert UntrustedRead.objects.count() == 1


def detail(actor: Actor, contact: Any) -> Any:
    return call("whatsapp.contact.get", {"contact_id": str(contact.key)}, actor, NOON)


def ann() -> Any:
    contact = ContactFactory(
        name="Ann", phone="+85261234567", bsuid="HK.4111222333444", crm_id="crm-0042-7781",
        attributes={"birthday": "5 May", "notes": ["likes oolong"]},
    )  # fmt: skip
    Identity.objects.create(organisation=contact.organisation, contact=contact, kind="wa_id", value="85261234567")
    SuppressionFactory(contact=contact, channel="whatsapp", category="marketing")
    ConsentStateFactory(contact=contact, category="utility")
    return contact


def test_one_contact_is_shown_in_full_to_who_may_see_it() -> None:
    answer = detail(mei(), ann())
    assert answer.masked == []
    data = answer.data
    assert (data["name"], data["phone"], data["crm_id"]) == ("Ann", "+85261234567", "crm-0042-7781")
    assert data["attributes"] == {"birthday": "5 May", "notes": ["likes oolong"]}
    assert [(one["kind"], one["value"]) for one in data["identities"]] == [
        ("bsuid", "HK.4111222333444"), ("phone", "+85261234567"), ("wa_id", "85261234567"),
    ]  # fmt: skip
    assert (data["opted_out"], data["opt_outs"]) == (True, ["whatsapp/marketing: stop"])
    assert data["consents"] == {"any/marketing": "granted", "any/utility": "granted"}


def test_no_address_no_number_and_nothing_personal_of_one_contact_reaches_who_may_not_see_it() -> None:
    answer = detail(tea_assistant(), ann())
    assert sorted(answer.masked) == ["attributes", "crm_id", "name", "phone", "value"]
    shown = str(answer.data)
    for secret in ("Ann", "61234567", "234567", "4567", "4111222333444", "3444", "7781", "oolong", "May"):
        assert secret not in shown
    assert [one["value"] for one in answer.data["identities"]] == ["••••444", "••••567", "••••567"]


def test_another_tenants_contact_is_as_unknown_as_none() -> None:
    theirs = ContactFactory(organisation=other_tenant())
    foreign = refused(lambda: detail(mei(), theirs))
    unknown = refused(lambda: call("whatsapp.contact.get", {"contact_id": str(uuid4())}, mei(), NOON))
    assert [reason.as_dict() for reason in foreign.reasons] == [reason.as_dict() for reason in unknown.reasons]


def test_an_agent_of_another_tenant_finds_nobody_of_ours() -> None:
    people()
    stranger = tea_assistant(owner=PersonFactory(organisation=other_tenant(), role="compliance"))
    assert found(stranger) == ["Theirs"]
    assert harbour_tea().slug == "harbour-tea"
