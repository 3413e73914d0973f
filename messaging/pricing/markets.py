"""Meta prices by the market of the recipient's calling code; `markets.csv` says which beginning belongs to which."""

import csv
from collections.abc import Mapping
from functools import cache
from pathlib import Path
from types import MappingProxyType
from typing import Final

import phonenumbers

OTHER: Final = "OTHER"
"""The market of every calling code that Meta lists nowhere."""

_LONGEST_PREFIX: Final = 4


def market_of(e164: str) -> str:
    """The market code ("HK", "NORTH_AMERICA") of an E.164 number with its plus; the longest listed beginning wins."""
    digits = e164.removeprefix("+")
    prefixes = _prefixes()
    for length in range(_LONGEST_PREFIX, 0, -1):
        market = prefixes.get(digits[:length])
        if market is not None:
            return market
    return OTHER


def market_names() -> Mapping[str, str]:
    """Every market code with Meta's own name for it, in the card's order."""
    return _tables()[0]


@cache
def _market_of_country(country: str) -> str:
    # The example number carries the area code that tells Kazakhstan from Russia and Jamaica from the United States.
    example = phonenumbers.example_number(country)
    if example is None:
        return OTHER
    return market_of(phonenumbers.format_number(example, phonenumbers.PhoneNumberFormat.E164))


def _prefixes() -> Mapping[str, str]:
    return _tables()[1]


@cache
def _tables() -> tuple[Mapping[str, str], Mapping[str, str]]:
    names: dict[str, str] = {}
    prefixes: dict[str, str] = {}
    with (Path(__file__).parent / "markets.csv").open(encoding="utf-8", newline="") as lines:
        for row in csv.DictReader(line for line in lines if not line.startswith("#")):
            names[row["market"]] = row["name"]
            prefixes.update(dict.fromkeys(row["prefixes"].split(), row["market"]))
    return MappingProxyType(names), MappingProxyType(prefixes)


def market_prefixes() -> Mapping[str, str]:
    """Every listed beginning of a number (digits, no plus) with its market, to price many at once."""
    return _prefixes()


@cache
def markets_of_countries() -> Mapping[str, str]:
    """ISO country -> market, for people known by business-scoped user id alone, which begins with their country.

    Meta does not say how it prices people without a phone number: this is the obvious guess, shown as an estimate.
    """
    return MappingProxyType({country: _market_of_country(country) for country in phonenumbers.SUPPORTED_REGIONS})
