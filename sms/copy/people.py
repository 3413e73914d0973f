"""How long a copy becomes for the people of a segment: asked of PostgreSQL, which tells sizes and nobody's values."""

from collections.abc import Sequence
from dataclasses import dataclass, replace
from datetime import datetime
from uuid import UUID

from django.db import connection

from accounts.tenancy import unconfined
from messaging.audiences.resolve import Purpose, judged_sql
from messaging.models import Verdict
from sms.text.counting import MOST_PARTS
from sms.text.counting_in_sql import ASTRAL, GSM, TWO_SEPTETS


@dataclass(frozen=True, slots=True)
class Group:
    """People with the same verdict, text, country and number of parts; of those left out only the verdict counts."""

    verdict: Verdict
    translation: UUID
    country: str
    parts: int
    people: int


@dataclass(frozen=True, slots=True)
class Longest:
    """The longest values of a variable: septets of those in GSM-7, UTF-16 units of those that are not, and of all."""

    gsm: int
    ucs2: int
    any: int
    missing: int


def groups_of(purpose: Purpose, now: datetime) -> list[Group]:
    """Everybody in the segment, counted."""
    judged, parameters = judged_sql(_in_parts(purpose), now)
    columns = "verdict, translation, coalesce(market, ''), price"
    sql = f"SELECT {columns}, count(*) FROM ({judged}) judged GROUP BY 1, 2, 3, 4"  # noqa: S608 - every value is bound
    with unconfined(), connection.cursor() as cursor:  # it names its organisation; ADR 14 says what it would cost
        cursor.execute(sql, parameters)
        rows = cursor.fetchall()
    return [Group(Verdict(verdict), key, country, int(parts), people) for verdict, key, country, parts, people in rows]


def longest_of(purpose: Purpose, now: datetime) -> dict[str, Longest]:
    """Variable -> its longest values, among people who would be written to if they had all values."""
    judged, parameters = judged_sql(_in_parts(purpose), now)
    sql = f"""
SELECT name, max(octets) FILTER (WHERE is_gsm), max(units) FILTER (WHERE NOT is_gsm), max(units),
       count(*) FILTER (WHERE value = '')
  FROM (SELECT v.name, v.value, v.value ~ %(gsm)s AS is_gsm,
               2 * length(v.value) - length(regexp_replace(v.value, %(two_septets)s, '', 'g')) AS octets,
               2 * length(v.value) - length(regexp_replace(v.value, %(astral)s, '', 'g')) AS units
          FROM ({judged}) judged
         CROSS JOIN LATERAL (SELECT key, coalesce(value, '') FROM jsonb_each_text(judged.vals)) AS v(name, value)
         WHERE judged.verdict IN ({Verdict.INCLUDED}, {Verdict.MISSING_VARIABLE})) sizes
 GROUP BY name ORDER BY name"""  # noqa: S608 - every value is bound
    parameters |= {"gsm": GSM, "two_septets": TWO_SEPTETS, "astral": ASTRAL}
    with unconfined(), connection.cursor() as cursor:
        cursor.execute(sql, parameters)
        return {name: Longest(gsm or 0, ucs2 or 0, units or 0, missing) for name, gsm, ucs2, units, missing in cursor}


def _in_parts(purpose: Purpose) -> Purpose:
    """The price that the statement tells is a number of parts here, and whether there is a way is not asked."""
    counted = {**purpose.fare.parameters, "most_parts": MOST_PARTS}
    fare = replace(purpose.fare, amount="size.parts", is_closed="size.parts IS NULL", parameters=counted)
    return replace(purpose, fare=fare)


def excluded_of(groups: Sequence[Group]) -> dict[str, int]:
    """People left out, by reason."""
    counts: dict[str, int] = {}
    for group in groups:
        if group.verdict is not Verdict.INCLUDED:
            name = group.verdict.name.lower()
            counts[name] = counts.get(name, 0) + group.people
    return counts
