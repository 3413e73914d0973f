"""Writing down how hand-overs ended, a batch in one transaction, each exactly once.

Closing the attempt is the fence: only results whose attempt was still open, or had been given up as unknown, count for
the message, the cost and the run of failures. So a batch may be written down twice, or late, without a second effect.
"""

from collections.abc import Sequence
from datetime import datetime, timedelta
from typing import Any
from uuid import UUID

from django.db import connection, transaction
from django.utils.translation import gettext as _

from accounts.actor import Actor
from accounts.faults import faultpoint
from accounts.statements import run_sql
from messaging.batches import numbers, texts
from messaging.consent.optouts import Stop, opt_out
from messaging.engine import accepted, bodies, breakers, quiet
from messaging.engine.cooling import LONGEST_NAMED, stretched
from messaging.engine.ladder import climbed_sql, lock_messages
from messaging.engine.sends import verdict_of_end
from messaging.engine.taken import Ending, Result, cost_by_send
from messaging.measures import count_attempts
from messaging.models import Category, Outcome, Sender, Status, SuppressionReason, Verdict

MAX_TRIES = 5
# Seconds; each further try of a message waits four times as long, up to the longest.
FIRST_WAIT = 2.0
LONGEST_WAIT = 900.0
# Seconds that a message waits whose sender has no room, whatever was said: asking again at once would only keep both
# the provider and the database busy. It does not grow: the sender slows down instead (`cooling`).
BUSY_WAIT = 1.0

_OUTCOMES = {
    Ending.ACCEPTED: Outcome.ACCEPTED,
    Ending.HELD: Outcome.ACCEPTED,
    Ending.FAILED: Outcome.FAILED,
    Ending.UNSURE: Outcome.UNSURE,
    Ending.NOT_ATTEMPTED: Outcome.NOT_ATTEMPTED,
    Ending.BUSY: Outcome.NOT_ATTEMPTED,
    Ending.HOLD: Outcome.NOT_ATTEMPTED,
    Ending.UNUSED: Outcome.NOT_ATTEMPTED,
}
_STATUSES = {
    Ending.ACCEPTED: Status.ACCEPTED,
    Ending.HELD: Status.HELD,
    Ending.FAILED: Status.FAILED,
    Ending.UNSURE: Status.UNSURE,
}
_TAKEN = frozenset({Ending.ACCEPTED, Ending.HELD})
_GOES_AGAIN = frozenset({Ending.NOT_ATTEMPTED, Ending.BUSY, Ending.HOLD, Ending.UNUSED})
_COSTS_NOTHING = _GOES_AGAIN | {Ending.FAILED}

_LOCK_SENDS = "SELECT id, kind, state FROM messaging_send WHERE id = ANY(%s) ORDER BY id FOR NO KEY UPDATE"
_CLOSE = f"""
UPDATE messaging_attempt a SET outcome = r.outcome, code = r.code, ended_at = %(now)s
  FROM unnest(%(attempts)s::uuid[], %(outcomes)s::int[], %(codes)s::text[]) AS r(id, outcome, code)
 WHERE a.id = r.id AND a.outcome IN ({Outcome.OPEN}, {Outcome.UNSURE})
   AND (a.outcome, a.code) IS DISTINCT FROM (r.outcome, r.code)
RETURNING a.id
"""
_CLIMB = f"""
UPDATE messaging_message m
   SET status = {climbed_sql("m.status", "r.status")},
       provider_id = coalesce(m.provider_id, r.provider_id),
       error_code = CASE WHEN r.status > m.status THEN r.code ELSE m.error_code END,
       error_text = CASE WHEN r.status > m.status THEN r.text ELSE m.error_text END,
       failed_at = CASE WHEN r.status = {Status.FAILED} AND m.status < r.status THEN %(now)s ELSE m.failed_at END
  FROM unnest(%(messages)s::bigint[], %(statuses)s::int[], %(provider_ids)s::text[], %(codes)s::text[],
              %(texts)s::text[]) AS r(id, status, provider_id, code, text)
 WHERE m.id = r.id
"""
_QUEUE_AGAIN = f"""
WITH back AS (
    UPDATE messaging_message m SET status = {Status.QUEUED}, handed_at = NULL
      FROM unnest(%(messages)s::bigint[], %(priorities)s::int[], %(due)s::timestamptz[], %(tries)s::int[])
           AS r(id, priority, due_at, tries)
     WHERE m.id = r.id AND m.status IN ({Status.SENDING}, {Status.UNSURE})
    RETURNING m.id, m.send_id, m.sender_id, r.priority, r.due_at, r.tries)
INSERT INTO messaging_outbox (message_id, send_id, sender_id, priority, due_at, tries)
SELECT id, send_id, sender_id, priority, due_at, tries FROM back ON CONFLICT (message_id) DO NOTHING
"""
_LEAVE_OUT = f"""
UPDATE messaging_message m SET status = {Status.EXCLUDED}, verdict = r.verdict, handed_at = NULL
  FROM unnest(%(messages)s::bigint[], %(verdicts)s::int[]) AS r(id, verdict)
 WHERE m.id = r.id AND m.status IN ({Status.SENDING}, {Status.UNSURE})
"""
_GIVE_BACK = """
UPDATE messaging_send s SET reserved = s.reserved - r.price
  FROM unnest(%(sends)s::uuid[], %(prices)s::numeric[]) AS r(send_id, price) WHERE s.id = r.send_id
"""


def finish(results: Sequence[Result], sender: Sender, now: datetime) -> None:
    """Write a batch of results down. Their messages belong to `sender`, in the order in which they ended."""
    _write_opt_outs(results, sender, now)
    with transaction.atomic():
        ended = _lock_sends(results)
        lock_messages(result.taken.message_id for result in results)
        counting = _close_attempts(results, now)
        settled = [_give_up_after_tries(result) for result in counting]
        _climb([result for result in settled if result.ending in _STATUSES], now)
        _send_back([result for result in settled if result.ending in _GOES_AGAIN], ended, now)
        bodies.forget(sender.channel, [result.taken for result in settled if result.ending not in _GOES_AGAIN])
        _give_cost_back([result for result in settled if result.ending in _COSTS_NOTHING])
        breakers.after_results(settled, sender, now)
        quiet.note(settled, sender, now)
        accepted.tell(sender.channel, [result.taken for result in settled if result.ending in _TAKEN], now)
        faultpoint("finish.before_commit")
    faultpoint("finish.committed")
    count_attempts(settled, sender)


def _write_opt_outs(results: Sequence[Result], sender: Sender, now: datetime) -> None:
    """People who refuse marketing at the provider. First, and by itself: the one thing that must not be lost."""
    refusing = [result.taken.contact_id for result in results if result.opts_out]
    if refusing:
        stop = Stop(SuppressionReason.PROVIDER, sender.carrier, now, sender.channel, Category.MARKETING)
        opt_out(refusing, stop, Actor.system(sender.organisation, "delivery engine"), now)


def _lock_sends(results: Sequence[Result]) -> dict[UUID, Verdict]:
    """Lock the sends, in the order that everybody takes: sends before messages. Those that have ended, whose messages
    do not go again, with why these are left out instead.
    """
    sends = sorted({result.taken.send_id for result in results})
    ends = {send: verdict_of_end(kind, state) for send, kind, state in run_sql(_LOCK_SENDS, [sends])}
    return {send: why for send, why in ends.items() if why is not None}


def _close_attempts(results: Sequence[Result], now: datetime) -> list[Result]:
    """The results that count: those whose attempt nobody has closed for good."""
    facts: dict[str, Any] = {
        "attempts": texts(str(result.taken.attempt_id) for result in results),
        "outcomes": numbers(_OUTCOMES[result.ending].value for result in results),
        "codes": texts(_clean(result.code, 20) for result in results),
        "now": now,
    }
    closed = {attempt for (attempt,) in run_sql(_CLOSE, facts)}
    return [result for result in results if result.taken.attempt_id in closed]


def _give_up_after_tries(result: Result) -> Result:
    """A message that was refused five times has failed; what never left us, is held, or found its sender busy, was not
    tried at all."""
    if result.ending is not Ending.NOT_ATTEMPTED or result.taken.tries + 1 < MAX_TRIES:
        return result
    text = _("Given up after %(tries)d tries: %(text)s") % {"tries": MAX_TRIES, "text": result.text}
    return Result(result.taken, Ending.FAILED, code=result.code, text=text)


def _climb(results: Sequence[Result], now: datetime) -> None:
    if not results:
        return
    facts: dict[str, Any] = {
        "messages": numbers(result.taken.message_id for result in results),
        "statuses": numbers(_STATUSES[result.ending].value for result in results),
        "provider_ids": texts(result.provider_id for result in results),
        "codes": texts(_clean(result.code, 20) for result in results),
        "texts": texts(_clean(result.text, 300) for result in results),
        "now": now,
    }
    run_sql(_CLIMB, facts)


def _send_back(results: Sequence[Result], ended: dict[UUID, Verdict], now: datetime) -> None:
    again = [result for result in results if result.taken.send_id not in ended]
    left_out = [result for result in results if result.taken.send_id in ended]
    with connection.cursor() as cursor:
        if again:
            cursor.execute(_QUEUE_AGAIN, _queue_facts(again, now))
        if left_out:
            messages = [result.taken.message_id for result in left_out]
            cursor.execute(
                _LEAVE_OUT, {"messages": messages, "verdicts": [ended[result.taken.send_id] for result in left_out]}
            )


def _queue_facts(results: Sequence[Result], now: datetime) -> dict[str, Any]:
    return {
        "messages": [result.taken.message_id for result in results],
        "priorities": [result.taken.priority for result in results],
        "due": [now + timedelta(seconds=wait_of(result)) for result in results],
        "tries": [result.taken.tries + (result.ending is Ending.NOT_ATTEMPTED) for result in results],
    }


def wait_of(result: Result) -> float:
    """Seconds until a message that may go again is due: four times as long after each further refusal of its own."""
    if result.ending is Ending.BUSY:
        return stretched(max(BUSY_WAIT, min(LONGEST_NAMED, result.wait)), result)
    if result.ending is not Ending.NOT_ATTEMPTED:
        return result.wait
    return max(result.wait, min(LONGEST_WAIT, (result.wait or FIRST_WAIT) * 4.0**result.taken.tries))


def _give_cost_back(results: Sequence[Result]) -> None:
    costs = cost_by_send(result.taken for result in results)
    if costs:
        with connection.cursor() as cursor:
            cursor.execute(_GIVE_BACK, {"sends": list(costs), "prices": list(costs.values())})


def _clean(text: str, length: int) -> str:
    """What PostgreSQL can hold: no NUL, no halves of characters, and short enough."""
    return text.replace("\x00", "").encode("utf-8", "replace").decode()[:length]
