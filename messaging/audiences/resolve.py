"""Asking a segment who is meant and freezing the answer in one statement, everybody with the first reason against
them.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, datetime
from typing import Any

from django.db import connection, transaction

from accounts.models import Organisation
from messaging.audiences.digest import digest_of
from messaging.audiences.languages import readers
from messaging.audiences.people import CAPPED_JOIN, gate_of_many, segment_sql
from messaging.audiences.variables import Variable, unsendable_sql, values_sql
from messaging.gate import gate_parameters
from messaging.models import Audience, AudienceMember, Price, Segment, TemplateTranslation, Verdict
from messaging.pricing.markets import OTHER, market_prefixes, markets_of_countries

# Where WhatsApp delivers no marketing (the United States since 2025-04-01) or nothing (sanctioned countries).
# Source: Meta's pages of April 2026 and December 2025; update the sets when Meta does.
NO_MARKETING = ("US",)
NO_SERVICE = ("CU", "IR", "KP", "SY")


@dataclass(frozen=True, slots=True)
class Purpose:
    """What the audience is for: everything the verdicts depend on beside the people themselves."""

    organisation: Organisation
    segment: Segment
    channel: str
    category: str
    translations: Sequence[TemplateTranslation]
    default_language: str
    variables: Sequence[Variable]
    currency: str
    due_at: datetime


def resolve(purpose: Purpose, now: datetime) -> Audience:
    """Freeze the audience: one row a person, with counts by reason and a digest over all of them."""
    with transaction.atomic():
        audience = Audience.objects.create(
            organisation=purpose.organisation,
            segment=purpose.segment,
            segment_version=purpose.segment.version,
            targeted=0,
            included=0,
            digest="",
            created_at=now,
        )
        sql, parameters = _insert(purpose, audience, now)
        with connection.cursor() as cursor:
            cursor.execute(sql, parameters)
        counts = _counts(audience)
        audience.targeted = sum(counts.values())
        audience.included = counts.pop(Verdict.INCLUDED, 0)
        audience.excluded = {Verdict(verdict).name.lower(): count for verdict, count in sorted(counts.items())}
        audience.digest = digest_of(audience)
        audience.save()
    return audience


def prices_in_force(channel: str, currency: str, category: str, on: date) -> dict[str, Price]:
    """Market -> the price that counts on that day."""
    prices = Price.objects.filter(channel=channel, currency=currency, category=category, effective_from__lte=on)
    return {price.market: price for price in prices.order_by("effective_from")}


def _counts(audience: Audience) -> dict[int, int]:
    with connection.cursor() as cursor:
        cursor.execute(
            f"SELECT verdict, count(*) FROM {AudienceMember._meta.db_table} WHERE audience_id = %s GROUP BY verdict",
            [audience.pk],
        )
        return dict(cursor.fetchall())


def _insert(purpose: Purpose, audience: Audience, now: datetime) -> tuple[str, dict[str, Any]]:
    parameters = _parameters(purpose, audience, now)
    segment, named = segment_sql(purpose.segment.rule, purpose.organisation, purpose.channel, now)
    parameters.update(named)
    values = values_sql(purpose.variables, "c", parameters) if purpose.variables else "'{}'::jsonb"
    return (
        _INSERT.format(
            segment=segment,
            values=values,
            unsendable=unsendable_sql("p.vals"),
            gate=gate_of_many(),
            capped=CAPPED_JOIN,
            **_VERDICTS,
        ),
        parameters,
    )


def _parameters(purpose: Purpose, audience: Audience, now: datetime) -> dict[str, Any]:
    translations = {translation.language: translation for translation in purpose.translations}
    reads = readers(translations)
    prices = prices_in_force(purpose.channel, purpose.currency, purpose.category, purpose.due_at.date())
    prefixes, countries = market_prefixes(), markets_of_countries()
    closed = (*NO_SERVICE, *(NO_MARKETING if purpose.category == "marketing" else ()))
    return {
        **gate_parameters(purpose.organisation, purpose.channel, purpose.category, now),
        "audience": audience.pk,
        "organisation": purpose.organisation.pk,
        "reads": list(reads),
        "reads_translation": [translations[language].pk for language in reads.values()],
        "default_translation": translations[purpose.default_language].pk,
        "prefixes": list(prefixes),
        "prefix_markets": list(prefixes.values()),
        "countries": list(countries),
        "country_markets": list(countries.values()),
        "other_market": OTHER,
        "priced": list(prices),
        "amounts": [price.amount for price in prices.values()],
        "closed": list(closed),
    }


_VERDICTS = {verdict.name.lower(): verdict.value for verdict in Verdict if verdict is not Verdict.CAPPED}

# One pass over the members: the gate's verdict, then duplicates, variables and the route, in the order of `Verdict`.
# Markets are found by the longest listed beginning of the number: four hash joins over a few hundred rows.
_INSERT = """
WITH prefix(digits, market) AS MATERIALIZED (SELECT * FROM unnest(%(prefixes)s::text[], %(prefix_markets)s::text[])),
country(code, market) AS MATERIALIZED (SELECT * FROM unnest(%(countries)s::text[], %(country_markets)s::text[])),
price(market, amount) AS MATERIALIZED (SELECT * FROM unnest(%(priced)s::text[], %(amounts)s::numeric[])),
reads(language, translation) AS MATERIALIZED (SELECT * FROM unnest(%(reads)s::text[], %(reads_translation)s::uuid[])),
person AS (
    SELECT c.id, c.phone, c.bsuid, c.country, c.language, {values} AS vals, {gate} AS gate
      FROM messaging_contact c {capped}
     WHERE c.organisation_id = %(organisation)s AND ({segment})
),
twice AS (
    SELECT greatest(t.first_id, t.second_id) AS id
      FROM messaging_mergetask t
     WHERE t.organisation_id = %(organisation)s AND t.settled_at IS NULL
       AND least(t.first_id, t.second_id) IN (SELECT id FROM person)
)
INSERT INTO messaging_audiencemember
       (audience_id, contact_id, verdict, address, address_kind, translation_id, "values", market, price)
SELECT %(audience)s, p.id,
       CASE WHEN p.gate <> {included} THEN p.gate
            WHEN p.id IN (SELECT id FROM twice) THEN {duplicate}
            WHEN {unsendable} THEN {missing_variable}
            WHEN coalesce(k.code, p.country) = ANY(%(closed)s::text[]) OR cost.amount IS NULL THEN {no_route}
            ELSE {included} END,
       coalesce(p.phone, p.bsuid, ''),
       CASE WHEN p.phone IS NOT NULL THEN 'phone' WHEN p.bsuid IS NOT NULL THEN 'bsuid' ELSE '' END,
       coalesce(exact.translation, base.translation, %(default_translation)s),
       p.vals, m.market, coalesce(cost.amount, 0)
  FROM person p
  LEFT JOIN prefix p4 ON p4.digits = substr(p.phone, 2, 4)
  LEFT JOIN prefix p3 ON p3.digits = substr(p.phone, 2, 3)
  LEFT JOIN prefix p2 ON p2.digits = substr(p.phone, 2, 2)
  LEFT JOIN prefix p1 ON p1.digits = substr(p.phone, 2, 1)
  LEFT JOIN country k ON p.phone IS NULL AND k.code = substr(p.bsuid, 1, 2)
  CROSS JOIN LATERAL (
      SELECT coalesce(p4.market, p3.market, p2.market, p1.market, k.market, %(other_market)s) AS market
  ) m
  LEFT JOIN price cost ON cost.market = m.market
  LEFT JOIN reads exact ON exact.language = lower(replace(p.language, '-', '_'))
  LEFT JOIN reads base ON base.language = lower(split_part(replace(p.language, '-', '_'), '_', 1))
"""
