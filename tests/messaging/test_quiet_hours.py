from datetime import UTC, datetime, time, timedelta
from zoneinfo import ZoneInfo

import pytest

from messaging.models import MessagingRules
from messaging.quiet_hours import RecipientsNight, quiet_until, zones_of

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


@pytest.mark.parametrize(
    ("country", "at", "awake"),
    [
        ("HK", datetime(2026, 3, 2, 12, tzinfo=HONG_KONG), None),
        ("HK", datetime(2026, 3, 2, 22, tzinfo=HONG_KONG), datetime(2026, 3, 3, 9, tzinfo=HONG_KONG)),
        # Noon in Hong Kong is 4 in London.
        ("GB", datetime(2026, 3, 2, 12, tzinfo=HONG_KONG), datetime(2026, 3, 2, 9, tzinfo=UTC)),
        # 9 on Adak is 14 in New York: all of the country is awake from there on.
        ("US", datetime(2026, 3, 2, 15, tzinfo=UTC), datetime(2026, 3, 2, 19, tzinfo=UTC)),
        ("US", datetime(2026, 3, 2, 20, tzinfo=UTC), None),
        # India's law begins at 10, an hour after the organisation's own morning.
        ("IN", datetime(2026, 3, 2, 4, tzinfo=UTC), datetime(2026, 3, 2, 4, 30, tzinfo=UTC)),
        # Nobody knows where this is: the organisation's zone and the strictest law.
        ("", datetime(2026, 3, 2, 9, 30, tzinfo=HONG_KONG), datetime(2026, 3, 2, 10, tzinfo=HONG_KONG)),
        ("", datetime(2026, 3, 2, 12, tzinfo=HONG_KONG), None),
    ],
)
def test_texts_keep_the_night_of_every_zone_that_a_number_may_be_in(
    country: str, at: datetime, awake: datetime | None
) -> None:
    assert RecipientsNight(NIGHT, "Asia/Hong_Kong", at).until(country) == awake


def test_the_law_of_a_country_holds_where_an_organisation_has_no_quiet_hours() -> None:
    never = MessagingRules(quiet_from=time(0), quiet_until=time(0))
    at = datetime(2026, 3, 2, 3, tzinfo=UTC)
    night = RecipientsNight(never, "Asia/Hong_Kong", at)
    assert (night.until("HK"), night.until("GB")) == (None, None)
    assert night.until("IN") == datetime(2026, 3, 2, 4, 30, tzinfo=UTC)


def test_hours_that_nobody_has_confirmed_are_kept_only_where_the_rules_say_so() -> None:
    at = datetime(2026, 3, 2, 20, 30, tzinfo=ZoneInfo("Europe/London"))
    rules = {"quiet_from": time(0), "quiet_until": time(0)}
    assert RecipientsNight(MessagingRules(**rules), "Asia/Hong_Kong", at).until("GB") is None
    night = RecipientsNight(MessagingRules(**rules, unconfirmed_hours=True), "Asia/Hong_Kong", at)
    assert night.until("GB") == datetime(2026, 3, 3, 9, tzinfo=UTC)
    # What is confirmed stays as it is.
    assert night.until("IN") == datetime(2026, 3, 3, 4, 30, tzinfo=UTC)


def test_zones_without_a_common_hour_are_never_woken() -> None:
    short = MessagingRules(quiet_from=time(11), quiet_until=time(9))
    at = datetime(2026, 3, 2, 12, tzinfo=UTC)
    assert RecipientsNight(short, "UTC", at).until("RU") >= at + timedelta(days=2)  # type: ignore[operator]


def test_a_night_with_a_clock_change_ends_by_the_clock_there() -> None:
    at = datetime(2026, 3, 28, 23, tzinfo=UTC)
    assert RecipientsNight(NIGHT, "UTC", at).until("DE") == datetime(2026, 3, 29, 7, tzinfo=UTC)


def test_every_zone_of_every_country_is_known_to_the_clock() -> None:
    assert all(ZoneInfo(zone) for country in ("HK", "US", "RU", "AU", "BR", "ID", "MX") for zone in zones_of(country))
    assert zones_of("001") == ()
