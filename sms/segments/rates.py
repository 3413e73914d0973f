"""What a part costs by country before a campaign has a way: of one sender ID, or wherever the gateways deliver."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date
from decimal import Decimal

from accounts.models import Organisation
from sms.models import SenderId, SmsGateway
from sms.routing import prices_on, routes_of


@dataclass(frozen=True, slots=True)
class Rates:
    """Country -> what a part costs there, on the dearest way. A country that is missing cannot be reached."""

    currency: str
    amounts: Mapping[str, Decimal]


def rates_of(organisation: Organisation, identity: SenderId | None, on: date) -> Rates:
    """The rates on that day. Amounts of different currencies cannot be added: the first way's currency decides, and
    what is priced in another counts as not reached.
    """
    return _of_gateways(organisation, on) if identity is None else _of_sender(organisation, identity, on)


def _of_sender(organisation: Organisation, identity: SenderId, on: date) -> Rates:
    routes = routes_of(identity, on)
    currency = next((route.currency for route in routes.values()), organisation.currency)
    return Rates(currency, {code: route.amount for code, route in routes.items() if route.currency == currency})


def _of_gateways(organisation: Organisation, on: date) -> Rates:
    gateways = SmsGateway.objects.filter(organisation=organisation, paused_at=None).order_by("position", "name")
    first = gateways.first()
    if first is None:
        return Rates(organisation.currency, {})
    alike = [one for one in gateways if one.currency == first.currency]
    open_to = {one.pk: one.countries for one in alike}
    amounts: dict[str, Decimal] = {}
    for (gateway, country), amount in prices_on(alike, on).items():
        if not open_to[gateway] or country in open_to[gateway]:
            amounts[country] = max(amount, amounts.get(country, amount))
    return Rates(first.currency, amounts)
