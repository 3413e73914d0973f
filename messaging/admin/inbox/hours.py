"""Business hours as people write them: "09:00-13:00, 14:00-18:00" for a day, and a week in one line."""

import re
from collections.abc import Mapping, Sequence
from itertools import pairwise

from django.utils.dates import WEEKDAYS_ABBR
from django.utils.translation import gettext as _

# Weekday from 0 (Monday) -> the field of the form.
DAYS = {number: f"day_{number}" for number in range(7)}
_SPAN = re.compile(r"(\d{1,2}):(\d{2})\s*[-–—]\s*(\d{1,2}):(\d{2})")
_END_OF_DAY = 24 * 60  # 24:00 is the midnight at the end of a day

Spans = Sequence[Sequence[str]]


def read_day(typed: str) -> list[list[str]]:
    """The pairs of HH:MM of one day, in order. Raises ValueError that says what is wrong and how to write it."""
    spans: list[tuple[int, int]] = []
    for part in filter(None, (part.strip() for part in re.split(r"[,;、，]", typed))):
        found = _SPAN.fullmatch(part)
        if found is None:
            raise ValueError(_("“%(part)s” is no time of day from and until. Write 09:00-18:00.") % {"part": part})
        hours = [int(number) for number in found.groups()]
        begins, ends = hours[0] * 60 + hours[1], hours[2] * 60 + hours[3]
        if hours[1] > 59 or hours[3] > 59 or begins >= ends or ends > _END_OF_DAY:
            raise ValueError(_("“%(part)s” does not end after it begins, within one day.") % {"part": part})
        spans.append((begins, ends))
    spans.sort()
    if any(before[1] > after[0] for before, after in pairwise(spans)):
        raise ValueError(_("Two of these times overlap."))
    return [[_clock(begins), _clock(ends)] for begins, ends in spans]


def spelled_day(spans: Spans) -> str:
    """One day as `read_day` reads it."""
    return ", ".join(f"{begins}-{ends}" for begins, ends in spans)


def hours_in_words(hours: Mapping[str, Spans]) -> str:
    """A week in one line; days that follow each other with the same hours stand together."""
    days = [spelled_day(hours.get(str(number), [])) for number in range(7)]
    if not any(days):
        return _("Round the clock")
    told, first = [], 0
    for number in range(1, 8):
        if number < 7 and days[number] == days[first]:
            continue
        if days[first]:
            last = number - 1
            name = str(WEEKDAYS_ABBR[first]) if last == first else f"{WEEKDAYS_ABBR[first]}–{WEEKDAYS_ABBR[last]}"
            told.append(f"{name} {days[first]}")
        first = number
    return "; ".join(told)


def _clock(minutes: int) -> str:
    return f"{minutes // 60:02}:{minutes % 60:02}"
