"""Opting out always works, and nobody is written to more often than they should be."""

from collections.abc import Mapping
from datetime import datetime

from django.db import connection

from messaging.invariants.rules import Broken, Rule, broken
from messaging.models import Outcome

_LEFT = f"a.outcome <> {Outcome.NOT_ATTEMPTED}"
_REFUSED = "Nothing is handed over to somebody whose opt-out was stored before."

RULES = (
    # By the record, which tells every stop and every return in their order; its times are those of reading.
    Rule(
        "stops_are_heard",
        _REFUSED,
        f"""SELECT 'attempt ' || a.id FROM messaging_attempt a
             JOIN messaging_message m ON m.id = a.message_id JOIN messaging_send s ON s.id = m.send_id
             JOIN audit_entry no ON no.subject_id = a.contact_id::text AND no.subject_type = 'messaging.Contact'
              AND no.action = 'contact.opted_out' AND no.at + %(told_within)s < a.started_at
              AND no.facts->>'channel' IN ('any', s.channel) AND no.facts->>'category' IN ('any', a.category)
              -- A code that the person waits for goes past a no to what is sent unasked, and past no block.
              AND NOT (s.kind = 'otp' AND no.facts->>'category' = 'any' AND no.facts->>'reason' <> 'blocked')
            WHERE s.created_at >= %(since)s AND {_LEFT}
              AND NOT EXISTS (SELECT 1 FROM audit_entry back
                               WHERE back.subject_id = no.subject_id AND back.subject_type = no.subject_type
                                 AND back.action = 'contact.opted_in' AND back.at >= no.at
                                 AND back.at <= a.started_at + %(told_within)s)""",
    ),
    Rule(
        "caps_hold",
        "No window of the organisation's days holds more marketing attempts at one person than its cap.",
        f"""SELECT DISTINCT 'contact ' || recent.contact_id FROM (
            SELECT a.contact_id, a.started_at, c.organisation_id, coalesce(r.marketing_cap, %(cap)s) AS cap,
                   (SELECT count(*) FROM messaging_attempt earlier
                     WHERE earlier.contact_id = a.contact_id AND earlier.category = 'marketing'
                       AND earlier.outcome <> {Outcome.NOT_ATTEMPTED} AND earlier.started_at <= a.started_at
                       AND earlier.started_at > a.started_at
                                              - coalesce(r.marketing_cap_days, %(cap_days)s) * interval '1 day'
                   ) AS written
              FROM messaging_attempt a
              JOIN messaging_message m ON m.id = a.message_id JOIN messaging_send s ON s.id = m.send_id
              JOIN messaging_contact c ON c.id = a.contact_id
              LEFT JOIN messaging_messagingrules r ON r.organisation_id = c.organisation_id
             WHERE s.created_at >= %(since)s AND a.category = 'marketing' AND {_LEFT}) recent
         WHERE recent.written > recent.cap
           AND NOT EXISTS (SELECT 1 FROM audit_entry e WHERE e.organisation_id = recent.organisation_id
                            AND e.action = 'rules.changed' AND e.at > recent.started_at)""",
    ),
)

_AFTER_COMMIT = f"""
SELECT 'attempt ' || a.id FROM messaging_attempt a
  JOIN unnest(%s::bigint[], %s::timestamptz[]) AS stop(contact_id, at) ON stop.contact_id = a.contact_id
 WHERE a.started_at > stop.at AND {_LEFT} ORDER BY 1
"""


def after_commit(stopped: Mapping[int, datetime]) -> list[Broken | None]:
    """The same to the microsecond, for whoever saw the opt-outs committed: by the database's clock, by contact."""
    with connection.cursor() as cursor:
        cursor.execute(_AFTER_COMMIT, [list(stopped), list(stopped.values())])
        return [broken("stops_are_heard_at_once", _REFUSED, [what for (what,) in cursor.fetchall()])]
