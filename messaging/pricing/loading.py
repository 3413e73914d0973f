"""Keeping a rate card: its list prices become rows that costs are counted with."""

from collections.abc import Iterable
from typing import Any

from messaging.pricing.rate_cards import SHIPPED_CARD, Rate, read_rate_card

SHIPPED_SOURCE = f"shipped: {SHIPPED_CARD.name}"


def load_rate_card(rates: Iterable[Rate], source: str, *, channel: str = "whatsapp", prices: Any = None) -> int:
    """Keep the prices of a card and return how many; loading it again corrects amounts and adds nothing.

    `source` tells people where a price comes from (at most 200 characters). `prices` is the model to write to; a
    migration passes its own, and the oldest knows no volume tiers: then only list prices are kept.
    """
    if prices is None:
        from messaging.models import Price as prices  # noqa: N813 - not at the top: a migration brings its own model
    has_tiers = any(field.name == "tier_min" for field in prices._meta.fields)
    rows = [
        prices(
            channel=channel,
            effective_from=rate.effective_from,
            currency=rate.currency,
            market=rate.market,
            category=rate.category,
            amount=rate.amount,
            source=source[:200],
            **({"tier_min": rate.tier_min} if has_tiers else {}),
        )
        for rate in rates
        if has_tiers or rate.tier_min == 1
    ]
    key = ("channel", "currency", "market", "category", "effective_from")
    prices.objects.bulk_create(
        rows,
        update_conflicts=True,
        unique_fields=[*key, "tier_min"] if has_tiers else key,
        update_fields=["amount", "source"],
    )
    return len(rows)


def load_shipped_card(*, prices: Any = None) -> int:
    """Keep the card that comes with Countersign. Its notice (`SHIPPED_CARD_NOTICE`) says how far to trust it."""
    return load_rate_card(read_rate_card(SHIPPED_CARD), SHIPPED_SOURCE, prices=prices)
