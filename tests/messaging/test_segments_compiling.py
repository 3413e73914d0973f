"""What a rule finds among real contacts, on the real database, and that no text of a rule becomes SQL."""

from datetime import UTC, datetime, timedelta
from typing import Any
from zoneinfo import ZoneInfo

import pytest
from django.db import connection

from messaging.models import Attempt, Category, Channel, ConsentAct, Contact, ImportBatch, Outcome
from messaging.segments import compile_rule, parse
from tests.factories import NOON, ConsentStateFactory, ContactFactory, SenderFactory, harbour_tea

pytestmark = pytest.mark.django_db


def found(rule: str, **options: Any) -> set[str]:
    """Names of the contacts of Harbour Tea whom a rule means at noon."""
    sql, parameters = compile_rule(parse(rule), **{"channel": "whatsapp", "now": NOON} | options)
    with connection.cursor() as cursor:
        cursor.execute(f"SELECT c.name FROM messaging_contact c WHERE {sql}", parameters)
        return {name for (name,) in cursor.fetchall()}


@pytest.fixture
def people() -> None:
    """Ada is a VIP of Hong Kong, Ben of Macau is staff, Chi wrote last week, Dee has told us nothing about herself."""
    batch = ImportBatch.objects.create(
        organisation=harbour_tea(), name="spring.csv", digest="0" * 64, made_by="test", created_at=NOON
    )
    days = timedelta(days=1)
    common = {"organisation": harbour_tea(), "agreed": False}
    ada = ContactFactory(
        name="Ada",
        tags=["vip", "貴賓"],
        attributes={"tier": "gold", "points": 250, "wines": ["shiraz", "merlot"], "birthday": "1990-05-17"},
        language="zh_Hant",
        crm_id="A-1",
        created_at=datetime(2026, 1, 1, 10, 0, tzinfo=UTC),
        import_batch=batch,
        **common,
    )
    _written_to(ada, NOON - 3 * days)
    ContactFactory(
        name="Ben",
        tags=["vip", "staff"],
        attributes={"tier": "silver", "points": "90.5", "wines": "shiraz"},
        country="MO",
        created_at=datetime(2025, 12, 31, 15, 30, tzinfo=UTC),
        last_inbound_at=NOON - 200 * days,
        **common,
    )
    ContactFactory(
        name="Chi",
        attributes={"points": "many", "birthday": "soon"},
        created_at=datetime(2025, 12, 31, 16, 0, tzinfo=UTC),
        last_inbound_at=NOON - 7 * days,
        **common,
    )
    ContactFactory(name="Dee", country="", language="", created_at=datetime(2025, 6, 1, tzinfo=UTC), **common)


def _written_to(contact: Contact, at: datetime) -> None:
    """Handed over then; a later try never left the house and does not count."""
    said = {"contact": contact, "sender": SenderFactory(), "category": "marketing", "message_id": 1}
    for moment, outcome in ((at, Outcome.ACCEPTED), (at + timedelta(days=2), Outcome.NOT_ATTEMPTED)):
        Attempt.objects.create(started_at=moment, lease_until=moment, outcome=outcome, **said)


@pytest.mark.usefixtures("people")
@pytest.mark.parametrize(
    ("rule", "names"),
    [
        ("everyone", "Ada Ben Chi Dee"),
        ("everyone and not tag:staff", "Ada Chi Dee"),
        ("tag:vip", "Ada Ben"),
        ("tag:貴賓", "Ada"),
        ("tag:vip and not tag:staff", "Ada"),
        ("tag in (staff, 貴賓)", "Ada Ben"),
        ("everyone and tag exists", "Ada Ben"),
        ("everyone and tag not in (staff, other)", "Ada Chi Dee"),
        ("country in (HK, MO)", "Ada Ben Chi"),
        ("everyone and country != HK", "Ben Dee"),
        ("everyone and country exists", "Ada Ben Chi"),
        ("language = zh-Hant", "Ada"),
        ("everyone and not language = zh-Hant", "Ben Chi Dee"),
        ("crm_id = A-1", "Ada"),
        ("crm_id exists", "Ada"),
        ("attribute.tier = gold", "Ada"),
        ("everyone and attribute.tier != gold", "Ben Chi Dee"),
        ("attribute.tier in (gold, silver)", "Ada Ben"),
        ("attribute.tier exists", "Ada Ben"),
        ("attribute.points > 90", "Ada Ben"),
        ("attribute.points >= 90.5 and attribute.points < 250", "Ben"),
        ("attribute.points = 250.0", "Ada"),
        ('attribute.points = "many"', "Chi"),
        ("attribute.wines has shiraz", "Ada Ben"),
        ("attribute.wines has merlot", "Ada"),
        ("attribute.birthday < 2000-01-01", "Ada"),
        ("last_inbound < 90 days", "Chi"),
        ("last_inbound > 90 days", "Ben"),
        ("everyone and not last_inbound < 90 days", "Ada Ben Dee"),
        ("everyone and not last_inbound exists", "Ada Dee"),
        ("last_outbound <= 3 days", "Ada"),
        ("last_inbound = 2026-02-23", "Chi"),
        ("last_inbound < 2 weeks or last_outbound < 100 hours", "Ada Chi"),
        ("created < 2026-01-01", "Ben Dee"),
        ("created <= 2026-01-01", "Ada Ben Chi Dee"),
        ("created >= 2026-01-01", "Ada Chi"),
        ("created = 2026-01-01", "Ada Chi"),
        ("created > 2026-01-01", ""),
        ("created > 2025-06-01 and created != 2026-01-01", "Ben"),
        ("imported_from = spring.csv", "Ada"),
        ("everyone and not imported_from exists", "Ben Chi Dee"),
        ("not (country not in (HK) or tag:vip)", "Chi"),
    ],
)
def test_a_rule_finds_exactly_whom_it_says(rule: str, names: str) -> None:
    assert found(rule) == set(names.split())


@pytest.mark.usefixtures("people")
def test_a_day_begins_where_the_organisation_is() -> None:
    assert found("created = 2025-12-31", now=NOON, zone=UTC) == {"Ben", "Chi"}
    assert found("created = 2025-12-31", now=NOON, zone=ZoneInfo("Asia/Hong_Kong")) == {"Ben"}


@pytest.mark.usefixtures("people")
def test_an_import_is_found_by_its_id_too() -> None:
    assert found(f"imported_from = {ImportBatch.objects.get().pk}") == {"Ada"}


def consented(name: str, *states: tuple[str, str, str, int]) -> None:
    contact = ContactFactory(name=name, organisation=harbour_tea(), agreed=False)
    for channel, category, state, days_ago in states:
        ConsentStateFactory(
            contact=contact, channel=channel, category=category, state=state, since=NOON - timedelta(days=days_ago)
        )


def test_consent_counts_for_its_channel_and_category_until_it_is_taken_back() -> None:
    yes, no = ConsentAct.GRANTED, ConsentAct.WITHDRAWN
    consented("Ada", (Channel.WHATSAPP, Category.MARKETING, yes, 9))
    consented("Ben", (Channel.ANY, Category.ANY, yes, 9))
    consented("Chi", (Channel.SMS, Category.MARKETING, yes, 9))
    consented("Dee", (Channel.WHATSAPP, Category.UTILITY, yes, 9))
    consented("Eve", (Channel.WHATSAPP, Category.MARKETING, no, 9))
    consented("Fay", (Channel.ANY, Category.ANY, yes, 9), (Channel.WHATSAPP, Category.MARKETING, no, 8))
    consented("Gus", (Channel.ANY, Category.MARKETING, no, 9), (Channel.WHATSAPP, Category.MARKETING, yes, 8))
    consented("Hal", (Channel.ANY, Category.MARKETING, no, 9), (Channel.WHATSAPP, Category.MARKETING, yes, 9))
    assert found("everyone and consent:marketing") == {"Ada", "Ben", "Gus"}
    assert found("everyone and consent:marketing", channel="sms") == {"Ben", "Chi", "Fay"}
    assert found("everyone and not consent:marketing") == {"Chi", "Dee", "Eve", "Fay", "Hal"}


INJECTION = "x'); DROP TABLE messaging_contact; --"


@pytest.mark.parametrize(
    "rule",
    [
        f'tag:"{INJECTION}"',
        f'tag in (a, "{INJECTION}")',
        f'crm_id = "{INJECTION}"',
        f'attribute.tier = "{INJECTION}"',
        f'attribute.tier has "{INJECTION}"',
        f'imported_from = "{INJECTION}"',
        'tag:"100%s %(x)s %"',
        'attribute.tier = "%s"',
    ],
)
def test_what_a_rule_says_is_bound_and_never_becomes_sql(rule: str) -> None:
    sql, parameters = compile_rule(parse(rule), channel="whatsapp", now=NOON)
    assert "DROP" not in sql
    assert sql.count("%") == sql.count("%s") == len(parameters)
    assert found(rule) == set()


def test_tags_are_found_through_their_index() -> None:
    sql, parameters = compile_rule(parse("tag:vip"), channel="whatsapp", now=NOON)
    with connection.cursor() as cursor:
        cursor.execute("SET LOCAL enable_seqscan = off")
        cursor.execute(f"EXPLAIN SELECT c.id FROM messaging_contact c WHERE {sql}", parameters)
        assert "contact_tags" in "\n".join(line for (line,) in cursor.fetchall())
