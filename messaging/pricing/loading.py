"""Keeping a rate card: its list prices become rows that costs are counted with."""

from collections.abc import Iterable
from typing import Any

from messaging.pricing.rate_cards import SHIPPED_CARD, Rate, read_rate_card

SHIPPED_SOURCE = f"shipped: {SHIPPED_CARD.name}"


def load_rate_card(rates: Iterable[Rate], source: str, *, channel: str = "whatsapp", prices: Any = None) -> int:
    """Keep the list prices of a card and return how many; loading it again corrects amounts and adds nothing.

    `source` tells people where a price comes from (at most 200 characters). Volume tiers above the first are left out:
    costs are counted at list prices. `prices` is the model to write to; a migration passes its own.
    """
    if prices is None:
        from messaging.models import Price as prices  # noqa: N813 - not at the top: a migration brings its own model
    rows = [
        prices(
            channel=channel,
            effective_from=rate.effective_from,
            currency=rate.currency,
            market=rate.market,
            category=rate.category,
            amount=rate.amount,
            source=source[:200],
        )
        for rate in rates
        if rate.tier_min == 1
    ]
    prices.objects.bulk_create(
        rows,
        update_conflicts=True,
        unique_fields=["channel", "currency", "market", "category", "effective_from"],
        update_fields=["amount", "source"],
    )
    return len(rows)


def load_shipped_card(*, prices: Any = None) -> int:
    """Keep the card that comes with Countersign. Its notice (`SHIPPED_CARD_NOTICE`) says how far to trust it."""
    return load_rate_card(read_rate_card(SHIPPED_CARD), SHIPPED_SOURCE, prices=prices)
