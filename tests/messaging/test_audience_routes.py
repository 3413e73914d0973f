"""Where each person of an audience is reached, what that costs, and where no way leads."""

from datetime import date, timedelta
from decimal import Decimal
from typing import Any

import pytest

from tests.factories import NOON
from tests.messaging.spring_people import consent
from tests.messaging.spring_tea import SpringTea, drinker, frozen, judged, member, set_prices, verdict_on

pytestmark = pytest.mark.django_db


def test_somebody_known_by_user_id_alone_is_reached_on_whatsapp(tea: SpringTea) -> None:
    ann = drinker("Ann", phone=None, bsuid="HK.4111222333444", country="")
    row = frozen(tea, ann)
    assert (row.verdict, row.address, row.address_kind, row.market) == (0, "HK.4111222333444", "bsuid", "HK")


def test_somebody_known_by_user_id_alone_has_no_address_on_sms(tea: SpringTea) -> None:
    ann = drinker("Ann", phone=None, bsuid="HK.4111222333444")
    assert judged(tea, ann, channel="sms") == "invalid"


@pytest.mark.parametrize(
    ("phone", "country", "market", "price"),
    [
        ("+85261234567", "HK", "HK", "0.073200"),
        ("+14165550123", "CA", "NORTH_AMERICA", "0.025000"),
        ("+85366123456", "MO", "OTHER", "0.060400"),
    ],
)
def test_each_person_costs_what_their_market_costs(
    tea: SpringTea, phone: str, country: str, market: str, price: str
) -> None:
    row = frozen(tea, drinker("Ann", phone=phone, country=country))
    assert (row.verdict, row.market, row.price) == (0, market, Decimal(price))


def test_a_market_without_a_price_has_no_route(tea: SpringTea) -> None:
    brazil = drinker("Ana", phone="+5511961234567", country="BR")
    audience = tea.resolved()
    assert verdict_on(audience, brazil) == "no_route"
    assert member(audience, brazil).price == 0


def test_the_newest_price_that_has_begun_on_the_day_of_the_send_counts(tea: SpringTea) -> None:
    ann = drinker("Ann")
    set_prices(date(2026, 3, 2), HK="0.0800")
    set_prices(date(2026, 3, 3), HK="0.0900")
    assert frozen(tea, ann).price == Decimal("0.0800")
    tomorrow = NOON + timedelta(days=1)
    assert frozen(tea, ann, due_at=tomorrow).price == Decimal("0.0900")


@pytest.mark.parametrize(
    "fields",
    [
        {"phone": "+12025550123", "country": "US"},
        {"phone": None, "bsuid": "US.4111222333444", "country": ""},
        {"phone": None, "bsuid": "US.4111222333444", "country": "US"},
    ],
)
def test_no_marketing_goes_to_the_united_states_but_other_messages_do(tea: SpringTea, fields: dict[str, Any]) -> None:
    set_prices(category="utility")
    joe = consent(drinker("Joe", **fields), "utility")
    assert judged(tea, joe) == "no_route"
    assert judged(tea, joe, category="utility") == "included"


@pytest.mark.parametrize("country", ["CU", "IR", "KP", "SY"])
def test_nothing_goes_to_sanctioned_countries(tea: SpringTea, country: str) -> None:
    set_prices(category="utility")
    somebody = consent(drinker("Ann", country=country), "utility")
    assert judged(tea, somebody, category="utility") == "no_route"
