"""When the messages of a send were handed over, in steps wide enough for a page."""

from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any

from django.db import connection
from django.utils import timezone

from messaging.models import Send

# Points of the chart over time; more cannot be told apart on a page.
_MOST_POINTS = 60
_STEPS = (60, 300, 900, 3600, 6 * 3600, 24 * 3600)  # seconds

_OVER_TIME = """
SELECT date_bin(%(step)s, handed_at, %(start)s) AS at, count(*),
       count(*) FILTER (WHERE status IN (40, 50)), count(*) FILTER (WHERE status = 35)
  FROM messaging_message WHERE send_id = %(send)s AND handed_at IS NOT NULL GROUP BY 1 ORDER BY 1
"""


@dataclass(frozen=True, slots=True)
class Moment:
    """What was handed over in one step, and what has become of that by now."""

    at: datetime
    delivered: int
    failed: int
    open: int


@dataclass(frozen=True, slots=True)
class OverTime:
    """`form` is how a step's time is written."""

    moments: list[Moment]
    form: str

    @property
    def labels(self) -> list[str]:
        return [timezone.localtime(one.at).strftime(self.form) for one in self.moments]


def over_time_of(send: Send) -> OverTime | None:
    """None before the first was handed over."""
    if send.started_at is None:
        return None
    seconds = ((send.ended_at or timezone.now()) - send.started_at).total_seconds()
    step = next((one for one in _STEPS if seconds / one <= _MOST_POINTS), _STEPS[-1])
    facts: dict[str, Any] = {"step": timedelta(seconds=step), "start": send.started_at, "send": send.pk}
    with connection.cursor() as cursor:
        cursor.execute(_OVER_TIME, facts)
        moments = [Moment(at, delivered, failed, all_ - delivered - failed)
                   for at, all_, delivered, failed in cursor.fetchall()]  # fmt: skip
    if not moments:
        return None
    return OverTime(moments, "%H:%M" if seconds < 24 * 3600 else "%d.%m. %H:%M")
