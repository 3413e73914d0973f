"""What the card in force asks for messages to one country: a quote with the card's name, never a guess."""

from dataclasses import dataclass
from datetime import date
from decimal import Decimal
from typing import Final, Literal

from django.utils.translation import gettext_lazy as _

from approvals.reasons import Reason, Refused
from messaging.models import Price
from messaging.pricing.markets import OTHER, markets_of_countries
from messaging.pricing.whatsapp_fares import NO_MARKETING, NO_SERVICE, prices_in_force

Charged = Literal["marketing", "utility", "authentication", "service"]

ANYWHERE: Final = "DEFAULT"
"""A country that nobody named: Meta's market of every calling code that it lists nowhere."""

_MODEL: Final = "per-message"


@dataclass(frozen=True, slots=True)
class Quote:
    """The price of one delivered message, and the card that says so."""

    country: str
    category: Charged
    price: Price

    @property
    def amount(self) -> Decimal:
        return self.price.amount

    @property
    def card(self) -> str:
        """How Meta charges, and from which card: its first day, currency and source."""
        named = f"{_MODEL} {self.price.effective_from.isoformat()} {self.price.currency}"
        return f"{named} ({self.price.source})" if self.price.source else named


def quote(country: str, category: Charged, currency: str, on: date) -> Quote:
    """The price on that day. Raises Refused where WhatsApp sells nothing, or no card has a price."""
    place = country.strip().upper()
    market = OTHER if place == ANYWHERE else markets_of_countries().get(place)
    if market is None:
        raise Refused(_no_such_country(place))
    if place in NO_SERVICE or (category == "marketing" and place in NO_MARKETING):
        raise Refused(_not_sold(place, category))
    price = prices_in_force(currency, category, on).get(market)
    if price is None:
        raise Refused(_no_price(place, category, currency))
    return Quote(place, category, price)


def _no_such_country(place: str) -> Reason:
    return Reason(
        "country_unknown",
        _("There is no country “%s”.") % place,
        _("Use an ISO code of two letters such as HK, or DEFAULT."),
        "recipient_country",
    )


def _not_sold(place: str, category: str) -> Reason:
    return Reason(
        "not_offered",
        _("WhatsApp delivers no %(category)s messages to %(country)s.") % {"category": category, "country": place},
        _("Leave the country out of the audience."),
        "recipient_country",
    )


def _no_price(place: str, category: str, currency: str) -> Reason:
    facts = {"category": category, "country": place, "currency": currency}
    return Reason(
        "price_missing",
        _("No rate card in force has a price in %(currency)s for %(category)s messages to %(country)s.") % facts,
        _("Ask an administrator to import Meta's rate card in this currency."),
        "recipient_country",
    )
