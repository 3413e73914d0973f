"""Which gateways may carry a text from a sender ID to a country, and in which order they are asked.

A gateway may when it is open, delivers there, carries the sender ID (its own register says active) and its price is
known. Who is asked first: the position that people gave, then the price, then the name.
"""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from decimal import Decimal
from uuid import UUID

from sms.models import GatewayPrice, GatewayRegistration, SenderId, SmsGateway

# Sender IDs that a country's networks block unless its regulator has registered them. Source: OFCA, SSRS (2024-02).
_MARK_OF_REGISTERED = {"HK": "#"}


@dataclass(frozen=True, slots=True)
class Route:
    """The ways to a country, the first one first. `amount` is what a part costs on the dearest of them: that much is
    reserved, whichever way it goes.
    """

    country: str
    gateway_ids: Sequence[UUID]
    amount: Decimal
    currency: str


def routes_of(identity: SenderId, on: date) -> dict[str, Route]:
    """Country -> route, for every country that this sender ID may be used in on that day."""
    active = GatewayRegistration.objects.filter(identity=identity, status=GatewayRegistration.Status.ACTIVE)
    gateways = SmsGateway.objects.filter(
        pk__in=active.values("gateway"), organisation=identity.organisation_id, paused_at=None
    )
    ordered = sorted(gateways, key=lambda one: (one.position, one.name))
    prices = prices_on(ordered, on)
    found = {}
    for country in identity.countries:
        if not may_be_used(identity, country):
            continue
        ways = [
            one for one in ordered if (not one.countries or country in one.countries) and (one.pk, country) in prices
        ]
        ways.sort(key=lambda one: (one.position, prices[one.pk, country], one.name))
        # Amounts of different currencies cannot be compared, let alone added: the first way's currency decides.
        alike = [one for one in ways if one.currency == ways[0].currency]
        if alike:
            dearest = max(prices[one.pk, country] for one in alike)
            found[country] = Route(country, [one.pk for one in alike], dearest, alike[0].currency)
    return found


def may_be_used(identity: SenderId, country: str) -> bool:
    """Whether the networks of a country let this sender ID through: marked ones only where they are registered."""
    mark = _MARK_OF_REGISTERED.get(country)
    if mark is None or mark not in identity.value:
        return True
    return identity.kind == SenderId.Kind.REGISTERED and identity.value.startswith(mark)


def prices_on(gateways: Iterable[SmsGateway], on: date) -> Mapping[tuple[UUID, str], Decimal]:
    """(gateway, country) -> what a part costs on that day."""
    rows = GatewayPrice.objects.filter(gateway__in=[one.pk for one in gateways], effective_from__lte=on)
    newest = rows.order_by("effective_from").values_list("gateway_id", "country", "amount")
    return {(gateway, country): amount for gateway, country, amount in newest}
