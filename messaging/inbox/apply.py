"""Reading what waits: events in batches, their statuses in one statement, other items each in its own transaction."""

import logging
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from django.db import connection, transaction
from psycopg import Cursor

from accounts.faults import faultpoint
from messaging.carriers import Malformed, carrier
from messaging.inbox.arrays import numbers
from messaging.inbox.handlers import handle
from messaging.inbox.items import StatusItem
from messaging.inbox.senders import Known, known_places
from messaging.inbox.statuses import apply_statuses
from messaging.models import WebhookEvent, WebhookFailure

log = logging.getLogger(__name__)

EVENTS_AT_ONCE = 1000
TRIES = 3
_TURN = 8_517_203_946_001  # the number of the lock; any that nobody else takes

# The ORM writes a thousand rows as four thousand cases of one statement.
_SETTLE = """
UPDATE messaging_webhookevent event
   SET applied_at = %s, state = settled.state, items = settled.items, tries = settled.tries
  FROM unnest(%s::bigint[], %s::int[], %s::int[], %s::int[]) AS settled (id, state, items, tries)
 WHERE event.id = settled.id
"""


@dataclass(frozen=True, slots=True)
class Told:
    """One item of one event, and where it stood in it."""

    event: WebhookEvent
    index: int
    item: Any


def apply_waiting(now: datetime) -> int:
    """Apply one batch of waiting events and return how many it was; 0, too, while somebody else is at it.

    Statuses are one transaction and each other item is its own: whoever holds the locks of many messages while it asks
    for one more, or for a person, ends in a deadlock with a lane. What breaks off in between is applied again.
    """
    with _one_at_a_time() as is_my_turn:
        if not is_my_turn:
            return 0
        waiting = WebhookEvent.objects.filter(state=WebhookEvent.State.WAITING)
        events = list(waiting.order_by("pk")[:EVENTS_AT_ONCE])
        if events:
            apply_events(events, now)
    return len(events)


@contextmanager
def _one_at_a_time() -> Iterator[bool]:
    """A lock that spares double work. Nothing but speed hangs on it: an event told twice changes nothing."""
    with connection.cursor() as cursor:
        cursor.execute("SELECT pg_try_advisory_lock(%s)", (_TURN,))
        (is_my_turn,) = cursor.fetchone()
    try:
        yield is_my_turn
    finally:
        if is_my_turn:
            with connection.cursor() as cursor:
                cursor.execute("SELECT pg_advisory_unlock(%s)", (_TURN,))


def apply_events(events: Sequence[WebhookEvent], now: datetime) -> None:
    """Apply these events. Told again, an event changes nothing."""
    told: list[Told] = []
    failed: dict[tuple[int, int], str] = {}
    for event in events:
        told += _take_apart(event, failed)
    known = known_places(events)
    statuses = [one for one in told if isinstance(one.item, StatusItem)]
    others = [one for one in told if not isinstance(one.item, StatusItem)]
    _apply_statuses(statuses, known, now, failed)
    for one in others:
        _apply_one(one, known, now, failed)
    faultpoint("inbox.before_settling")
    with transaction.atomic():
        _settle(events, told, failed, now)


def _take_apart(event: WebhookEvent, failed: dict[tuple[int, int], str]) -> list[Told]:
    """Its items. What no reader foresaw fails by itself: the events behind it must not wait for somebody to mend it."""
    try:
        items = carrier(event.carrier).events(bytes(event.body))
    except Malformed as error:
        event.state = WebhookEvent.State.UNREADABLE
        log.warning("webhook event %s cannot be read: %s", event.pk, error)
        return []
    except Exception as error:  # noqa: BLE001 - the worker's end: this event fails alone
        _note(Told(event, 0, None), error, failed)
        return []
    event.items = len(items)
    return [Told(event, index, item) for index, item in enumerate(items)]


def _apply_statuses(statuses: Sequence[Told], known: Known, now: datetime, failed: dict[tuple[int, int], str]) -> None:
    """All at once; if that fails, one by one, so that a poisoned one cannot hold up its siblings."""
    ours = [(one, known.sender(one.event, one.item.sender_ref)) for one in statuses]
    batch = [(one, sender) for one, sender in ours if sender is not None]
    try:
        with transaction.atomic():
            apply_statuses([(sender, one.item) for one, sender in batch], now)
            faultpoint("inbox.applied_before_commit")
            return
    except Exception:
        log.warning("a batch of %d statuses failed; applying them one by one", len(batch), exc_info=True)
    for one, sender in batch:
        try:
            with transaction.atomic():
                apply_statuses([(sender, one.item)], now)
        except Exception as error:  # noqa: BLE001 - the worker's end: this item fails alone
            _note(one, error, failed)


def _apply_one(one: Told, known: Known, now: datetime, failed: dict[tuple[int, int], str]) -> None:
    try:
        with transaction.atomic():
            handle(one.item, one.event, known, now)
    except Exception as error:  # noqa: BLE001 - the worker's end: this item fails alone
        _note(one, error, failed)


def _note(one: Told, error: Exception, failed: dict[tuple[int, int], str]) -> None:
    """Keep what went wrong by its type: the text of a database error repeats what the customer wrote."""
    log.warning("item %d of webhook event %s failed: %s", one.index, one.event.pk, type(error).__name__, exc_info=error)
    failed[(one.event.pk, one.index)] = type(error).__name__


def _settle(
    events: Sequence[WebhookEvent], told: Sequence[Told], failed: dict[tuple[int, int], str], now: datetime
) -> None:
    """An event with failures is tried three times as a whole; what still fails then is put in quarantine."""
    kinds = {(one.event.pk, one.index): type(one.item).__name__ for one in told}
    failing = {event for event, _index in failed}
    for event in events:
        event.tries += 1
        event.applied_at = now
        if event.state == WebhookEvent.State.UNREADABLE:
            continue
        if event.pk not in failing:
            event.state = WebhookEvent.State.APPLIED
        elif event.tries >= TRIES:
            event.state = WebhookEvent.State.PARTLY
    columns = [numbers(int(getattr(event, name)) for event in events) for name in ("pk", "state", "items", "tries")]
    with Cursor(connection.connection) as cursor:
        cursor.execute(_SETTLE, [now, *columns], prepare=True)
    tries = {event.pk: event.tries for event in events}
    for key, error in failed.items():
        event_id, index = key
        quarantined = now if tries[event_id] >= TRIES else None
        WebhookFailure.objects.update_or_create(
            event_id=event_id,
            item=index,
            defaults={
                "kind": kinds.get(key, "event"),
                "error": error,
                "tries": tries[event_id],
                "quarantined_at": quarantined,
            },
        )
    retried = [event for event in events if event.tries > 1 and event.pk not in failing]
    WebhookFailure.objects.filter(event__in=retried).delete()
