"""Sales as numbers: those of the last click, those that were only seen, and those that another channel also reached."""

from collections import Counter
from collections.abc import Collection, Iterable
from dataclasses import dataclass, field
from decimal import Decimal
from uuid import UUID

from sms.attribution.window import Sale


@dataclass(slots=True)
class Money:
    """Of one currency. `refunds` is what was given back of these same conversions."""

    conversions: int = 0
    gross: Decimal = Decimal(0)
    refunds: Decimal = Decimal(0)

    @property
    def net(self) -> Decimal:
        return self.gross - self.refunds

    def add(self, sale: Sale) -> None:
        self.conversions += 1
        self.gross += sale.amount
        self.refunds += sale.refunded


@dataclass(slots=True)
class Totals:
    """`reported` is every conversion of the period: attributed + elsewhere + without_click + unmatched.

    `assisted` and `viewed` are among those that are not attributed; `conflicts` among those that are.
    """

    reported: int = 0
    attributed: int = 0
    elsewhere: int = 0
    without_click: int = 0
    unmatched: int = 0
    assisted: int = 0
    viewed: int = 0
    conflicts: int = 0
    kinds: Counter[str] = field(default_factory=Counter)
    paths: Counter[str] = field(default_factory=Counter)
    money: dict[str, Money] = field(default_factory=dict)
    in_conflict: dict[str, Money] = field(default_factory=dict)


def add_up(sales: Iterable[Sale], sends: Collection[UUID] | None) -> Totals:
    """One sale goes to one send: the one whose link was clicked last."""
    totals = Totals()
    for sale in sales:
        totals.reported += 1
        if not sale.is_known:
            totals.unmatched += 1
        elif sale.send_id is None:
            totals.without_click += 1
            totals.viewed += sale.viewed
        elif sends is not None and sale.send_id not in sends:
            totals.elsewhere += 1
            totals.assisted += sale.clicked
        else:
            _attribute(totals, sale)
    return totals


def _attribute(totals: Totals, sale: Sale) -> None:
    totals.attributed += 1
    totals.kinds[sale.kind] += 1
    totals.paths[_path(sale)] += 1
    totals.money.setdefault(sale.currency, Money()).add(sale)
    if sale.whatsapp_at is not None:
        totals.conflicts += 1
        totals.in_conflict.setdefault(sale.currency, Money()).add(sale)


def _path(sale: Sale) -> str:
    """What reached them, in the order in which it did."""
    if sale.whatsapp_at is None or sale.clicked_at is None:
        return "sms_click"
    return "sms_click,whatsapp" if sale.whatsapp_at > sale.clicked_at else "whatsapp,sms_click"


def return_on(net: Decimal, cost: Decimal) -> Decimal | None:
    """(net revenue - cost) / cost, with four places; None where nothing was paid."""
    return ((net - cost) / cost).quantize(Decimal("0.0001")) if cost > 0 else None
