"""Reading a rate card: Meta's list prices as a CSV an operator can check, correct and import."""

import csv
import io
from collections.abc import Iterator
from dataclasses import dataclass, field
from datetime import date
from decimal import Decimal, InvalidOperation
from pathlib import Path
from typing import IO, Final

from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from approvals.reasons import Reason, Refused
from messaging.pricing.markets import market_names

SHIPPED_CARD: Final = Path(__file__).parent / "rates_usd_2026_10_01.csv"

SHIPPED_CARD_NOTICE: Final = gettext_lazy(
    "The prices come from a third party's extraction of Meta's October 2026 rate card and were not checked against "
    "Meta's own file. Compare them with an invoice and import the corrected card."
)
"""Shown wherever a cost stands on the shipped card."""

CATEGORIES: Final = ("marketing", "utility", "authentication", "authentication_international", "service")
CURRENCIES: Final = frozenset(
    ("USD", "AED", "ARS", "AUD", "BRL", "CLP", "COP", "EUR", "GBP", "IDR", "INR", "MXN", "MYR", "PEN", "SAR", "SGD")
)
"""The billing currencies Meta offered in 2026."""

NOT_OFFERED: Final = frozenset(("n/a", "na", "-", "–", ""))
"""What a cell may hold where Meta sells nothing; it never means free."""

_DECIMAL_PLACES: Final = 6
_HIGHEST_AMOUNT: Final = Decimal(1_000_000)
_REQUIRED: Final = ("effective_from", "currency", "market")


@dataclass(frozen=True, slots=True)
class Rate:
    """One price of one delivered message in ``currency``, for messages ``tier_min`` to ``tier_max`` of a month.

    ``tier_max`` None is "and above". List prices have one tier that begins at 1.
    """

    effective_from: date
    currency: str
    market: str
    category: str
    amount: Decimal
    tier_min: int = 1
    tier_max: int | None = None


def read_rate_card(source: Path | str | IO[bytes] | IO[str]) -> list[Rate]:
    """All rates of a card: a CSV with a row per market (and tier) and a column per category.

    Columns: effective_from (2026-10-01), currency, market (code or Meta's name), any of `CATEGORIES`, optionally
    tier_min and tier_max. Lines beginning with # are comments. Cells of `NOT_OFFERED` give no rate. Raises `Refused`
    with a reason per faulty cell (field "line 7, marketing"); then nothing of the card may be used.
    """
    lines = _text_of(source).splitlines()
    # Comments become empty lines, which are skipped, so that the line numbers stay those of the file.
    table = csv.reader("" if line.startswith("#") else line for line in lines)
    columns = [_column(name) for name in next((row for row in table if row), [])]
    missing = [name for name in _REQUIRED if name not in columns]
    if missing or not set(columns) & set(CATEGORIES):
        raise Refused(_wrong_columns(missing))
    reading = _Reading()
    for cells in table:
        if cells:
            padded = [*cells, *[""] * len(columns)]
            reading.read_row(table.line_num, {name: cell.strip() for name, cell in zip(columns, padded, strict=False)})
    if not reading.rates and not reading.problems:
        reading.refuse(0, "", "rate_card_empty", _("The card holds no price."), _("Add a row for each market."))
    if reading.problems:
        raise Refused(*reading.problems)
    return reading.rates


@dataclass
class _Reading:
    """What was understood of the card so far, and everything that was wrong with it."""

    rates: list[Rate] = field(default_factory=list)
    problems: list[Reason] = field(default_factory=list)
    seen: dict[tuple[object, ...], int] = field(default_factory=dict)

    def refuse(self, line: int, column: str, code: str, text: str, fix: str) -> None:
        self.problems.append(Reason(code, text, fix, field=", ".join(filter(None, (f"line {line}", column)))))

    def read_row(self, line: int, row: dict[str, str]) -> None:
        before = len(self.problems)
        start = self._start(line, row["effective_from"])
        currency = self._currency(line, row["currency"])
        market = self._market(line, row["market"])
        tier_min = self._tier(line, "tier_min", row.get("tier_min") or "1") or 1
        tier_max = self._tier(line, "tier_max", row.get("tier_max") or "")
        if tier_max is not None and tier_max < tier_min:
            self.refuse(line, "tier_max", "rate_tier", _("The tier ends before it begins."), _("Swap the two."))
        for category, amount in self._amounts(line, row):
            if len(self.problems) == before and start is not None:
                self._keep(line, Rate(start, currency, market, category, amount, tier_min, tier_max))

    def _keep(self, line: int, rate: Rate) -> None:
        key = (rate.effective_from, rate.currency, rate.market, rate.category, rate.tier_min)
        if key in self.seen:
            text = _("Line %(first)d already gives this price.") % {"first": self.seen[key]}
            self.refuse(line, rate.category, "rate_twice", text, _("Keep one of the two lines."))
        self.seen[key] = line
        self.rates.append(rate)

    def _start(self, line: int, cell: str) -> date | None:
        try:
            return date.fromisoformat(cell)
        except ValueError:
            text = _("“%(cell)s” is no date.") % {"cell": cell}
            self.refuse(line, "effective_from", "rate_date", text, _("Write the day as 2026-10-01."))
            return None

    def _currency(self, line: int, cell: str) -> str:
        if cell.upper() not in CURRENCIES:
            text = _("Meta does not bill in “%(cell)s”.") % {"cell": cell}
            self.refuse(line, "currency", "rate_currency", text, ", ".join(sorted(CURRENCIES)))
        return cell.upper()

    def _market(self, line: int, cell: str) -> str:
        by_name = {name.casefold(): code for code, name in market_names().items()}
        code = cell.upper() if cell.upper() in market_names() else by_name.get(cell.casefold(), "")
        if not code:
            text = _("There is no market “%(cell)s”.") % {"cell": cell}
            self.refuse(line, "market", "rate_market", text, _("Use a code such as HK or the name on Meta's card."))
        return code

    def _tier(self, line: int, column: str, cell: str) -> int | None:
        if cell.isascii() and cell.isdecimal() and int(cell) > 0:
            return int(cell)
        if cell:
            text = _("“%(cell)s” is no number of messages.") % {"cell": cell}
            self.refuse(line, column, "rate_tier", text, _("Write a whole number from 1, or leave the cell empty."))
        return None

    def _amounts(self, line: int, row: dict[str, str]) -> Iterator[tuple[str, Decimal]]:
        for category in CATEGORIES:
            cell = row.get(category, "")
            if cell.casefold() in NOT_OFFERED:
                continue
            amount = _amount(cell)
            if amount is None:
                text = _("“%(cell)s” is no price.") % {"cell": cell}
                fix = _("Write a positive decimal such as 0.0732 with at most six places, or n/a where not offered.")
                self.refuse(line, category, "rate_amount", text, fix)
            else:
                yield category, amount


def _column(name: str) -> str:
    return name.strip().casefold().replace("-", "_").replace(" ", "_")


def _amount(cell: str) -> Decimal | None:
    try:
        amount = Decimal(cell)
    except InvalidOperation:
        return None
    exponent = amount.as_tuple().exponent
    if not isinstance(exponent, int) or not 0 < amount < _HIGHEST_AMOUNT or -exponent > _DECIMAL_PLACES:
        return None
    return amount


def _wrong_columns(missing: list[str]) -> Reason:
    text = _("The card lacks the columns %(missing)s.") % {"missing": ", ".join(missing or CATEGORIES)}
    fix = _("The first line names the columns: effective_from, currency, market and the categories.")
    return Reason("rate_card_columns", text, fix, field="line 1")


def _text_of(source: Path | str | IO[bytes] | IO[str]) -> str:
    content = Path(source).read_bytes() if isinstance(source, (Path, str)) else source.read()
    if isinstance(content, str):
        return content
    try:
        return io.TextIOWrapper(io.BytesIO(content), encoding="utf-8-sig", newline=None).read()
    except UnicodeDecodeError:
        text = _("The card is not UTF-8 text.")
        raise Refused(Reason("rate_card_encoding", text, _("Save it as CSV UTF-8."))) from None
