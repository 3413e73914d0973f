"""Numbers as people write them."""

from decimal import Decimal

from django.utils import formats


def number(value: int | Decimal) -> str:
    """With its thousands separated; decimals without the noughts that only fill up, but at least two places."""
    if not isinstance(value, Decimal):
        return formats.number_format(value, use_l10n=True, force_grouping=True)
    exponent = value.normalize().as_tuple().exponent
    places = max(2, -exponent) if isinstance(exponent, int) else 2
    return formats.number_format(value, decimal_pos=places, use_l10n=True, force_grouping=True)
