"""A clock that runs while somebody is there."""

from datetime import UTC, datetime, timedelta
from typing import Any
from zoneinfo import ZoneInfo

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from messaging.models import Queue
from messaging.whatsapp.conversations.business_hours import due_after, is_open_at
from tests.factories import HONG_KONG, NOON

BERLIN = ZoneInfo("Europe/Berlin")
WEEKDAYS = {str(day): [["09:00", "18:00"]] for day in range(5)}


def at(text: str, zone: ZoneInfo = HONG_KONG) -> datetime:
    return datetime.fromisoformat(text).replace(tzinfo=zone)


def due(start: datetime, minutes: int, hours: Any = WEEKDAYS, zone: ZoneInfo = HONG_KONG) -> datetime:
    return due_after(start, minutes, Queue(business_hours=hours), zone)


@pytest.mark.parametrize(
    ("start", "minutes", "expected"),
    [
        ("2026-03-02T12:00", 30, "2026-03-02T12:30"),
        ("2026-03-02T17:50", 30, "2026-03-03T09:20"),  # ten minutes on Monday, twenty on Tuesday
        ("2026-03-02T17:30", 30, "2026-03-02T18:00"),
        ("2026-03-02T03:00", 30, "2026-03-02T09:30"),
        ("2026-03-06T17:50", 30, "2026-03-09T09:20"),  # Friday, Monday
        ("2026-03-07T12:00", 1, "2026-03-09T09:01"),  # Saturday
        ("2026-03-02T09:00", 24 * 60, "2026-03-04T15:00"),  # nine hours a day
    ],
)
def test_minutes_are_counted_while_somebody_is_there(start: str, minutes: int, expected: str) -> None:
    assert due(at(start), minutes) == at(expected)


@pytest.mark.parametrize("hours", [{}, {"0": []}])
def test_a_queue_without_hours_keeps_them_round_the_clock(hours: Any) -> None:
    assert due(at("2026-03-07T23:50"), 30, hours) == at("2026-03-08T00:20")
    assert is_open_at(NOON, Queue(business_hours=hours), HONG_KONG)


def test_lunch_is_no_time_of_work_and_hours_that_overlap_count_once() -> None:
    lunch = {"0": [["14:00", "18:00"], ["09:00", "13:00"]]}
    assert due(at("2026-03-02T12:45"), 30, lunch) == at("2026-03-02T14:15")
    twice = {"0": [["09:00", "13:00"], ["10:00", "18:00"]]}
    assert due(at("2026-03-02T09:00"), 300, twice) == at("2026-03-02T14:00")


def test_a_night_shift_ends_on_the_day_after() -> None:
    night = {"0": [["22:00", "06:00"]]}
    assert due(at("2026-03-02T23:30"), 60, night) == at("2026-03-03T00:30")
    assert due(at("2026-03-03T05:30"), 60, night) == at("2026-03-09T22:30")
    assert is_open_at(at("2026-03-03T05:30"), Queue(business_hours=night), HONG_KONG)
    assert not is_open_at(at("2026-03-03T06:00"), Queue(business_hours=night), HONG_KONG)


def test_a_day_may_end_at_midnight() -> None:
    assert due(at("2026-03-02T23:50"), 20, {"0": [["09:00", "24:00"]]}) == at("2026-03-09T09:10")


def test_the_hour_that_the_clocks_skip_or_repeat_is_not_counted_wrongly() -> None:
    """29 March 2026 has 23 hours in Berlin, 25 October has 25."""
    sundays = {"6": [["00:00", "24:00"]]}
    assert due(at("2026-03-29T00:00", BERLIN), 23 * 60, sundays, BERLIN) == at("2026-03-30T00:00", BERLIN)
    assert due(at("2026-10-25T00:00", BERLIN), 25 * 60, sundays, BERLIN) == at("2026-10-26T00:00", BERLIN)
    skipped = {"6": [["02:30", "03:00"]]}
    assert due(at("2026-03-29T00:00", BERLIN), 30, skipped, BERLIN) == at("2026-04-05T03:00", BERLIN)


def test_opening_hours_are_wall_clock_times_in_summer_and_winter() -> None:
    morning = {"0": [["09:00", "10:00"]]}
    assert due(at("2026-03-28T00:00", BERLIN), 30, morning, BERLIN).astimezone(BERLIN).hour == 9
    assert due(at("2026-03-23T00:00", BERLIN), 30, morning, BERLIN) == datetime(2026, 3, 23, 8, 30, tzinfo=UTC)
    assert due(at("2026-03-30T00:00", BERLIN), 30, morning, BERLIN) == datetime(2026, 3, 30, 7, 30, tzinfo=UTC)


CLOCK = st.integers(0, 24 * 4).map(lambda quarter: f"{quarter // 4:02d}:{quarter % 4 * 15:02d}")
SPAN = st.lists(CLOCK, min_size=2, max_size=2, unique=True).map(sorted)
WEEK = st.dictionaries(st.sampled_from("0123456"), st.lists(SPAN, min_size=1, max_size=2), min_size=1)
START = st.integers(0, 16 * 24 * 60).map(  # two weeks around the night that has no 02:30
    lambda minute: datetime(2026, 3, 20, tzinfo=UTC) + timedelta(minutes=minute)
)
MINUTES = st.integers(1, 600)


@settings(max_examples=40, deadline=None)
@given(START, MINUTES, MINUTES, WEEK)
def test_two_waits_after_each_other_are_one_long_one(start: datetime, one: int, two: int, hours: Any) -> None:
    halfway = due(start, one, hours, BERLIN)
    assert start < halfway
    assert due(halfway, two, hours, BERLIN) == due(start, one + two, hours, BERLIN)


@settings(max_examples=15, deadline=None)
@given(START, st.integers(1, 90), WEEK)
def test_as_many_minutes_are_open_until_then_as_were_promised(start: datetime, minutes: int, hours: Any) -> None:
    """Asked minute by minute, of the other question."""
    queue, moment, counted = Queue(business_hours=hours), start.astimezone(UTC), 0
    ends = due(start, minutes, hours, BERLIN)
    while moment < ends:
        counted += is_open_at(moment, queue, BERLIN)
        moment += timedelta(minutes=1)
    assert counted == minutes
