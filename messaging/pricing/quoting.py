"""What the card in force asks for messages to one country: a quote with the card's name, never a guess."""

from dataclasses import dataclass
from datetime import datetime, timedelta
from decimal import Decimal
from typing import Final, Literal
from zoneinfo import ZoneInfo

from django.utils.translation import gettext_lazy as _

from accounts.budgets import today_of
from accounts.models import Organisation
from approvals.reasons import Reason, Refused
from messaging.models import Channel, Message, Price
from messaging.pricing.markets import OTHER, markets_of_countries
from messaging.pricing.whatsapp_fares import NO_MARKETING, NO_SERVICE, prices_in_force

Charged = Literal["marketing", "utility", "authentication", "service"]

ANYWHERE: Final = "DEFAULT"
"""A country that nobody named: Meta's market of every calling code that it lists nowhere."""

_MODEL: Final = "per-message"
# How long before the month a send may have begun whose messages arrive in it; Meta tries for 30 days at the most.
_UNDER_WAY: Final = timedelta(days=30)


@dataclass(frozen=True, slots=True)
class Quote:
    """What delivered messages cost, and the card that says so. `prices` are its volume tiers, the list price first;
    `before` is how many messages of this market and category were charged this month already.
    """

    country: str
    category: Charged
    prices: tuple[Price, ...]
    before: int

    @property
    def list_price(self) -> Price:
        return self.prices[0]

    @property
    def amount(self) -> Decimal:
        """The next message."""
        return next(price.amount for price in reversed(self.prices) if price.tier_min <= self.before + 1)

    def total(self, quantity: int) -> Decimal:
        """So many messages, each at the price of the tier that it falls into."""
        ends = [price.tier_min - 1 for price in self.prices[1:]] + [self.before + quantity]
        first, last = self.before + 1, self.before + quantity
        return sum(
            (max(0, min(last, end) - max(first, price.tier_min) + 1) * price.amount
             for price, end in zip(self.prices, ends, strict=True)),
            Decimal(0),
        )  # fmt: skip

    @property
    def card(self) -> str:
        """How Meta charges, and from which card: its first day, currency and source."""
        named = f"{_MODEL} {self.list_price.effective_from.isoformat()} {self.list_price.currency}"
        return f"{named} ({self.list_price.source})" if self.list_price.source else named


def quote(organisation: Organisation, country: str, category: Charged, currency: str, now: datetime) -> Quote:
    """Today's prices for this organisation. Raises Refused where WhatsApp sells nothing, or no card has a price."""
    place = country.strip().upper()
    market = OTHER if place == ANYWHERE else markets_of_countries().get(place)
    if market is None:
        raise Refused(_no_such_country(place))
    if place in NO_SERVICE or (category == "marketing" and place in NO_MARKETING):
        raise Refused(_not_sold(place, category))
    found = prices_in_force(currency, category, today_of(organisation, now)).get(market)
    if found is None:
        raise Refused(_no_price(place, category, currency))
    tiers = Price.objects.filter(
        channel=found.channel, currency=currency, market=market, category=category, tier_min__gt=1,
        effective_from=found.effective_from,
    ).order_by("tier_min")  # fmt: skip
    prices = (found, *tiers)
    # Counting asks for a month of messages: not worth it where every message costs the same.
    return Quote(place, category, prices, charged_this_month(organisation, market, category, now) if tiers else 0)


def charged_this_month(organisation: Organisation, market: str, category: str, now: datetime) -> int:
    """Messages that Meta has charged since the month began in the organisation's time zone, as far as we know."""
    begun = now.astimezone(ZoneInfo(organisation.timezone)).replace(day=1, hour=0, minute=0, second=0, microsecond=0)
    return (
        Message.objects.filter(
            send__organisation=organisation, send__channel=Channel.WHATSAPP, send__started_at__gte=begun - _UNDER_WAY,
            market=market, category=category, delivered_at__gte=begun,
        )
        .exclude(billable=False)
        .count()
    )  # fmt: skip


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
