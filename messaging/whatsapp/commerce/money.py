"""Amounts as people read them."""

from decimal import Decimal

from babel import Locale, UnknownLocaleError
from babel.numbers import format_currency
from django.utils.translation import get_language, to_locale


def money(amount: Decimal, currency: str) -> str:
    """An amount with its currency, in the language that is read: HK$300.00."""
    try:
        locale = Locale.parse(to_locale(get_language() or "en"))
    except (UnknownLocaleError, ValueError):
        locale = Locale("en")
    return format_currency(amount, currency, locale=locale)
