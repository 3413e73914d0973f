"""What a rule's people are made of: verdict, country and where they came from, counted. Freezes nothing."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime
from uuid import UUID

from django.db import connection

from accounts.models import Organisation
from accounts.tenancy import unconfined
from messaging.audiences.people import CAPPED_JOIN, TWICE, gate_of_many, segment_sql
from messaging.gate import gate_parameters
from messaging.models import Verdict

_COUNT = """
WITH person AS (
    SELECT c.id, c.country, c.import_batch_id, {gate} AS gate
      FROM messaging_contact c {capped}
     WHERE c.organisation_id = %(organisation)s AND ({segment})
),
{twice}
SELECT CASE WHEN p.gate = {included} AND p.id IN (SELECT id FROM twice) THEN {duplicate} ELSE p.gate END,
       p.country, p.import_batch_id, count(*)
  FROM person p GROUP BY 1, 2, 3 ORDER BY 1, 2, 3
"""
_ATTRIBUTES = """
SELECT known.name, count(*)
  FROM messaging_contact c CROSS JOIN LATERAL jsonb_object_keys(c.attributes) AS known(name)
 WHERE c.organisation_id = %(organisation)s AND ({segment})
 GROUP BY 1 ORDER BY 2 DESC, 1 LIMIT %(most)s
"""


@dataclass(frozen=True, slots=True)
class Group:
    """So many people with one verdict, of one country, from one import (None: from none)."""

    verdict: Verdict
    country: str
    import_id: UUID | None
    people: int


def makeup_of(rule: str, organisation: Organisation, channel: str, category: str, now: datetime) -> list[Group]:
    """Everybody whom the rule means, in groups, each person once. A person known twice is counted as a duplicate, as
    the frozen audience will have it.
    """
    condition, named = segment_sql(rule, organisation, channel, now)
    sql = _COUNT.format(
        gate=gate_of_many(), capped=CAPPED_JOIN, segment=condition, twice=TWICE.format(segment=condition),
        included=Verdict.INCLUDED.value, duplicate=Verdict.DUPLICATE.value,
    )  # fmt: skip
    with unconfined(), connection.cursor() as cursor:  # it names its organisation; ADR 14 says what it would cost
        cursor.execute(sql, {**gate_parameters(organisation, channel, category, now), **named})
        return [Group(Verdict(verdict), *rest) for verdict, *rest in cursor.fetchall()]


def attributes_of(
    rule: str, organisation: Organisation, channel: str, now: datetime, most: int = 20
) -> Mapping[str, int]:
    """What is known of the people of a rule beside tags: attribute -> people who have it, the most frequent first."""
    condition, named = segment_sql(rule, organisation, channel, now)
    with unconfined(), connection.cursor() as cursor:
        parameters = {**named, "organisation": organisation.pk, "most": most}
        cursor.execute(_ATTRIBUTES.format(segment=condition), parameters)
        return dict(cursor.fetchall())
