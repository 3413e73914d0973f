"""Closing what broke off or came to its end: attempts nobody finished, sends that are complete or too late."""

from datetime import datetime

from django.db import connection, transaction

from accounts.actor import Actor
from audit.record import record
from messaging.engine.closing import close_unsure
from messaging.engine.ladder import climbed_sql, lock_messages
from messaging.engine.sends import lock_send, move_send, system
from messaging.models import Outcome, Send, SendState, Status

AT_ONCE = 1000
LOST = "broken_off"  # the code of an attempt whose lane did not come back

_OPEN_TOO_LONG = f"""
SELECT a.id, a.message_id FROM messaging_attempt a
 WHERE a.outcome = {Outcome.OPEN} AND a.lease_until <= %(now)s ORDER BY a.lease_until LIMIT %(at_once)s
"""
_GIVE_UP = f"""
WITH given_up AS (
    UPDATE messaging_attempt SET outcome = {Outcome.UNSURE}, code = '{LOST}', ended_at = %(now)s
     WHERE id = ANY(%(attempts)s) AND outcome = {Outcome.OPEN} RETURNING message_id)
UPDATE messaging_message m SET status = {climbed_sql("m.status", str(Status.UNSURE.value))}, error_code = '{LOST}'
 WHERE id IN (SELECT message_id FROM given_up) AND m.status = {Status.SENDING}
RETURNING m.organisation_id, m.send_id
"""
_HAS_WORK = f"""
SELECT EXISTS (SELECT 1 FROM messaging_outbox WHERE send_id = %(send)s)
    OR EXISTS (SELECT 1 FROM messaging_attempt a JOIN messaging_message m ON m.id = a.message_id
                WHERE a.outcome = {Outcome.OPEN} AND m.send_id = %(send)s)
"""


def reap(now: datetime) -> int:
    """Give up attempts whose time is over, close what nobody settled, and end what has come to its end.

    Returns how many messages became unsure.
    """
    unsure = 0
    while found := _give_up_some(now):
        unsure += found
    close_unsure(now)
    expire_late(now)
    complete_finished(now)
    return unsure


def _give_up_some(now: datetime) -> int:
    """Their messages become unsure until a report of the provider or a person settles them. They are never resent."""
    with transaction.atomic(), connection.cursor() as cursor:
        cursor.execute(_OPEN_TOO_LONG, {"now": now, "at_once": AT_ONCE})
        rows = cursor.fetchall()
        if not rows:
            return 0
        lock_messages(message for _, message in rows)
        cursor.execute(_GIVE_UP, {"now": now, "attempts": [attempt for attempt, _ in rows]})
        sends = [send for _, send in cursor.fetchall()]
        for send in Send.objects.select_related("organisation").filter(pk__in=set(sends)):
            engine = Actor.system(send.organisation, "delivery engine")
            record("message.unsure", send, engine, now=now, messages=sends.count(send.pk))
    return len(rows)


def expire_late(now: datetime) -> None:
    """End what is past its last moment. Messages that are under way are finished by how they end."""
    waiting = (SendState.SCHEDULED, SendState.RELEASING, SendState.SENDING, SendState.PAUSED)
    for late in Send.objects.filter(state__in=waiting, not_after__lte=now):
        with transaction.atomic():
            send = lock_send(late)
            if send.state in waiting and _needs_expiring(send):
                move_send(send, "expire", system(send), now)


def _needs_expiring(send: Send) -> bool:
    """A send that only waits for answers is about to be complete, not late."""
    return send.state != SendState.SENDING or _has_waiting(send)


def complete_finished(now: datetime) -> None:
    """Complete what has nobody waiting and nothing under way."""
    for sending in Send.objects.filter(state=SendState.SENDING):
        if _has_work(sending):
            continue
        with transaction.atomic():
            send = lock_send(sending)
            if send.state == SendState.SENDING and not _has_work(send):
                move_send(send, "complete", system(send), now)


def _has_work(send: Send) -> bool:
    with connection.cursor() as cursor:
        cursor.execute(_HAS_WORK, {"send": send.pk})
        return bool(cursor.fetchone()[0])


def _has_waiting(send: Send) -> bool:
    with connection.cursor() as cursor:
        cursor.execute("SELECT EXISTS (SELECT 1 FROM messaging_outbox WHERE send_id = %s)", [send.pk])
        return bool(cursor.fetchone()[0])
