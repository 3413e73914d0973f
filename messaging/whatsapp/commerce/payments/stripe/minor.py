"""Amounts as Stripe counts them: whole numbers of the smallest unit.

Source: Stripe, "Supported currencies". (?) ISK and UGX have no cents and are sent with two zeros all the same; dinars
have three digits of which the last must be 0.
"""

from decimal import Decimal

_NO_DIGITS = frozenset(
    "BIF CLP DJF GNF JPY KMF KRW MGA PYG RWF VND VUV XAF XOF XPF".split()  # noqa: SIM905 - reads as Stripe's list does
)
_THREE_DIGITS = frozenset({"BHD", "JOD", "KWD", "OMR", "TND"})
_WHOLE_ALL_THE_SAME = frozenset({"ISK", "UGX"})


def to_minor(amount: Decimal, currency: str) -> int:
    """The amount in the smallest unit. Raises ValueError for one that the currency cannot express."""
    minor = amount.scaleb(_digits(currency))
    if minor != minor.to_integral_value():
        raise ValueError(f"{currency} has no such small coins")
    whole = int(minor)
    step = 10 if currency in _THREE_DIGITS else 100 if currency in _WHOLE_ALL_THE_SAME else 1
    if whole % step:
        raise ValueError(f"{currency} is not paid in such small coins")
    return whole


def from_minor(minor: int, currency: str) -> Decimal:
    """The amount that a whole number of the smallest unit is."""
    return Decimal(minor).scaleb(-_digits(currency))


def _digits(currency: str) -> int:
    return 0 if currency in _NO_DIGITS else 3 if currency in _THREE_DIGITS else 2
