"""When people are left in peace. Quiet hours postpone marketing; they never leave anybody out.

WhatsApp keeps the organisation's night. A text keeps the recipients' own: every zone that a number of their country may
be in has to be awake, because a number says no more than its country (numbers move, area codes are no places).
"""

from dataclasses import dataclass, field
from datetime import datetime, time, timedelta
from functools import cache
from zoneinfo import ZoneInfo

from babel.core import get_global

from messaging.models import MessagingRules

# Country -> when its law lets marketing in, from and until, on the clock there. Filled by whoever knows the rules.
_LAWFUL: dict[str, tuple[time, time]] = {}
# The same by practice or guideline, where nobody has confirmed it: kept by organisations that ask for it. (?)
_USUAL: dict[str, tuple[time, time]] = {}
# Zones of a country whose nights never leave a common hour are asked this long.
_PATIENCE = timedelta(days=2)


def lawful_between(country: str, begins: time, ends: time) -> None:
    """Marketing may reach this country between these times only, whatever an organisation sets. Called at start-up."""
    _LAWFUL[country] = (begins, ends)


def usual_between(country: str, begins: time, ends: time) -> None:
    """The same for hours that are not confirmed: they hold for organisations whose rules say so. Called at start-up."""
    _USUAL[country] = (begins, ends)


def quiet_until(rules: MessagingRules, zone: str, now: datetime) -> datetime | None:
    """When the quiet hours that `now` falls into are over, or None outside them. `zone` is the organisation's.

    They may span midnight. Equal times mean that there are none. The end is a wall-clock time, so a night with a clock
    change ends when the clock on the wall says so.
    """
    return _over_at(rules.quiet_from, rules.quiet_until, zone, now)


def quiet_hours_in_words(rules: MessagingRules, zone: str = "") -> str:
    """From and until, with the zone where the reader may not know it: 21:00-09:00 Asia/Hong_Kong."""
    return f"{rules.quiet_from:%H:%M}-{rules.quiet_until:%H:%M} {zone}".rstrip()


@dataclass
class RecipientsNight:
    """The same question for people of several countries at one moment; each country is asked once.

    `zone` is the organisation's: it stands in for countries that nobody knows, with the strictest law there is.
    """

    rules: MessagingRules
    zone: str
    now: datetime
    _found: dict[str, datetime | None] = field(default_factory=dict)

    def until(self, country: str) -> datetime | None:
        """When everybody with a number of this country is awake, or None if they are now."""
        if country not in self._found:
            self._found[country] = self._ask(country)
        return self._found[country]

    def _ask(self, country: str) -> datetime | None:
        zones = zones_of(country)
        hours = {**_USUAL, **_LAWFUL} if self.rules.unconfirmed_hours else _LAWFUL
        laws = [hours[country]] if country in hours else [] if zones else list(hours.values())
        nights = [(self.rules.quiet_from, self.rules.quiet_until), *((ends, begins) for begins, ends in laws)]
        moment = self.now
        while moment < self.now + _PATIENCE:
            ends = [_over_at(*night, zone, moment) for night in nights for zone in zones or (self.zone,)]
            later = max((end for end in ends if end is not None), default=None)
            if later is None:
                break
            moment = later
        return moment if moment > self.now else None


@cache
def zones_of(country: str) -> tuple[str, ...]:
    """Every time zone of a country (ISO 3166 code) by the Unicode CLDR; empty for one that is not known."""
    zones = get_global("territory_zones").get(country, ())
    return tuple(zone for zone in zones if zone != "Etc/Unknown") if country.isalpha() else ()


def _over_at(begins: time, ends: time, zone: str, now: datetime) -> datetime | None:
    local = now.astimezone(ZoneInfo(zone))
    if not _is_quiet(local.time(), begins, ends):
        return None
    day = local.date() + timedelta(days=1) if local.time() >= ends else local.date()
    return datetime.combine(day, ends, tzinfo=local.tzinfo)


def _is_quiet(at: time, begins: time, ends: time) -> bool:
    if begins <= ends:
        return begins <= at < ends
    return at >= begins or at < ends
