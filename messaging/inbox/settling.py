"""What a report means for the attempt behind it and for the money that its send holds back."""

from collections.abc import Collection, Mapping, Sequence
from decimal import Decimal
from uuid import UUID

from accounts.statements import run_sql
from messaging.engine.ladder import PROOF
from messaging.models import Outcome, Status

_PAID = f"{Outcome.UNSURE}, {Outcome.CLOSED}"
_PROOF = ", ".join(str(rung.value) for rung in PROOF)

_SENDS_OF = "SELECT DISTINCT send_id FROM messaging_message WHERE id = ANY(%s)"
_LOCK_SENDS = "SELECT id FROM messaging_send WHERE id = ANY(%s) ORDER BY id FOR NO KEY UPDATE"
# Closing the attempt is the fence that `finish` stands behind too, so that no money is given back twice.
_RETURNED = f"""
WITH returned AS (
    UPDATE messaging_attempt a SET outcome = {Outcome.RETURNED} FROM messaging_message m
     WHERE a.message_id = ANY(%(failed)s) AND m.id = a.message_id AND m.status = {Status.FAILED}
       AND a.outcome IN ({Outcome.OPEN}, {Outcome.UNSURE}, {Outcome.ACCEPTED})
    RETURNING m.send_id, a.price)
UPDATE messaging_send s SET reserved = s.reserved - freed.price
  FROM (SELECT send_id, sum(price) AS price FROM returned GROUP BY send_id) freed WHERE s.id = freed.send_id
"""
# An unsure attempt is settled by any report. What we held for failed, closed or never made arrived after all if the
# provider proves it, and then it costs.
_ARRIVED = f"""
WITH was AS (
    SELECT id, message_id, outcome, price FROM messaging_attempt
     WHERE message_id = ANY(%(messages)s::bigint[])
       AND (outcome IN ({Outcome.UNSURE}, {Outcome.RETURNED}, {Outcome.FAILED}, {Outcome.CLOSED})
            OR outcome = {Outcome.NOT_ATTEMPTED} AND id = ANY(%(echoes)s::uuid[]))),
arrived AS (
    UPDATE messaging_attempt a SET outcome = {Outcome.ACCEPTED}
      FROM was JOIN messaging_message m ON m.id = was.message_id
     WHERE a.id = was.id AND (was.outcome = {Outcome.UNSURE} OR m.status IN ({_PROOF}))
    RETURNING m.send_id, CASE WHEN was.outcome IN ({_PAID}) THEN 0 ELSE was.price END AS price)
SELECT send_id, sum(price) FROM arrived GROUP BY send_id HAVING sum(price) > 0
"""
_CHARGE = """
UPDATE messaging_send s SET reserved = s.reserved + owed.price
  FROM unnest(%(sends)s::uuid[], %(prices)s::numeric[]) AS owed(send_id, price) WHERE s.id = owed.send_id
"""


def sends_of(messages: Sequence[int]) -> set[UUID]:
    """The sends of these messages."""
    if not messages:
        return set()
    return {send for (send,) in run_sql(_SENDS_OF, [list(messages)])}


def lock_sends(sends: Collection[UUID]) -> None:
    """Lock what will be written to, in the order that everybody takes: sends before messages."""
    if sends:
        run_sql(_LOCK_SENDS, [sorted(sends)])


def settle_attempts(messages: str, failed: Sequence[int], echoes: str) -> dict[UUID, Decimal]:
    """After the messages have climbed: settle their attempts, and give back what those cost that failed.

    `failed` are those that a failure was told of, whose sends are locked; `echoes` our references in the reports.
    Messages and echoes are array literals. Returns what sends owe again, for messages that arrived after all.
    """
    if failed:
        run_sql(_RETURNED, {"failed": list(failed)})
    owed: dict[UUID, Decimal] = dict(run_sql(_ARRIVED, {"messages": messages, "echoes": echoes}))
    return owed


def charge(owed: Mapping[UUID, Decimal]) -> None:
    """Take again what these sends owe. They are locked."""
    if owed:
        run_sql(_CHARGE, {"sends": list(owed), "prices": list(owed.values())})
