"""Times and prices as gateways write them; what cannot be read is none, and never loses the rest of a receipt."""

from datetime import UTC, datetime
from decimal import Decimal, InvalidOperation

_FINEST = Decimal("1E-8")  # what a charge is kept with
_LARGEST = Decimal(10) ** 10
_YEARS = range(2009, 2100)  # what is told of any other is a mistake, and some of it no calendar holds in UTC


def moment(text: str | None, zone_if_untold: bool = False) -> datetime | None:
    """ISO 8601 in UTC. A time without a zone is UTC where the gateway says so (`zone_if_untold`), else none."""
    try:
        read = datetime.fromisoformat(text or "")
    except ValueError:
        return None
    if read.year not in _YEARS:
        return None
    if read.tzinfo is None:
        return read.replace(tzinfo=UTC) if zone_if_untold else None
    return read.astimezone(UTC)


def amount(told: object) -> Decimal | None:
    """Money as a Decimal, whatever type it came in; None for what is no price."""
    if isinstance(told, bool) or not isinstance(told, str | int | float):
        return None
    try:
        read = Decimal(str(told))
    except InvalidOperation:
        return None
    return read.quantize(_FINEST) if read.is_finite() and 0 <= read < _LARGEST else None
