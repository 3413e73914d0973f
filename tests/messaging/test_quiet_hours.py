from datetime import UTC, datetime, time
from zoneinfo import ZoneInfo

import pytest

from messaging.models import MessagingRules
from messaging.quiet_hours import quiet_until

HONG_KONG = ZoneInfo("Asia/Hong_Kong")
NIGHT = MessagingRules(quiet_from=time(21), quiet_until=time(9))


@pytest.mark.parametrize(
    ("at", "ends"),
    [
        (datetime(2026, 3, 2, 12, tzinfo=HONG_KONG), None),
        (datetime(2026, 3, 2, 20, 59, tzinfo=HONG_KONG), None),
        (datetime(2026, 3, 2, 21, tzinfo=HONG_KONG), datetime(2026, 3, 3, 9, tzinfo=HONG_KONG)),
        (datetime(2026, 3, 3, 0, 30, tzinfo=HONG_KONG), datetime(2026, 3, 3, 9, tzinfo=HONG_KONG)),
        (datetime(2026, 3, 3, 9, tzinfo=HONG_KONG), None),
        (datetime(2026, 3, 2, 15, tzinfo=UTC), datetime(2026, 3, 3, 9, tzinfo=HONG_KONG)),
    ],
)
def test_nights_are_quiet_in_the_zone_of_the_organisation(at: datetime, ends: datetime | None) -> None:
    assert quiet_until(NIGHT, "Asia/Hong_Kong", at) == ends


def test_quiet_hours_may_lie_within_a_day() -> None:
    noon = MessagingRules(quiet_from=time(12), quiet_until=time(14))
    assert quiet_until(noon, "UTC", datetime(2026, 3, 2, 13, tzinfo=UTC)) == datetime(2026, 3, 2, 14, tzinfo=UTC)
    assert quiet_until(noon, "UTC", datetime(2026, 3, 2, 15, tzinfo=UTC)) is None


def test_equal_times_mean_no_quiet_hours() -> None:
    never = MessagingRules(quiet_from=time(0), quiet_until=time(0))
    assert quiet_until(never, "UTC", datetime(2026, 3, 2, 0, tzinfo=UTC)) is None


def test_a_night_with_a_clock_change_ends_by_the_clock_on_the_wall() -> None:
    berlin = ZoneInfo("Europe/Berlin")
    ends = quiet_until(NIGHT, "Europe/Berlin", datetime(2026, 3, 28, 23, tzinfo=berlin))
    assert ends is not None
    assert ends.astimezone(UTC) == datetime(2026, 3, 29, 7, tzinfo=UTC)
