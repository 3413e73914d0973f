"""When an organisation's day began."""

from datetime import datetime
from zoneinfo import ZoneInfo

from accounts.models import Organisation


def day_began(organisation: Organisation, now: datetime) -> datetime:
    """Midnight in the organisation's time zone."""
    return now.astimezone(ZoneInfo(organisation.timezone)).replace(hour=0, minute=0, second=0, microsecond=0)
