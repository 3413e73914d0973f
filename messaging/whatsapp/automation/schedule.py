"""When an auto reply counts: business hours of the conversation's queue, days, and not too soon after the last one."""

from datetime import date, datetime, timedelta
from typing import Protocol
from zoneinfo import ZoneInfo

from messaging.models import AutoReply, Queue
from messaging.whatsapp.conversations.business_hours import is_open_at


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


def counts_at(schedule: Schedule, at: datetime, queue: Queue | None, zone: str) -> bool:
    """Whether it counts at this moment, by the queue's business hours; `zone` is the organisation's."""
    here = ZoneInfo(zone)
    day = at.astimezone(here).date()
    if (schedule.from_day and day < schedule.from_day) or (schedule.until_day and day > schedule.until_day):
        return False
    if schedule.when == AutoReply.When.ALWAYS:
        return True
    is_open = queue is None or is_open_at(at, queue, here)
    return is_open == (schedule.when == AutoReply.When.OPEN)


def is_too_soon(schedule: Schedule, last: datetime | None, at: datetime) -> bool:
    """Whether the conversation got it so lately that it is not said again."""
    return last is not None and at - last < timedelta(hours=schedule.hours_between)
