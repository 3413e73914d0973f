"""When people are left in peace. Quiet hours postpone marketing; they never leave anybody out."""

from datetime import datetime, time, timedelta
from zoneinfo import ZoneInfo

from messaging.models import MessagingRules


def quiet_until(rules: MessagingRules, zone: str, now: datetime) -> datetime | None:
    """When the quiet hours that `now` falls into are over, or None outside them. `zone` is the organisation's.

    They may span midnight. Equal times mean that there are none. The end is a wall-clock time, so a night with a clock
    change ends when the clock on the wall says so.
    """
    local = now.astimezone(ZoneInfo(zone))
    if not _is_quiet(local.time(), rules.quiet_from, rules.quiet_until):
        return None
    day = local.date() + timedelta(days=1) if local.time() >= rules.quiet_until else local.date()
    return datetime.combine(day, rules.quiet_until, tzinfo=local.tzinfo)


def _is_quiet(at: time, begins: time, ends: time) -> bool:
    if begins <= ends:
        return begins <= at < ends
    return at >= begins or at < ends
