"""Freezing an audience: everybody with the first reason against them, and nobody missing."""

from collections.abc import Callable
from datetime import date, timedelta
from decimal import Decimal
from typing import Any

import pytest
from django.db import connection

from messaging.audiences import resolve
from messaging.audiences.digest import digest_of
from messaging.audiences.languages import readers
from messaging.audiences.variables import Variable
from messaging.models import (
    Attempt,
    AudienceMember,
    ConsentAct,
    Contact,
    MergeTask,
    Message,
    Outcome,
    Send,
    SuppressionReason,
    Verdict,
)
from tests.factories import (
    NOON,
    ConsentStateFactory,
    MessagingRulesFactory,
    SendFactory,
    SuppressionFactory,
    other_tenant,
)
from tests.messaging.spring_tea import SpringTea, drinker, frozen, judged, member, set_prices, verdict_on

pytestmark = pytest.mark.django_db


@pytest.fixture
def tea() -> SpringTea:
    return SpringTea()


def opted_out(contact: Contact, **fields: Any) -> Contact:
    SuppressionFactory(contact=contact, **fields)
    return contact


def blocked(contact: Contact) -> Contact:
    return opted_out(contact, reason=SuppressionReason.BLOCKED)


def consent(contact: Contact, category: str = "marketing", act: str = ConsentAct.GRANTED, **fields: Any) -> Contact:
    ConsentStateFactory(contact=contact, category=category, state=act, **fields)
    return contact


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


def test_somebody_known_by_user_id_alone_is_reached_on_whatsapp(tea: SpringTea) -> None:
    ann = drinker("Ann", phone=None, bsuid="HK.4111222333444", country="")
    row = frozen(tea, ann)
    assert (row.verdict, row.address, row.address_kind, row.market) == (0, "HK.4111222333444", "bsuid", "HK")


def test_somebody_known_by_user_id_alone_has_no_address_on_sms(tea: SpringTea) -> None:
    ann = drinker("Ann", phone=None, bsuid="HK.4111222333444")
    assert judged(tea, ann, channel="sms") == "invalid"


@pytest.mark.parametrize(
    ("phone", "country", "market", "price"),
    [
        ("+85261234567", "HK", "HK", "0.073200"),
        ("+14165550123", "CA", "NORTH_AMERICA", "0.025000"),
        ("+85366123456", "MO", "OTHER", "0.060400"),
    ],
)
def test_each_person_costs_what_their_market_costs(
    tea: SpringTea, phone: str, country: str, market: str, price: str
) -> None:
    row = frozen(tea, drinker("Ann", phone=phone, country=country))
    assert (row.verdict, row.market, row.price) == (0, market, Decimal(price))


def test_a_market_without_a_price_has_no_route(tea: SpringTea) -> None:
    brazil = drinker("Ana", phone="+5511961234567", country="BR")
    audience = tea.resolved()
    assert verdict_on(audience, brazil) == "no_route"
    assert member(audience, brazil).price == 0


def test_the_newest_price_that_has_begun_on_the_day_of_the_send_counts(tea: SpringTea) -> None:
    ann = drinker("Ann")
    set_prices(date(2026, 3, 2), HK="0.0800")
    set_prices(date(2026, 3, 3), HK="0.0900")
    assert frozen(tea, ann).price == Decimal("0.0800")
    tomorrow = NOON + timedelta(days=1)
    assert frozen(tea, ann, due_at=tomorrow).price == Decimal("0.0900")


@pytest.mark.parametrize(
    "fields",
    [
        {"phone": "+12025550123", "country": "US"},
        {"phone": None, "bsuid": "US.4111222333444", "country": ""},
        {"phone": None, "bsuid": "US.4111222333444", "country": "US"},
    ],
)
def test_no_marketing_goes_to_the_united_states_but_other_messages_do(tea: SpringTea, fields: dict[str, Any]) -> None:
    set_prices(category="utility")
    joe = consent(drinker("Joe", **fields), "utility")
    assert judged(tea, joe) == "no_route"
    assert judged(tea, joe, category="utility") == "included"


@pytest.mark.parametrize("country", ["CU", "IR", "KP", "SY"])
def test_nothing_goes_to_sanctioned_countries(tea: SpringTea, country: str) -> None:
    set_prices(category="utility")
    somebody = consent(drinker("Ann", country=country), "utility")
    assert judged(tea, somebody, category="utility") == "no_route"


@pytest.mark.parametrize(
    ("language", "reads"),
    [
        ("en", "en"),
        ("en-GB", "en"),
        ("EN_us", "en"),
        ("zh-HK", "zh_HK"),
        ("zh_TW", "zh_HK"),
        ("zh-Hant", "zh_HK"),
        ("zh-Hant-MO", "zh_HK"),
        ("yue", "zh_HK"),
        ("zh_CN", "en"),
        ("zh-Hans", "en"),
        ("zh", "en"),
        ("pt", "pt_BR"),
        ("pt_PT", "pt_BR"),
        ("fr", "en"),
        ("", "en"),
    ],
)
def test_everybody_reads_their_own_language_or_the_default(tea: SpringTea, language: str, reads: str) -> None:
    tea.translate("zh_HK")
    tea.translate("pt_BR")
    row = frozen(tea, drinker("Ann", language=language))
    assert row.translation is not None
    assert row.translation.language == reads


def test_an_exact_language_wins_over_its_relatives() -> None:
    found = readers(["pt_BR", "pt_PT", "zh_TW", "zh_HK", "zh_CN"])
    assert (found["pt_pt"], found["pt_br"], found["pt"]) == ("pt_PT", "pt_BR", "pt_BR")
    assert (found["zh_hk"], found["zh_tw"], found["zh_mo"], found["zh_cn"], found["zh"]) == (
        "zh_HK", "zh_TW", "zh_TW", "zh_CN", "zh_CN",
    )  # fmt: skip


def variable(name: str = "1", source: str = "attribute", **fields: Any) -> Variable:
    return Variable.model_validate({"name": name, "source": source, **fields})


@pytest.mark.parametrize(
    ("fields", "source", "value"),
    [
        ({"name": " Ann "}, variable(source="name"), "Ann"),
        ({"crm_id": "42"}, variable(source="crm_id"), "42"),
        ({"attributes": {"shop": "Central"}}, variable(attribute="shop"), "Central"),
        ({"attributes": {"points": 120}}, variable(attribute="points"), "120"),
        ({}, variable(source="text", text="10% off"), "10% off"),
        ({}, variable(attribute="shop", fallback="your shop"), "your shop"),
        ({"attributes": {"shop": "  "}}, variable(attribute="shop", fallback="your shop"), "your shop"),
        ({"attributes": {"shop": None}}, variable(attribute="shop", fallback="your shop"), "your shop"),
        ({"attributes": {"a'b%s": "odd"}}, variable(attribute="a'b%s"), "odd"),
    ],
)
def test_a_variable_is_filled_from_its_source_or_its_fallback(
    tea: SpringTea, fields: dict[str, Any], source: Variable, value: str
) -> None:
    row = frozen(tea, drinker(**fields), variables=[source])
    assert (row.verdict, row.values) == (0, {"1": value})


@pytest.mark.parametrize("shop", ["", "   ", None, "two\nlines", "a\ttab", "a\rreturn", "four    spaces"])
def test_who_lacks_a_value_or_has_one_that_meta_refuses_is_left_out(tea: SpringTea, shop: str | None) -> None:
    ann = drinker("Ann", attributes={"shop": shop})
    assert judged(tea, ann, variables=[variable(attribute="shop")]) == "missing_variable"


def test_without_variables_nobody_is_left_out_for_one(tea: SpringTea) -> None:
    assert judged(tea, drinker(""), variables=[]) == "included"


def test_the_frozen_rows_stay_as_they_were_while_people_change(tea: SpringTea) -> None:
    ann = drinker("Ann")
    audience = tea.resolved()
    before = audience.digest
    ann.name, ann.phone = "Anna", "+85298765432"
    ann.save()
    opted_out(ann)
    drinker("Late")
    assert digest_of(audience) == before
    assert audience.members.count() == 1


def test_an_audience_of_nobody_has_a_digest_too(tea: SpringTea) -> None:
    audience = tea.resolved()
    assert (audience.targeted, audience.included, audience.excluded) == (0, 0, {})
    assert audience.digest == "e3b0c44298fc1c149afbf4c8996fb92427ae41e4649b934ca495991b7852b855"


CHANGES = {
    "contact_id": "(SELECT id FROM messaging_contact WHERE name = 'Outside')",
    "verdict": "2",
    "address": "'+85290000000'",
    "address_kind": "'bsuid'",
    "translation_id": "(SELECT id FROM messaging_templatetranslation WHERE language = 'zh_HK')",
    "values": '\'{"1": "Somebody else"}\'',
    "market": "'OTHER'",
    "price": "price + 0.000001",
}


@pytest.mark.parametrize("column", CHANGES)
def test_the_digest_changes_with_every_column_of_every_row(tea: SpringTea, column: str) -> None:
    tea.translate("zh_HK")
    drinker("Outside", tags=[])
    drinker("Ann")
    bob = drinker("Bob")
    audience = tea.resolved()
    with connection.cursor() as cursor:
        cursor.execute(
            f'UPDATE messaging_audiencemember SET "{column}" = {CHANGES[column]} WHERE contact_id = %s', [bob.pk]
        )
    assert digest_of(audience) != audience.digest


def test_no_column_is_forgotten_by_the_digest() -> None:
    assert {each.column for each in AudienceMember._meta.concrete_fields} == {*CHANGES, "id", "audience_id"}


def test_the_digest_changes_when_a_row_goes_or_comes(tea: SpringTea) -> None:
    ann, outside = drinker("Ann"), drinker("Outside", tags=[])
    drinker("Bob")
    audience = tea.resolved()
    others = ", ".join(f'"{column}"' for column in [*CHANGES, "audience_id"] if column != "contact_id")
    with connection.cursor() as cursor:
        cursor.execute(
            f"INSERT INTO messaging_audiencemember (contact_id, {others}) SELECT %s, {others}"
            " FROM messaging_audiencemember WHERE contact_id = %s",
            [outside.pk, ann.pk],
        )
    assert digest_of(audience) != audience.digest
    AudienceMember.objects.filter(contact=outside).delete()
    assert digest_of(audience) == audience.digest
    AudienceMember.objects.filter(contact=ann).delete()
    assert digest_of(audience) != audience.digest


def test_the_same_people_on_the_same_day_have_the_same_digest(tea: SpringTea) -> None:
    for name in ("Ann", "Bob", "Cat"):
        drinker(name)
    assert tea.resolved().digest == tea.resolved(now=NOON + timedelta(minutes=5)).digest


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


def test_resolving_makes_no_message_and_touches_nobody(tea: SpringTea) -> None:
    ann = drinker("Ann")
    tea.resolved()
    assert Message.objects.count() == 0
    assert not Attempt.objects.filter(contact=ann).exists()
