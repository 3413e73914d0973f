"""`queue_depth`: claiming 500 messages when 900,000 have gone out already, against claiming them from fresh tables."""

import time
from collections.abc import Iterator
from datetime import timedelta
from typing import Any

from django.db import connection
from django.utils import timezone

from accounts.tenancy import as_login_role
from benchmarks.delivery import queued, send_under_way, stage
from benchmarks.measuring import Bar, Outcome
from messaging.engine.take import take
from messaging.models import Send, Sender, SendState, TemplateTranslation

CLAIM = 500
CLAIMS = 5  # a round; the gate leaves some people out, so each reads a little more than it marks
PEOPLE = 100_000

# Everything that 100,000 messages leave behind when they are through, dead rows of the outbox included.
_DONE = """
WITH done AS (
    INSERT INTO messaging_message (organisation_id, send_id, contact_id, sender_id, translation_id, address,
           address_kind, "values", category, market, price, status, verdict, error_code, error_text, queued_at,
           handed_at, delivered_at, provider_id)
    SELECT c.organisation_id, %(send)s, c.id, %(sender)s, %(translation)s, c.phone, 'phone',
           jsonb_build_object('1', c.name), 'marketing', 'HONG_KONG', 0.026, 40, 0, '', '', %(at)s, %(at)s, %(at)s,
           'wamid.done.' || %(send)s || c.id
      FROM messaging_contact c WHERE c.organisation_id = %(organisation)s
    RETURNING id, contact_id),
waited AS (
    INSERT INTO messaging_outbox (message_id, send_id, sender_id, priority, due_at, tries)
    SELECT id, %(send)s, %(sender)s, 10, %(at)s, 0 FROM done)
INSERT INTO messaging_attempt
       (id, message_id, contact_id, sender_id, category, price, started_at, lease_until, ended_at, outcome, code)
SELECT gen_random_uuid(), id, contact_id, %(sender)s, 'marketing', 0.026, %(at)s, %(at)s, %(at)s, 1, '' FROM done
"""


def run(rounds: int, scale: int) -> Iterator[Outcome]:
    """Always the full depth: the bar speaks of it. Fresh first, as nothing can be fresh again."""
    number, translation = stage("bench-depth", PEOPLE)
    outcome = Outcome("queue_depth", "ms a claim of 500", "ms from fresh tables", Bar(1.5, above=False))
    queued(number, translation, 2 * (rounds * CLAIMS + 2) * CLAIM)
    _claim(number)  # the first one plans and warms up
    outcome.reference = [_claims(number) for _round in range(rounds)]
    done = 0
    for batch in range(9):
        done += _finish_everybody(number, translation, 9 - batch)
    with as_login_role(), connection.cursor() as cursor:
        cursor.execute("ANALYZE messaging_outbox, messaging_message, messaging_attempt")
    _claim(number)
    outcome.measured = [_claims(number) for _round in range(rounds)]
    outcome.notes.append(f"{done:,} messages done, not vacuumed, nine earlier ones for each person")
    yield outcome


def _claims(number: Sender) -> float:
    """Milliseconds of one claim, the best of a few: what the machine's other work adds is not ours."""
    return min(_claim(number) for _claim_of_round in range(CLAIMS))


def _claim(number: Sender) -> float:
    began = time.perf_counter()
    taken = take(number, CLAIM, timezone.now())
    took = time.perf_counter() - began
    assert len(taken) > 0.8 * CLAIM, f"only {len(taken)} were marked"
    return took * 1000


def _finish_everybody(number: Sender, translation: TemplateTranslation, days_ago: int) -> int:
    """A send of so long ago that reached everybody; how many messages that were."""
    send = send_under_way(number, translation)
    facts: dict[str, Any] = {
        "send": send.pk, "sender": number.pk, "translation": translation.pk, "organisation": number.organisation_id,
        "at": timezone.now() - timedelta(days=days_ago),
    }  # fmt: skip
    with connection.cursor() as cursor:
        cursor.execute(_DONE, facts)
        made = int(cursor.rowcount)
        cursor.execute("DELETE FROM messaging_outbox WHERE send_id = %s", [send.pk])
    Send.objects.filter(pk=send.pk).update(state=SendState.COMPLETED)
    return made
