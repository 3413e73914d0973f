"""When an auto reply counts: business hours of the conversation's queue, days, and not too soon after the last one."""

from collections.abc import Mapping, Sequence
from datetime import date, datetime, time, timedelta
from typing import Protocol
from zoneinfo import ZoneInfo

from messaging.models import AutoReply


class Schedule(Protocol):
    """An auto reply's row, or the part of a contract that will become one."""

    @property
    def when(self) -> str: ...
    @property
    def from_day(self) -> date | None: ...
    @property
    def until_day(self) -> date | None: ...
    @property
    def hours_between(self) -> int: ...


def counts_at(schedule: Schedule, at: datetime, hours: Mapping[str, Sequence[Sequence[str]]], zone: str) -> bool:
    """Whether it counts at this moment. `hours` are a queue's, in the organisation's time zone."""
    day = at.astimezone(ZoneInfo(zone)).date()
    if (schedule.from_day and day < schedule.from_day) or (schedule.until_day and day > schedule.until_day):
        return False
    if schedule.when == AutoReply.When.ALWAYS:
        return True
    return somebody_is_there(at, hours, zone) == (schedule.when == AutoReply.When.OPEN)


def somebody_is_there(at: datetime, hours: Mapping[str, Sequence[Sequence[str]]], zone: str) -> bool:
    """Whether the moment lies in business hours; without any, somebody is there round the clock."""
    if not hours:
        return True
    local = at.astimezone(ZoneInfo(zone))
    spans = hours.get(str(local.weekday()), ())
    return any(time.fromisoformat(begin) <= local.time() < _end(end) for begin, end in spans)


def is_too_soon(schedule: Schedule, last: datetime | None, at: datetime) -> bool:
    """Whether the conversation got it so lately that it is not said again."""
    return last is not None and at - last < timedelta(hours=schedule.hours_between)


def _end(end: str) -> time:
    """24:00 is how people write the end of a day."""
    return time.max if end == "24:00" else time.fromisoformat(end)
