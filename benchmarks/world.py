"""The data that benchmarks run on, made by the database itself: one organisation, many contacts, some history."""

from datetime import datetime, time, timedelta
from decimal import Decimal

from django.db import connection

from accounts.models import Organisation, Person
from accounts.roles import Role
from accounts.tenancy import as_login_role
from messaging.models import MessagingRules, Segment, Sender, Template, TemplateTranslation, WhatsAppAccount
from messaging.whatsapp.templates.definition import Body, Category, Definition, digest

_CONTACTS = """
INSERT INTO messaging_contact (key, organisation_id, phone, name, language, country, tags, attributes, crm_id, version)
SELECT gen_random_uuid(), %(organisation)s, '+8526' || (1000000 + %(first)s + n), 'Customer ' || n,
       CASE WHEN n %% 3 = 0 THEN 'zh_HK' ELSE 'en' END, 'HK', ARRAY['tea'], '{}', '', 1
  FROM generate_series(1, %(count)s) n
"""
_AGREED = """
INSERT INTO messaging_consentstate (organisation_id, contact_id, channel, category, state, since, source)
SELECT organisation_id, id, 'whatsapp', 'marketing', 'granted', now() - interval '90 days', 'form'
  FROM messaging_contact WHERE organisation_id = %(organisation)s AND id %% 20 <> 0
ON CONFLICT DO NOTHING
"""
_OPTED_OUT = """
INSERT INTO messaging_suppression (organisation_id, contact_id, channel, category, reason, source, at)
SELECT organisation_id, id, 'any', 'any', 'stop', 'benchmark', now() - interval '9 days'
  FROM messaging_contact WHERE organisation_id = %(organisation)s AND id %% 25 = 1
ON CONFLICT DO NOTHING
"""
# Two of everybody's five are as late as a cap looks back for every tenth person, and one for the others.
_HISTORY = """
INSERT INTO messaging_attempt (id, message_id, contact_id, sender_id, category, price, started_at, lease_until,
                               ended_at, outcome, code)
SELECT gen_random_uuid(), -5 * c.id - n, c.id, %(sender)s, 'marketing', 0.07, at, at, at, 1, ''
  FROM messaging_contact c, generate_series(0, 4) n,
       LATERAL (SELECT now() - interval '1 day' * (1 + n * CASE WHEN c.id %% 10 = 0 THEN 2 ELSE 12 END) AS at) moment
 WHERE c.organisation_id = %(organisation)s
"""


def organisation(slug: str) -> Organisation:
    made, _is_new = Organisation.objects.get_or_create(slug=slug, defaults={"name": slug})
    return made


def person(where: Organisation, username: str, role: Role) -> Person:
    found = Person.objects.filter(username=username).first()
    return found or Person.objects.create_user(username, password=None, organisation=where, role=role)


def contacts(where: Organisation, count: int, first: int = 0) -> None:
    """That many people in Hong Kong; one in twenty without consent, one in twenty-five opted out."""
    values = {"organisation": where.pk, "count": count, "first": first}
    with connection.cursor() as cursor:
        for statement in (_CONTACTS, _AGREED, _OPTED_OUT):
            cursor.execute(statement, values)
    with as_login_role(), connection.cursor() as cursor:
        cursor.execute("ANALYZE messaging_contact, messaging_consentstate, messaging_suppression")


def history(where: Organisation, sender: Sender) -> None:
    """Five earlier messages to everybody, all taken by the provider."""
    with connection.cursor() as cursor:
        cursor.execute(_HISTORY, {"organisation": where.pk, "sender": sender.pk})
    with as_login_role(), connection.cursor() as cursor:
        cursor.execute("ANALYZE messaging_attempt")


def rules(where: Organisation) -> None:
    """No quiet hours, no gap and no cap that a benchmark's rounds would run into."""
    MessagingRules.objects.update_or_create(
        organisation=where,
        defaults={"quiet_from": time(0), "quiet_until": time(0), "marketing_cap": 30_000, "pair_gap_seconds": 0},
    )


def sender(where: Organisation, now: datetime, per_second: int = 1000) -> tuple[Sender, TemplateTranslation]:
    """A connected number without a limit worth mentioning, and a template with one variable that Meta has approved."""
    account, _ = WhatsAppAccount.objects.get_or_create(
        waba_id=f"1{where.pk.int % 10**14}",
        defaults={"organisation": where, "name": where.name, "access_token": "bench", "app_secret": "bench-secret"},
    )
    number, _ = Sender.objects.get_or_create(
        provider_ref=f"2{where.pk.int % 10**14}",
        defaults={
            "organisation": where, "account": account, "number": "+85223456789", "quality": "GREEN",
            "tier": "TIER_UNLIMITED", "per_second": per_second,
        },
    )  # fmt: skip
    template, _ = Template.objects.get_or_create(
        account=account,
        name="bench",
        defaults={
            "organisation": where, "category": "marketing", "default_language": "en",
            "created_at": now - timedelta(days=9), "updated_at": now - timedelta(days=9),
        },
    )  # fmt: skip
    definition = Definition(
        name="bench", language="en", category=Category.MARKETING,
        body=Body(text="Hello {{1}}, tea is in. Reply STOP to opt out.", examples={"1": "Mei"}),
    )  # fmt: skip
    translation, _ = TemplateTranslation.objects.get_or_create(
        template=template,
        language="en",
        defaults={
            "organisation": where, "definition": definition.model_dump(mode="json"), "digest": digest(definition),
            "status": "APPROVED", "reviewed_category": "marketing",
        },
    )  # fmt: skip
    return number, translation


def segment(where: Organisation, now: datetime) -> Segment:
    made, _ = Segment.objects.get_or_create(
        organisation=where, name="tea", defaults={"rule": "tag:tea", "created_at": now, "updated_at": now}
    )
    return made


CEILING = Decimal(1_000_000)
