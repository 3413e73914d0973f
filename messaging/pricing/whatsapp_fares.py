"""WhatsApp's fares: Meta's price of a delivered message, by the market of the recipient's calling code."""

from datetime import date

from messaging.audiences.fares import Fare
from messaging.models import Channel, Price
from messaging.pricing.markets import OTHER, market_prefixes, markets_of_countries

# Where WhatsApp delivers no marketing (the United States since 2025-04-01) or nothing (sanctioned countries).
# Source: Meta's pages of April 2026 and December 2025; update the sets when Meta does.
NO_MARKETING = ("US",)
NO_SERVICE = ("CU", "IR", "KP", "SY")

# Markets are found by the longest listed beginning of the number: hash joins over a few hundred rows. A person known by
# user id alone is priced by the country in front of it.
_TABLES = """
prefix(digits, market) AS MATERIALIZED (SELECT * FROM unnest(%(prefixes)s::text[], %(prefix_markets)s::text[])),
country(code, market) AS MATERIALIZED (SELECT * FROM unnest(%(countries)s::text[], %(country_markets)s::text[])),
price(market, amount) AS MATERIALIZED (SELECT * FROM unnest(%(priced)s::text[], %(amounts)s::numeric[]))
"""
_JOINS = """
  LEFT JOIN prefix p4 ON p4.digits = substr(p.phone, 2, 4)
  LEFT JOIN prefix p3 ON p3.digits = substr(p.phone, 2, 3)
  LEFT JOIN prefix p2 ON p2.digits = substr(p.phone, 2, 2)
  LEFT JOIN prefix p1 ON p1.digits = substr(p.phone, 2, 1)
  LEFT JOIN country k ON p.phone IS NULL AND k.code = substr(p.bsuid, 1, 2)
  CROSS JOIN LATERAL (
      SELECT coalesce(p4.market, p3.market, p2.market, p1.market, k.market, %(other_market)s) AS market
  ) m
  LEFT JOIN price cost ON cost.market = m.market
"""


def whatsapp_fare(currency: str, category: str, on: date) -> Fare:
    """The fares in force on that day, for messages of this category."""
    prices = prices_in_force(currency, category, on)
    prefixes, countries = market_prefixes(), markets_of_countries()
    parameters = {
        "prefixes": list(prefixes),
        "prefix_markets": list(prefixes.values()),
        "countries": list(countries),
        "country_markets": list(countries.values()),
        "other_market": OTHER,
        "priced": list(prices),
        "amounts": [price.amount for price in prices.values()],
        "closed": [*NO_SERVICE, *(NO_MARKETING if category == "marketing" else ())],
    }
    is_closed = "coalesce(k.code, p.country) = ANY(%(closed)s::text[])"
    return Fare(_TABLES, _JOINS, "m.market", "cost.amount", is_closed, parameters)


def prices_in_force(currency: str, category: str, on: date) -> dict[str, Price]:
    """Market -> the list price that counts on that day."""
    prices = Price.objects.filter(
        channel=Channel.WHATSAPP, currency=currency, category=category, effective_from__lte=on, tier_min=1
    )
    return {price.market: price for price in prices.order_by("effective_from")}
