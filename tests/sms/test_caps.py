"""How often a person gets marketing by text: one number is one person, and what they wait for counts for nothing."""

from datetime import timedelta
from decimal import Decimal

import pytest
from django.db import IntegrityError, connection, transaction

from accounts.actor import Actor, Face
from messaging.contacts.merging import merge
from messaging.gate import gate_parameters, verdict_sql
from messaging.models import Attempt, Contact, MergeTask, Outcome, Verdict
from tests.factories import NOON, ContactFactory, MessagingRulesFactory, harbour_tea, mei_chan
from tests.sms.tea_texts import TeaTexts, drinker, text_of

pytestmark = pytest.mark.django_db

ANN = "+85261234567"


def verdict_on(person: Contact, category: str = "marketing") -> Verdict:
    facts = gate_parameters(harbour_tea(), "sms", category, NOON) | {"person": person.pk}
    with connection.cursor() as cursor:
        cursor.execute(f"SELECT {verdict_sql('c')} FROM messaging_contact c WHERE c.id = %(person)s", facts)
        return Verdict(cursor.fetchone()[0])


def written_to(tea: TeaTexts, person: Contact, category: str = "marketing") -> None:
    """A text of this category went out yesterday."""
    message = text_of(tea, person, name=f"{category} to {person.pk}")
    yesterday = NOON - timedelta(days=1)
    Attempt.objects.create(message=message, contact=person, sender=message.sender, category=category,
                           price=Decimal("0.50"), started_at=yesterday, lease_until=yesterday,
                           outcome=Outcome.ACCEPTED)  # fmt: skip


def test_a_number_belongs_to_one_person_of_an_organisation() -> None:
    drinker("Ann", phone=ANN)
    with pytest.raises(IntegrityError), transaction.atomic():
        drinker("Anna", phone=ANN)


@pytest.mark.parametrize("keep", [0, 1])
def test_after_a_merge_the_person_shares_one_cap(keep: int) -> None:
    MessagingRulesFactory(marketing_cap=1)
    people = [drinker("Ann", phone=ANN), ContactFactory(phone=None, bsuid="HK.ann")]
    written_to(TeaTexts(), people[0])
    task = MergeTask.objects.create(organisation=harbour_tea(), first=people[0], second=people[1], found_at=NOON)
    kept = merge(task, people[keep].pk, Actor.of_person(mei_chan(), Face.DESK), NOON)
    assert kept.phone == ANN
    assert verdict_on(kept) is Verdict.CAPPED


@pytest.mark.parametrize(("ahead", "verdict"), [(timedelta(seconds=30), Verdict.CAPPED),
                                                (timedelta(hours=1), Verdict.INCLUDED)])  # fmt: skip
def test_a_try_that_lies_in_the_future_by_more_than_two_clocks_differ_caps_nobody(
    ahead: timedelta, verdict: Verdict
) -> None:
    MessagingRulesFactory(marketing_cap=1)
    ann = drinker("Ann")
    written_to(TeaTexts(), ann)
    Attempt.objects.update(started_at=NOON + ahead)
    assert verdict_on(ann) is verdict


@pytest.mark.parametrize("category", ["utility", "authentication"])
def test_what_a_person_waits_for_neither_counts_as_marketing_nor_is_held_back_by_it(category: str) -> None:
    MessagingRulesFactory(marketing_cap=1)
    ann = drinker("Ann")
    tea = TeaTexts()
    written_to(tea, ann, category)
    assert verdict_on(ann) is Verdict.INCLUDED
    written_to(tea, ann)
    assert verdict_on(ann) is Verdict.CAPPED
    assert verdict_on(ann, category) is not Verdict.CAPPED
