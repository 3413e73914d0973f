"""Minutes of somebody being there: a queue's clock runs in its business hours; where it has none, all the time."""

from collections.abc import Iterator
from datetime import UTC, date, datetime, time, timedelta, tzinfo
from typing import Final

from messaging.models import Queue

# A promise that is not due within so many days is as good as none; it also ends the search.
_FARTHEST: Final = 3 * 366

Span = tuple[datetime, datetime]


def due_after(start: datetime, minutes: int, queue: Queue, zone: tzinfo) -> datetime:
    """When so many minutes of the queue's business hours have passed since `start`, in UTC.

    Hours are wall-clock times in `zone`, the organisation's; minutes are real ones, also on a day when the clocks
    change. Hours that are never open count as none.
    """
    start, left = start.astimezone(UTC), timedelta(minutes=minutes)
    hours = queue.business_hours if any(queue.business_hours.values()) else {}
    if not hours:
        return start + left
    reached = start
    for begins, ends in _open_from(start, hours, zone):
        reached = max(start, begins)
        if ends - reached >= left:
            return reached + left
        left -= ends - reached
        reached = ends
    return reached


def is_open_at(moment: datetime, queue: Queue, zone: tzinfo) -> bool:
    """Whether somebody is there by the queue's business hours."""
    hours = queue.business_hours if any(queue.business_hours.values()) else {}
    if not hours:
        return True
    moment = moment.astimezone(UTC)
    today = moment.astimezone(zone).date()
    spans = _spans_of(today - timedelta(days=1), hours, zone) + _spans_of(today, hours, zone)
    return any(begins <= moment < ends for begins, ends in spans)


def _open_from(start: datetime, hours: dict[str, list[list[str]]], zone: tzinfo) -> Iterator[Span]:
    """The times of being open that end after `start`, in order and without overlaps, in UTC."""
    yesterday, covered = start.astimezone(zone).date() - timedelta(days=1), start
    for passed in range(_FARTHEST):
        for begins, ends in _spans_of(yesterday + timedelta(days=passed), hours, zone):
            if ends > covered:
                yield max(begins, covered), ends
                covered = ends


def _spans_of(day: date, hours: dict[str, list[list[str]]], zone: tzinfo) -> list[Span]:
    """The times that begin on this day. What ends before it begins by the clock ends on the day after."""
    spans = [
        (_moment(day, begins, zone), _moment(day if begins < ends else day + timedelta(days=1), ends, zone))
        for begins, ends in hours.get(str(day.weekday()), ())
    ]
    # Where the clocks skip an hour, what lies in it may end before it begins: then nobody was there.
    return sorted(span for span in spans if span[0] < span[1])


def _moment(day: date, clock: str, zone: tzinfo) -> datetime:
    """HH:MM of a day; 24:00 is the midnight at its end."""
    if clock == "24:00":
        day, clock = day + timedelta(days=1), "00:00"
    return datetime.combine(day, time.fromisoformat(clock), zone).astimezone(UTC)
