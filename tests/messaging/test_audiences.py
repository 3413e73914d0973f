"""Freezing an audience: everybody with the first reason against them, and nobody missing."""

from collections.abc import Callable
from datetime import timedelta
from typing import Any

import pytest

from messaging.audiences import resolve
from messaging.models import (
    Attempt,
    AudienceMember,
    Contact,
    MergeTask,
    Message,
    Outcome,
    Send,
    SuppressionReason,
    Verdict,
)
from tests.factories import NOON, MessagingRulesFactory, SendFactory, other_tenant
from tests.messaging.spring_people import consent, opted_out
from tests.messaging.spring_tea import SpringTea, drinker, judged, set_prices, verdict_on

pytestmark = pytest.mark.django_db


def blocked(contact: Contact) -> Contact:
    return opted_out(contact, reason=SuppressionReason.BLOCKED)


def written_to(contact: Contact, tea: SpringTea, times: int = 2, days_ago: float = 1, **fields: Any) -> Contact:
    """Handed over to the carrier this many times, which is what the cap counts."""
    then = NOON - timedelta(days=days_ago)
    earlier = Send.objects.filter(name="Winter tea").first() or SendFactory(name="Winter tea", sender=tea.sender)
    message = Message.objects.create(
        organisation=contact.organisation, send=earlier, contact=contact, sender=tea.sender, category="marketing",
        queued_at=then,
    )  # fmt: skip
    facts = {"category": "marketing", "outcome": Outcome.ACCEPTED, **fields}
    for _ in range(times):
        Attempt.objects.create(
            message=message, contact=contact, sender=tea.sender, started_at=then, lease_until=then, **facts
        )
    return contact


def same_person(one: Contact, other: Contact, **fields: Any) -> MergeTask:
    return MergeTask.objects.create(
        organisation=one.organisation, first=one, second=other, evidence="phone", found_at=NOON, **fields
    )


def test_each_person_gets_the_reason_that_keeps_them_out(tea: SpringTea) -> None:
    people = {
        "included": drinker("Ann"),
        "invalid": drinker("Bob", invalid_at=NOON),
        "suppressed": opted_out(drinker("Cat")),
        "blocked": blocked(drinker("Dan")),
        "no_consent": drinker("Eve", agreed=False),
        "wrong_category": consent(drinker("Fay", agreed=False), "utility"),
        "capped": written_to(drinker("Guy"), tea),
        "missing_variable": drinker(""),
        "no_route": drinker("Ida", phone="+12025550123", country="US"),
    }
    first, twice = drinker("Joe"), drinker("Joe again")
    same_person(first, twice)
    audience = tea.resolved()
    assert {name: verdict_on(audience, contact) for name, contact in people.items()} == {name: name for name in people}
    assert (verdict_on(audience, first), verdict_on(audience, twice)) == ("included", "duplicate")
    assert (audience.targeted, audience.included) == (11, 2)
    assert audience.excluded == dict.fromkeys(
        ["invalid", "suppressed", "blocked", "no_consent", "wrong_category", "capped", "duplicate", "missing_variable",
         "no_route"], 1
    )  # fmt: skip
    assert audience.targeted == audience.included + sum(audience.excluded.values())


# In the order of `Verdict`: each makes a person unfit in one more way.
FLAWS: list[tuple[str, Callable[[Contact, SpringTea], Any]]] = [
    ("no_route", lambda one, tea: Contact.objects.filter(pk=one.pk).update(country="US")),
    ("missing_variable", lambda one, tea: Contact.objects.filter(pk=one.pk).update(name="")),
    ("duplicate", lambda one, tea: same_person(Contact.objects.exclude(pk=one.pk).get(), one)),
    ("capped", lambda one, tea: written_to(one, tea)),
    ("wrong_category", lambda one, tea: (one.consent_states.all().delete(), consent(one, "utility"))),
    ("no_consent", lambda one, tea: one.consent_states.all().delete()),
    ("blocked", lambda one, tea: blocked(one)),
    ("suppressed", lambda one, tea: opted_out(one)),
    ("invalid", lambda one, tea: Contact.objects.filter(pk=one.pk).update(invalid_at=NOON)),
]


def test_where_several_reasons_hold_the_first_in_the_order_is_told(tea: SpringTea) -> None:
    drinker("The other one")
    unlucky = drinker("Una")
    told = []
    for _name, flaw in FLAWS:
        flaw(unlucky, tea)
        told.append(judged(tea, unlucky))
    assert told == [name for name, _flaw in FLAWS]


def test_the_order_of_the_verdicts_is_the_order_of_the_reasons() -> None:
    names = [name for name, _flaw in reversed(FLAWS)]
    no_consent, wrong_category = names.index("no_consent"), names.index("wrong_category")
    assert no_consent < wrong_category
    assert names == sorted(names, key=lambda name: Verdict[name.upper()])


def test_nobody_outside_the_segment_is_targeted(tea: SpringTea) -> None:
    drinker("Ann")
    drinker("Bob", tags=["coffee"])
    assert tea.resolved().targeted == 1


@pytest.mark.parametrize(
    "rule", ['tag = "tea"', "everyone", 'not tag = "coffee" and country = HK', "consent:marketing or everyone"]
)
def test_no_rule_reaches_another_tenant(tea: SpringTea, rule: str) -> None:
    ours, theirs = drinker("Ann"), drinker("Ann", organisation=other_tenant())
    tea.segment.rule = rule
    audience = tea.resolved()
    assert list(AudienceMember.objects.filter(audience=audience).values_list("contact_id", flat=True)) == [ours.pk]
    assert theirs.pk != ours.pk


def test_another_tenants_attempts_and_rules_do_not_cap_our_people(tea: SpringTea) -> None:
    ann = drinker("Ann")
    MessagingRulesFactory(organisation=other_tenant(), marketing_cap=0)
    assert judged(tea, ann) == "included"


@pytest.mark.parametrize(
    ("attempts", "verdict"),
    [
        ({"times": 1}, "included"),
        ({"times": 2}, "capped"),
        ({"times": 2, "outcome": Outcome.UNSURE}, "capped"),
        ({"times": 2, "outcome": Outcome.NOT_ATTEMPTED}, "included"),
        ({"times": 2, "category": "utility"}, "included"),
        ({"times": 2, "days_ago": 6.99}, "capped"),
        ({"times": 2, "days_ago": 7}, "included"),
    ],
)
def test_the_cap_counts_what_may_have_reached_the_person_lately(
    tea: SpringTea, attempts: dict[str, Any], verdict: str
) -> None:
    ann = written_to(drinker("Ann"), tea, **attempts)
    assert judged(tea, ann) == verdict


def test_the_cap_is_for_marketing_alone(tea: SpringTea) -> None:
    set_prices(category="utility")
    ann = consent(written_to(drinker("Ann"), tea), "utility")
    assert judged(tea, ann, category="utility") == "included"


@pytest.mark.parametrize(
    ("no", "verdict"),
    [
        ({"channel": "any", "category": "any"}, "suppressed"),
        ({"channel": "whatsapp", "category": "marketing"}, "suppressed"),
        ({"channel": "sms", "category": "any"}, "included"),
        ({"channel": "any", "category": "utility"}, "included"),
        ({"reason": SuppressionReason.COMPLAINT}, "suppressed"),
        ({"reason": SuppressionReason.IMPORTED}, "suppressed"),
    ],
)
def test_a_standing_no_reaches_as_far_as_it_says(tea: SpringTea, no: dict[str, Any], verdict: str) -> None:
    assert judged(tea, opted_out(drinker("Ann"), **no)) == verdict


def test_a_no_of_somebody_who_may_be_the_same_person_counts_for_both_until_that_is_settled(tea: SpringTea) -> None:
    ann, ann_too = drinker("Ann"), drinker("Ann Lee")
    opted_out(ann)
    task = same_person(ann_too, ann)
    assert judged(tea, ann_too) == "suppressed"
    task.settled_at = NOON
    task.save()
    assert judged(tea, ann_too) == "included"


def test_of_two_contacts_that_may_be_one_person_the_later_one_is_left_out_whichever_was_named_first(
    tea: SpringTea,
) -> None:
    first, second, third = drinker("Ann"), drinker("Ann"), drinker("Ann")
    same_person(second, first)
    same_person(third, second)
    audience = tea.resolved()
    assert [verdict_on(audience, one) for one in (first, second, third)] == ["included", "duplicate", "duplicate"]


def test_somebody_is_no_duplicate_of_a_contact_outside_the_segment(tea: SpringTea) -> None:
    outside, ann = drinker("Ann", tags=[]), drinker("Ann")
    same_person(outside, ann)
    assert judged(tea, ann) == "included"


@pytest.mark.parametrize(
    ("states", "verdict"),
    [
        ([("any", "marketing", "granted", 9)], "included"),
        ([("whatsapp", "any", "granted", 9)], "included"),
        ([("sms", "marketing", "granted", 9)], "no_consent"),
        ([("any", "utility", "granted", 9)], "wrong_category"),
        ([("any", "marketing", "granted", 9), ("whatsapp", "marketing", "withdrawn", 8)], "no_consent"),
        ([("any", "marketing", "granted", 8), ("whatsapp", "marketing", "withdrawn", 9)], "included"),
        ([("any", "marketing", "granted", 9), ("whatsapp", "any", "withdrawn", 9)], "no_consent"),
        ([("any", "marketing", "granted", 9), ("sms", "marketing", "withdrawn", 8)], "included"),
        ([("any", "marketing", "withdrawn", 9), ("any", "utility", "granted", 8)], "no_consent"),
    ],
)
def test_consent_is_for_a_channel_and_a_category_and_a_withdrawal_wins_a_tie(
    tea: SpringTea, states: list[tuple[str, str, str, int]], verdict: str
) -> None:
    ann = drinker("Ann", agreed=False)
    for channel, category, act, days_ago in states:
        consent(ann, category, act, channel=channel, since=NOON - timedelta(days=days_ago))
    assert judged(tea, ann) == verdict


@pytest.mark.parametrize("at_once", [1, 2, 3, 5])
def test_a_large_organisation_is_judged_in_slices_with_the_same_answer(
    tea: SpringTea, monkeypatch: pytest.MonkeyPatch, at_once: int
) -> None:
    ann, bob, cat, dan, eve = (drinker(name) for name in ("Ann", "Bob", "Cat", "Dan", "Eve"))
    same_person(ann, dan)  # known twice, and judged apart
    written_to(bob, tea)
    opted_out(cat)
    whole = tea.resolved()
    monkeypatch.setattr(resolve, "AT_ONCE", at_once)
    sliced = tea.resolved()
    assert [verdict_on(sliced, one) for one in (ann, bob, cat, dan, eve)] == [
        "included", "capped", "suppressed", "duplicate", "included",
    ]  # fmt: skip
    assert (sliced.targeted, sliced.digest) == (5, whole.digest)
