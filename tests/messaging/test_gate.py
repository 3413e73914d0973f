"""The recipient gate: one question in one order, for audiences and for the engine."""

from collections.abc import Callable
from datetime import timedelta
from uuid import uuid4

import pytest
from django.db import connection

from messaging.gate import capped_people_sql, gate_parameters, verdict_sql
from messaging.models import (
    Attempt,
    Contact,
    MergeTask,
    Message,
    Outcome,
    Suppression,
    SuppressionReason,
    Verdict,
)
from tests.factories import (
    NOON,
    ConsentStateFactory,
    ContactFactory,
    MessagingRulesFactory,
    SendFactory,
    SuppressionFactory,
    harbour_tea,
)

pytestmark = pytest.mark.django_db


def verdict_on(person: Contact, channel: str = "whatsapp", category: str = "marketing") -> Verdict:
    facts = gate_parameters(harbour_tea(), channel, category, NOON) | {"person": person.pk}
    with connection.cursor() as cursor:
        cursor.execute(f"SELECT {verdict_sql('c')} FROM messaging_contact c WHERE c.id = %(person)s", facts)
        one_by_one = cursor.fetchone()[0]
        cursor.execute(
            f"""SELECT {verdict_sql("c", capped="capped.contact_id IS NOT NULL")} FROM messaging_contact c
                LEFT JOIN ({capped_people_sql()}) capped ON capped.contact_id = c.id WHERE c.id = %(person)s""",
            facts,
        )
        assert cursor.fetchone()[0] == one_by_one, "asking for all at once must give the same answer"
    return Verdict(one_by_one)


def stranger() -> Contact:
    """Somebody who has not agreed to anything."""
    return ContactFactory(agreed=False)


def attempts_at(person: Contact, *days_ago: float, **fields: object) -> None:
    send = SendFactory()
    message = Message.objects.create(
        organisation=person.organisation, send=send, contact=person, sender=send.sender, address="+85260000000",
        address_kind="phone", category="marketing", queued_at=NOON,
    )  # fmt: skip
    for days in days_ago:
        started = NOON - timedelta(days=days)
        Attempt.objects.create(
            **{
                "id": uuid4(), "message": message, "contact": person, "sender": send.sender, "category": "marketing",
                "started_at": started, "lease_until": started, "outcome": Outcome.ACCEPTED, **fields,
            }
        )  # fmt: skip


def test_somebody_who_agreed_is_included() -> None:
    assert verdict_on(ContactFactory()) is Verdict.INCLUDED


@pytest.mark.parametrize("channel", ["whatsapp", "any"])
@pytest.mark.parametrize("category", ["marketing", "any"])
def test_consent_counts_for_its_channel_and_category(channel: str, category: str) -> None:
    person = stranger()
    ConsentStateFactory(contact=person, channel=channel, category=category)
    assert verdict_on(person) is Verdict.INCLUDED
    assert (verdict_on(person, channel="sms") is Verdict.INCLUDED) == (channel == "any")
    assert (verdict_on(person, category="utility") is Verdict.INCLUDED) == (category == "any")


def test_without_consent_nobody_is_written_to() -> None:
    assert verdict_on(stranger()) is Verdict.NO_CONSENT


def test_consent_to_marketing_is_not_consent_to_receipts() -> None:
    assert verdict_on(ContactFactory(), category="utility") is Verdict.WRONG_CATEGORY


def test_consent_on_another_channel_is_none() -> None:
    person = stranger()
    ConsentStateFactory(contact=person, channel="sms")
    assert verdict_on(person) is Verdict.NO_CONSENT


def test_a_later_withdrawal_undoes_a_wider_consent() -> None:
    person = stranger()
    ConsentStateFactory(contact=person, channel="any", category="any", since=NOON - timedelta(days=9))
    ConsentStateFactory(contact=person, channel="whatsapp", state="withdrawn", since=NOON - timedelta(days=1))
    assert verdict_on(person) is Verdict.NO_CONSENT
    assert verdict_on(person, category="utility") is Verdict.INCLUDED


def test_a_later_consent_undoes_a_wider_withdrawal() -> None:
    person = stranger()
    ConsentStateFactory(
        contact=person, channel="any", category="any", state="withdrawn", since=NOON - timedelta(days=9)
    )
    ConsentStateFactory(contact=person, channel="whatsapp", since=NOON - timedelta(days=1))
    assert verdict_on(person) is Verdict.INCLUDED


def test_a_withdrawal_wins_a_tie() -> None:
    person = stranger()
    ConsentStateFactory(contact=person, channel="any")
    ConsentStateFactory(contact=person, channel="whatsapp", state="withdrawn")
    assert verdict_on(person) is Verdict.NO_CONSENT


@pytest.mark.parametrize(
    ("channel", "category", "stops"),
    [
        ("any", "any", True),
        ("whatsapp", "marketing", True),
        ("whatsapp", "any", True),
        ("sms", "any", False),
        ("any", "utility", False),
    ],
)
def test_a_no_reaches_as_far_as_it_says(channel: str, category: str, stops: bool) -> None:
    person = ContactFactory()
    SuppressionFactory(contact=person, channel=channel, category=category)
    assert verdict_on(person) is (Verdict.SUPPRESSED if stops else Verdict.INCLUDED)


def test_a_no_that_was_lifted_stops_nobody() -> None:
    from messaging.models import ConsentEvidence

    person = ContactFactory()
    act = ConsentEvidence.objects.create(
        organisation=person.organisation, contact=person, channel="any", category="any", act="granted",
        source="START", occurred_at=NOON, recorded_at=NOON, recorded_by="person", customers_own_act=True,
    )  # fmt: skip
    SuppressionFactory(contact=person)
    Suppression.objects.update(lifted_at=NOON, lifted_by=act)
    assert verdict_on(person) is Verdict.INCLUDED


def test_a_block_is_told_as_one() -> None:
    person = ContactFactory()
    SuppressionFactory(contact=person, reason=SuppressionReason.BLOCKED)
    assert verdict_on(person) is Verdict.BLOCKED


@pytest.mark.parametrize("swapped", [False, True])
def test_a_no_counts_for_what_may_be_the_same_person_until_that_is_settled(swapped: bool) -> None:
    person, other = ContactFactory(), ContactFactory()
    SuppressionFactory(contact=other)
    first, second = (other, person) if swapped else (person, other)
    task = MergeTask.objects.create(
        organisation=person.organisation, first=first, second=second, evidence="same CRM id", found_at=NOON
    )
    assert verdict_on(person) is Verdict.SUPPRESSED
    MergeTask.objects.filter(pk=task.pk).update(settled_at=NOON)
    assert verdict_on(person) is Verdict.INCLUDED


def test_an_address_is_needed_that_the_channel_knows() -> None:
    by_id = ContactFactory(phone=None, bsuid="HK.13491208655302741918")
    assert verdict_on(by_id) is Verdict.INCLUDED
    assert verdict_on(by_id, channel="sms") is Verdict.INVALID
    assert verdict_on(ContactFactory(phone=None)) is Verdict.INVALID
    assert verdict_on(ContactFactory(invalid_at=NOON)) is Verdict.INVALID


def test_the_cap_counts_marketing_in_its_window() -> None:
    MessagingRulesFactory(marketing_cap=2, marketing_cap_days=7)
    once, twice, long_ago = ContactFactory(), ContactFactory(), ContactFactory()
    attempts_at(once, 1)
    attempts_at(twice, 1, 6.9)
    attempts_at(long_ago, 1, 7)
    assert verdict_on(once) is Verdict.INCLUDED
    assert verdict_on(twice) is Verdict.CAPPED
    assert verdict_on(long_ago) is Verdict.INCLUDED
    ConsentStateFactory(contact=twice, category="utility")
    assert verdict_on(twice, category="utility") is Verdict.INCLUDED


@pytest.mark.parametrize(
    ("fields", "verdict"),
    [
        ({"outcome": Outcome.NOT_ATTEMPTED}, Verdict.INCLUDED),
        ({"category": "utility"}, Verdict.INCLUDED),
        ({"outcome": Outcome.UNSURE}, Verdict.CAPPED),
        ({"outcome": Outcome.OPEN}, Verdict.CAPPED),
    ],
)
def test_what_may_have_reached_a_person_counts_towards_the_cap(fields: dict[str, object], verdict: Verdict) -> None:
    MessagingRulesFactory(marketing_cap=1)
    person = ContactFactory()
    attempts_at(person, 1, **fields)
    assert verdict_on(person) is verdict


def _make_invalid(person: Contact) -> None:
    Contact.objects.filter(pk=person.pk).update(invalid_at=NOON)


def _stop(person: Contact) -> None:
    SuppressionFactory(contact=person)


def _block(person: Contact) -> None:
    SuppressionFactory(contact=person, reason=SuppressionReason.BLOCKED)


def _forget_consent(person: Contact) -> None:
    person.consent_states.all().delete()


def _reach_cap(person: Contact) -> None:
    attempts_at(person, 1, 2)


def test_where_several_reasons_hold_the_first_is_told() -> None:
    against: list[tuple[Callable[[Contact], None], Verdict]] = [
        (_make_invalid, Verdict.INVALID),
        (_stop, Verdict.SUPPRESSED),
        (_block, Verdict.BLOCKED),
        (_forget_consent, Verdict.NO_CONSENT),
        (_reach_cap, Verdict.CAPPED),
    ]
    for first in range(len(against)):
        person = ContactFactory()
        for happens, _ in against[first:]:
            happens(person)
        assert verdict_on(person) is against[first][1]
