"""A rate card becomes prices: once, corrected when it is loaded again, and there from the first day."""

from dataclasses import replace
from datetime import date
from decimal import Decimal
from types import SimpleNamespace
from typing import Any

import pytest
from django.apps import apps

from messaging.models import Price
from messaging.pricing.loading import load_rate_card, load_shipped_card
from messaging.pricing.rate_cards import Rate
from messaging.pricing.whatsapp_fares import prices_in_force

pytestmark = pytest.mark.django_db

HONG_KONG = Rate(date(2026, 3, 1), "USD", "HK", "marketing", Decimal("0.0700"))


def test_a_card_loaded_twice_stands_there_once() -> None:
    Price.objects.all().delete()
    assert load_rate_card([HONG_KONG], "first") == 1
    assert load_rate_card([HONG_KONG], "first") == 1
    assert Price.objects.count() == 1


def test_a_corrected_card_corrects_the_amount_and_says_where_it_comes_from() -> None:
    Price.objects.all().delete()
    load_rate_card([HONG_KONG], "first")
    load_rate_card([replace(HONG_KONG, amount=Decimal("0.0712"))], "corrected")
    price = Price.objects.get()
    assert (price.amount, price.source) == (Decimal("0.071200"), "corrected")


def test_volume_tiers_stand_beside_the_list_price_which_broadcasts_are_counted_at() -> None:
    Price.objects.all().delete()
    tier = replace(HONG_KONG, tier_min=100_001, amount=Decimal("0.05"))
    assert load_rate_card([HONG_KONG, tier], "tiers") == 2
    assert load_rate_card([HONG_KONG, tier], "tiers again") == 2
    assert Price.objects.count() == 2
    assert prices_in_force("USD", "marketing", date(2026, 3, 2))["HK"].amount == Decimal("0.070000")


def test_where_the_table_knows_no_tiers_yet_only_list_prices_are_kept() -> None:
    """As in the migration that loads the first prices."""
    kept: list[dict[str, Any]] = []

    class Before:
        _meta = SimpleNamespace(fields=[SimpleNamespace(name="amount")])
        objects = SimpleNamespace(bulk_create=lambda rows, **how: kept.append(how))

        def __init__(self, **values: Any) -> None:
            assert "tier_min" not in values

    assert load_rate_card([HONG_KONG, replace(HONG_KONG, tier_min=100_001)], "first", prices=Before) == 1
    assert "tier_min" not in kept[0]["unique_fields"]


def test_the_shipped_card_gives_every_market_its_price() -> None:
    Price.objects.all().delete()
    load_shipped_card(prices=apps.get_model("messaging", "Price"))
    hong_kong = Price.objects.get(market="HK", category="marketing")
    assert (hong_kong.amount, hong_kong.currency, hong_kong.effective_from.isoformat()) == (
        Decimal("0.073200"),
        "USD",
        "2026-10-01",
    )
    assert hong_kong.source == "shipped: rates_usd_2026_10_01.csv"
