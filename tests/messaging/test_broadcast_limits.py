"""What the preview of a broadcast says of Meta's messaging limit. It is for two people, due at two o'clock."""

from datetime import datetime, timedelta
from typing import Any

import pytest
from django.utils.dateparse import parse_datetime

from accounts.actor import Actor
from messaging.models import Attempt, Sender
from tests.factories import NOON
from tests.messaging.spring_broadcasts import preview, tea_for_three, update
from tests.messaging.spring_tea import SpringTea

pytestmark = pytest.mark.django_db

DUE = NOON + timedelta(hours=2)
DAY = timedelta(hours=24)


@pytest.fixture
def tea() -> SpringTea:
    return tea_for_three()


def begun(tea: SpringTea, when: datetime) -> None:
    """A conversation that Spring Tea's number has begun with somebody else."""
    number = 9_000 + Attempt.objects.count()
    Attempt.objects.create(message_id=number, contact_id=number, sender=tea.sender, category="marketing",
                           begins=True, started_at=when, lease_until=when, outcome=1)  # fmt: skip


def room(tea: SpringTea, agent: Actor, **ask: Any) -> tuple[int | None, int | None, datetime | None]:
    """The limit, for how many there is room at first, and when the last one leaves."""
    shown = preview(tea, agent, **ask).data
    return shown["messaging_limit"], shown["room_at_first"], parse_datetime(shown["finishes_about"])


def test_a_broadcast_within_the_limit_has_room_at_once(tea: SpringTea, agent: Actor) -> None:
    assert room(tea, agent) == (10_000, 10_000, DUE)


def test_a_broadcast_larger_than_the_limit_says_when_it_would_finish_and_gets_the_time(
    tea: SpringTea, agent: Actor
) -> None:
    update(Sender, tier="TIER_1")
    shown = preview(tea, agent).data
    assert (shown["messaging_limit"], shown["room_at_first"]) == (1, 1)
    assert parse_datetime(shown["finishes_about"]) == DUE + DAY
    assert parse_datetime(shown["not_after"]) == DUE + 2 * DAY


def test_the_time_that_was_asked_for_stands_though_it_is_too_short(tea: SpringTea, agent: Actor) -> None:
    update(Sender, tier="TIER_1")
    shown = preview(tea, agent, not_after="2026-03-02T20:00:00+08:00").data
    assert parse_datetime(shown["finishes_about"]) == DUE + DAY
    assert parse_datetime(shown["not_after"]) == NOON + timedelta(hours=8)


def test_people_written_to_lately_leave_less_room(tea: SpringTea, agent: Actor) -> None:
    """One of two places is taken until 24 hours after half past eleven."""
    begun(tea, NOON - timedelta(minutes=30))
    update(Sender, tier="TIER_2")
    assert room(tea, agent) == (2, 1, NOON + timedelta(hours=23, minutes=30))


def test_who_has_left_the_24_hours_by_then_takes_no_room(tea: SpringTea, agent: Actor) -> None:
    begun(tea, NOON - timedelta(hours=22, minutes=1))
    update(Sender, tier="TIER_2")
    assert room(tea, agent) == (2, 2, DUE)


def test_a_lowered_limit_waits_until_enough_people_have_left(tea: SpringTea, agent: Actor) -> None:
    """Two are counted and one may be: the first waits for the second of them, the next one another day."""
    begun(tea, NOON - timedelta(hours=3))
    begun(tea, NOON - timedelta(hours=1))
    update(Sender, tier="TIER_1")
    assert room(tea, agent) == (1, 0, NOON + timedelta(hours=23) + DAY)


def test_without_a_limit_the_preview_speaks_of_none(tea: SpringTea, agent: Actor) -> None:
    begun(tea, NOON)
    update(Sender, tier="TIER_UNLIMITED")
    assert room(tea, agent) == (None, None, DUE)
