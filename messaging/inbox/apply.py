"""Reading what waits: events in batches, their statuses in one statement, other items each in its own transaction."""

import logging
import time
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from datetime import datetime
from typing import Any, NamedTuple

from django.db import connection, transaction

from accounts.faults import faultpoint
from accounts.statements import run_sql
from messaging.batches import numbers
from messaging.carriers import Malformed, carrier
from messaging.inbox.events import Event, waiting_events
from messaging.inbox.handlers import handle
from messaging.inbox.items import StatusItem
from messaging.inbox.kinds import all_news
from messaging.inbox.senders import Known, known_places
from messaging.inbox.statuses import apply_statuses
from messaging.measures import count_applied
from messaging.models import WebhookEvent, WebhookFailure

log = logging.getLogger(__name__)

EVENTS_AT_ONCE = 1000
# A batch costs a dozen statements however small it is: where there is a stream, it is let gather for so many seconds.
STREAM_FROM, GATHERED_FOR = 50, 0.05
TRIES = 3
_TURN = 8_517_203_946_001  # the number of the lock; any that nobody else takes

# The ORM writes a thousand rows as four thousand cases of one statement.
_SETTLE = """
UPDATE messaging_webhookevent event
   SET applied_at = %s, state = settled.state, items = settled.items, tries = settled.tries, news = settled.news
  FROM unnest(%s::bigint[], %s::int[], %s::int[], %s::int[], %s::int[]) AS settled (id, state, items, tries, news)
 WHERE event.id = settled.id
"""


class Told(NamedTuple):
    """One item of one event, and where it stood in it."""

    event: Event
    place: int
    item: Any


class Failed(NamedTuple):
    """What could not be applied, and the type of its error. An event that nothing could be read out of has no item."""

    told: Told
    error: str


def apply_for(seconds: float, clock: Callable[[], datetime]) -> None:
    """Apply what waits until nothing does, for at most so long."""
    until = time.monotonic() + seconds
    while (count := apply_waiting(clock())) and time.monotonic() < until:
        if STREAM_FROM <= count < EVENTS_AT_ONCE:
            time.sleep(GATHERED_FOR)


def apply_waiting(now: datetime) -> int:
    """Apply one batch of waiting events and return how many it was; 0, too, while somebody else is at it.

    Statuses are one transaction and each other item is its own: whoever holds the locks of many messages while it asks
    for one more, or for a person, ends in a deadlock with a lane. What breaks off in between is applied again.
    """
    with _one_at_a_time() as is_my_turn:
        if not is_my_turn:
            return 0
        events = waiting_events(EVENTS_AT_ONCE)
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


def apply_events(events: Sequence[Event], now: datetime) -> None:
    """Apply these events. Told again, an event changes nothing."""
    told: list[Told] = []
    failed: list[Failed] = []
    for event in events:
        told += take_apart(event, failed)
    apply_told(told, known_places(events), now, failed)
    faultpoint("inbox.before_settling")
    with transaction.atomic():
        _settle(events, failed, now)
    count_applied(events, now)


def apply_told(told: Sequence[Told], known: Known, now: datetime, failed: list[Failed]) -> None:
    """Apply these items, statuses together and each other one by itself; what fails joins `failed`."""
    _apply_statuses([one for one in told if isinstance(one.item, StatusItem)], known, now, failed)
    for one in told:
        if not isinstance(one.item, StatusItem):
            _apply_one(one, known, now, failed)


def take_apart(event: Event, failed: list[Failed]) -> list[Told]:
    """Its items. What no reader foresaw fails by itself: the events behind it must not wait for somebody to mend it."""
    try:
        items = carrier(event.carrier).events(event.body)
    except Malformed as error:
        event.state = WebhookEvent.State.UNREADABLE
        log.warning("webhook event %s cannot be read: %s", event.id, error)
        return []
    except Exception as error:  # noqa: BLE001 - the worker's end: this event fails alone
        _note(Told(event, 0, None), error, failed)
        return []
    event.items, event.news = len(items), all_news(items)
    return [Told(event, index, item) for index, item in enumerate(items)]


def _apply_statuses(statuses: Sequence[Told], known: Known, now: datetime, failed: list[Failed]) -> None:
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


def _apply_one(one: Told, known: Known, now: datetime, failed: list[Failed]) -> None:
    try:
        with transaction.atomic():
            handle(one.item, one.event, known, now)
    except Exception as error:  # noqa: BLE001 - the worker's end: this item fails alone
        _note(one, error, failed)


def _note(one: Told, error: Exception, failed: list[Failed]) -> None:
    """Keep what went wrong by its type: the text of a database error repeats what the customer wrote."""
    log.warning("item %d of webhook event %s failed: %s", one.place, one.event.id, type(error).__name__, exc_info=error)
    failed.append(Failed(one, type(error).__name__))


def _settle(events: Sequence[Event], failed: Sequence[Failed], now: datetime) -> None:
    """An event with failures is tried three times as a whole; what still fails then is put in quarantine."""
    failing = {one.told.event.id for one in failed}
    for event in events:
        event.tries += 1
        if event.state == WebhookEvent.State.UNREADABLE:
            continue
        if event.id not in failing:
            event.state = WebhookEvent.State.APPLIED
        elif event.tries >= TRIES:
            event.state = WebhookEvent.State.PARTLY
    names = ("id", "state", "items", "tries", "news")
    columns = [numbers(int(getattr(event, name)) for event in events) for name in names]
    run_sql(_SETTLE, [now, *columns])
    for one in failed:
        note_failure(one, now)
    if retried := [event.id for event in events if event.tries > 1 and event.id not in failing]:
        WebhookFailure.objects.filter(event__in=retried).delete()


def note_failure(one: Failed, now: datetime) -> None:
    """One row an item that fails, until it no longer does."""
    event, place, item = one.told
    WebhookFailure.objects.update_or_create(
        event_id=event.id,
        item=place,
        defaults={
            "kind": "event" if item is None else type(item).__name__,
            "error": one.error,
            "tries": event.tries,
            "quarantined_at": now if event.tries >= TRIES else None,
        },
    )
