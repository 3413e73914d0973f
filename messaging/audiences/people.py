"""The people of a segment as SQL, shared by freezing an audience and by counting what a segment would reach."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import Any
from zoneinfo import ZoneInfo

from django.db import connection

from accounts.models import Organisation
from accounts.tenancy import unconfined
from messaging.gate import capped_people_sql, gate_parameters, verdict_sql
from messaging.models import Contact, Verdict
from messaging.segments import compile_rule, parse

# The caps of everybody are joined in one scan instead of being looked up person by person.
CAPPED_JOIN = f"LEFT JOIN ({capped_people_sql()}) capped ON capped.contact_id = c.id"

# The same for the contacts of a slice, whose ids are above and up to parameters of the statement.
CAPPED_JOIN_OF_SLICE = f"""LEFT JOIN ({
    capped_people_sql("capped_attempt.contact_id > %(above)s AND capped_attempt.contact_id <= %(upto)s")
}) capped ON capped.contact_id = c.id"""

# Of two contacts that may be one person the newer one, where the rule means the older one too; `segment` is the rule.
TWICE = """twice AS (
    SELECT greatest(t.first_id, t.second_id) AS id
      FROM messaging_mergetask t
      JOIN messaging_contact c ON c.id = least(t.first_id, t.second_id)
     WHERE t.organisation_id = %(organisation)s AND t.settled_at IS NULL
       AND c.organisation_id = %(organisation)s AND ({segment})
)"""


def gate_of_many() -> str:
    """The gate for a whole segment; the statement joins `CAPPED_JOIN`."""
    return verdict_sql("c", capped="capped.contact_id IS NOT NULL")


def segment_sql(rule: str, organisation: Organisation, channel: str, now: datetime) -> tuple[str, dict[str, Any]]:
    """A condition on `messaging_contact c` for this rule, and its parameters by name."""
    fragment = compile_rule(parse(rule), channel=channel, now=now, zone=ZoneInfo(organisation.timezone))
    sql, values = fragment
    named: dict[str, Any] = {}
    for number, value in enumerate(values):
        sql = sql.replace("%s", f"%(segment_{number})s", 1)
        named[f"segment_{number}"] = value
    return sql, named


def people_of(rule: str, organisation: Organisation, channel: str, now: datetime) -> list[int]:
    """The contacts that a rule means now."""
    condition, named = segment_sql(rule, organisation, channel, now)
    meant = Contact.objects.raw(
        f"SELECT c.id FROM messaging_contact c WHERE c.organisation_id = %(organisation)s AND ({condition})",
        {**named, "organisation": organisation.pk},
    )
    return [contact.pk for contact in meant]


@dataclass(frozen=True, slots=True)
class Size:
    """How many people a rule means, and how many of them may be written to now."""

    targeted: int
    reachable: int
    excluded: Mapping[str, int]


def size_of(rule: str, organisation: Organisation, channel: str, category: str, now: datetime) -> Size:
    """Count a rule's people by the gate's verdict. Freezes nothing."""
    condition, named = segment_sql(rule, organisation, channel, now)
    parameters = {**gate_parameters(organisation, channel, category, now), **named}
    with unconfined(), connection.cursor() as cursor:  # it names its organisation; ADR 14 says what it would cost
        cursor.execute(
            f"SELECT gate, count(*) FROM (SELECT {gate_of_many()} AS gate FROM messaging_contact c {CAPPED_JOIN}"
            f" WHERE c.organisation_id = %(organisation)s AND ({condition})) judged GROUP BY gate ORDER BY gate",
            parameters,
        )
        counts: dict[int, int] = dict(cursor.fetchall())
    reachable = counts.pop(Verdict.INCLUDED, 0)
    excluded = {Verdict(verdict).name.lower(): count for verdict, count in counts.items()}
    return Size(reachable + sum(counts.values()), reachable, excluded)
