"""estimate_cost and estimate_pricing: the card in force by day, market and category, and no guess without one."""

from datetime import UTC, date, datetime, timedelta
from typing import Any

import pytest

from approvals.calls import call
from messaging.models import Message, Price, Status, WhatsAppAccount
from messaging.pricing.loading import load_shipped_card
from tests.approvals.tea_room import refused, tea_agent
from tests.factories import NOON, ContactFactory, SenderFactory, SendFactory, harbour_tea
from tests.messaging.meta.asking import over_mcp, over_rest, sam, told
from tests.messaging.spring_tea import set_prices

pytestmark = pytest.mark.django_db

OCTOBER = datetime(2026, 10, 5, 4, tzinfo=UTC)


@pytest.fixture(autouse=True)
def _cards() -> None:
    set_prices(HK="0.0700", ID="0.0440", OTHER="0.0604")
    set_prices(date(2026, 1, 1), "utility", HK="0.026")


def test_a_batch_costs_the_price_of_each_message_in_the_catalogues_own_shape() -> None:
    assert told("estimate_cost", message_type="marketing", recipient_country="ID", quantity=100) == {
        "message_type": "marketing",
        "recipient_country": "ID",
        "quantity": 100,
        "cost_per_conversation": "0.0440",
        "total_estimated_cost": "4.4000",
        "currency": "USD",
        "pricing_category": "marketing",
        "pricing_model_version": "per-message 2026-01-01 USD",
    }


def test_one_price_in_the_catalogues_own_shape() -> None:
    assert told("estimate_pricing", conversation_type="marketing", recipient_country="ID") == {
        "country": "ID",
        "conversation_type": "marketing",
        "cost_per_conversation": 0.044,
        "currency": "USD",
        "pricing_category": "marketing",
        "effective_date": "2026-01-01",
    }


def test_without_a_country_the_market_of_all_unlisted_ones_counts_and_one_message_is_meant() -> None:
    found = told("estimate_cost", message_type="marketing")
    assert (found["recipient_country"], found["quantity"], found["total_estimated_cost"]) == ("DEFAULT", 1, "0.0604")
    assert told("estimate_pricing", conversation_type="marketing")["country"] == "DEFAULT"


def test_countries_may_be_written_small() -> None:
    assert told("estimate_cost", message_type="utility", recipient_country="hk")["cost_per_conversation"] == "0.0260"


def test_the_newest_card_that_has_begun_is_the_one_in_force() -> None:
    set_prices(date(2026, 3, 2), HK="0.0711")
    set_prices(date(2026, 3, 3), HK="0.0722")
    asked: dict[str, Any] = {"conversation_type": "marketing", "recipient_country": "HK"}
    assert told("estimate_pricing", **asked)["effective_date"] == "2026-03-02"
    # In Hong Kong the third has begun while it is still the second in Greenwich.
    evening = datetime(2026, 3, 2, 16, 30, tzinfo=UTC)
    assert call("estimate_pricing", asked, sam(), evening).data["cost_per_conversation"] == 0.0722


def test_the_shipped_card_is_named_by_its_day_and_its_source_and_prices_service_messages() -> None:
    load_shipped_card()
    found = call("estimate_cost", {"message_type": "service", "recipient_country": "HK"}, sam(), OCTOBER).data
    assert found["cost_per_conversation"] == "0.0260"
    assert found["pricing_model_version"] == "per-message 2026-10-01 USD (shipped: rates_usd_2026_10_01.csv)"


def test_prices_are_in_what_meta_bills_the_account_in() -> None:
    SenderFactory(account__organisation=harbour_tea())
    WhatsAppAccount.objects.update(currency="EUR")
    Price.objects.create(
        currency="EUR", market="HK", category="utility", effective_from=date(2026, 1, 1), amount="0.1234567"
    )
    found = told("estimate_cost", message_type="utility", recipient_country="HK")
    assert (found["currency"], found["cost_per_conversation"]) == ("EUR", "0.123457")


def charged(count: int, **changed: Any) -> None:
    """Utility messages to Hong Kong that have arrived this month."""
    send = SendFactory(sender__account__organisation=harbour_tea(), started_at=NOON)
    people = [ContactFactory(organisation=harbour_tea()) for _ in range(count)]
    facts = {"market": "HK", "category": "utility", "status": Status.DELIVERED, "delivered_at": NOON, **changed}
    for person in people:
        Message.objects.create(organisation=send.organisation, send=send, contact=person, sender=send.sender,
                               address=person.phone, address_kind="phone", queued_at=NOON, **facts)  # fmt: skip


def test_each_message_costs_what_its_volume_tier_says() -> None:
    Price.objects.create(currency="USD", market="HK", category="utility", effective_from=date(2026, 1, 1),
                         tier_min=5, amount="0.0200")  # fmt: skip
    asked: dict[str, Any] = {"message_type": "utility", "recipient_country": "HK", "quantity": 6}
    # Four at 0.0260 and two at 0.0200.
    assert told("estimate_cost", **asked)["total_estimated_cost"] == "0.1440"
    charged(3)
    charged(1, billable=False)
    charged(1, market="ID")
    charged(1, delivered_at=NOON - timedelta(days=3))  # in February
    found = told("estimate_cost", **asked)
    # Three are behind us: one more at 0.0260, then five at 0.0200.
    assert (found["cost_per_conversation"], found["total_estimated_cost"]) == ("0.0260", "0.1260")
    charged(1)
    assert (
        told("estimate_pricing", conversation_type="utility", recipient_country="HK")["cost_per_conversation"] == 0.02
    )


def test_the_tiers_of_an_older_card_are_over_with_it() -> None:
    set_prices(date(2025, 7, 1), "utility", HK="0.03")
    Price.objects.create(currency="USD", market="HK", category="utility", effective_from=date(2025, 7, 1),
                         tier_min=2, amount="0.0001")  # fmt: skip
    found = told("estimate_cost", message_type="utility", recipient_country="HK", quantity=10)
    assert found["total_estimated_cost"] == "0.2600"


@pytest.mark.parametrize(
    ("asked", "code", "field"),
    [
        ({"recipient_country": "XX"}, "country_unknown", "recipient_country"),
        ({"recipient_country": "US"}, "not_offered", "recipient_country"),
        ({"recipient_country": "KP", "message_type": "utility"}, "not_offered", "recipient_country"),
        ({"recipient_country": "FR"}, "price_missing", "recipient_country"),
        ({"message_type": "authentication"}, "price_missing", "recipient_country"),
        ({"message_type": "chat"}, "invalid_argument", "message_type"),
        ({"quantity": 0}, "invalid_argument", "quantity"),
        ({"quantity": 10_000_001}, "invalid_argument", "quantity"),
        ({"quantity": 1.5}, "invalid_argument", "quantity"),
        ({"recipient_country": "Hongkong"}, "invalid_argument", "recipient_country"),
    ],
)
def test_what_has_no_price_is_refused_by_its_field(asked: dict[str, Any], code: str, field: str) -> None:
    no = refused(lambda: told("estimate_cost", **{"message_type": "marketing", "recipient_country": "HK", **asked}))
    assert [(reason.code, reason.field) for reason in no.reasons] == [(code, field)]


def test_rest_and_mcp_answer_with_their_own_keys_alone() -> None:
    set_prices(date(2026, 1, 1), "service", HK="0.01")
    priced = over_rest("estimate_pricing", conversation_type="service", recipient_country="HK")
    assert list(priced) == [
        "country", "conversation_type", "cost_per_conversation", "currency", "pricing_category", "effective_date",
    ]  # fmt: skip
    reader = tea_agent(scopes=["meta:read"])
    costs = over_mcp("estimate_cost", reader, message_type="service", recipient_country="HK")
    assert list(costs) == [
        "message_type", "recipient_country", "quantity", "cost_per_conversation", "total_estimated_cost", "currency",
        "pricing_category", "pricing_model_version",
    ]  # fmt: skip
