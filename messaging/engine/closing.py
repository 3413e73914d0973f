"""The close: an outcome that nobody has settled in three days stays unknown, and the books stop waiting for it."""

from datetime import datetime, timedelta

from django.db import connection, transaction

from accounts.actor import Actor
from audit.record import record
from messaging.engine.ladder import lock_messages
from messaging.models import Outcome, Send, Status

# After the attempt. Providers report within minutes; Meta repeats what it could not deliver to us for days.
CLOSES_AFTER = timedelta(hours=72)
AT_ONCE = 1000

_OLD = f"""
SELECT id, message_id FROM messaging_attempt
 WHERE outcome = {Outcome.UNSURE} AND started_at <= %(old)s ORDER BY started_at LIMIT %(at_once)s
"""
# An attempt may have stayed unsure although its message became known: a report came before the lane gave up.
_CLOSE = f"""
WITH closed AS (
    UPDATE messaging_attempt a
       SET outcome = CASE WHEN m.status = {Status.UNSURE} THEN {Outcome.CLOSED} ELSE {Outcome.ACCEPTED} END
      FROM messaging_message m
     WHERE a.id = ANY(%(attempts)s) AND a.outcome = {Outcome.UNSURE} AND m.id = a.message_id
    RETURNING a.message_id)
UPDATE messaging_message SET status = {Status.CLOSED}
 WHERE id IN (SELECT message_id FROM closed) AND status = {Status.UNSURE}
RETURNING send_id
"""


def close_unsure(now: datetime) -> int:
    """Close what is unsure since more than `CLOSES_AFTER`. How many messages that were.

    They stay counted as unsure and as paid for, because they may have arrived. From here on only proof of delivery
    changes them: a late failure or a late answer does not.
    """
    closed = 0
    while (found := _close_some(now)) is not None:
        closed += found
    return closed


def _close_some(now: datetime) -> int | None:
    with transaction.atomic(), connection.cursor() as cursor:
        cursor.execute(_OLD, {"old": now - CLOSES_AFTER, "at_once": AT_ONCE})
        attempts = dict(cursor.fetchall())
        if not attempts:
            return None
        lock_messages(attempts.values())
        cursor.execute(_CLOSE, {"attempts": list(attempts)})
        sends = [send for (send,) in cursor.fetchall()]
        for send in Send.objects.select_related("organisation").filter(pk__in=set(sends)):
            engine = Actor.system(send.organisation, "delivery engine")
            record("message.closed", send, engine, now=now, messages=sends.count(send.pk))
    return len(sends)
