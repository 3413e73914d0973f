"""What a broadcast costs before it is sent: the frozen prices, the card they come from, and what arrived lately."""

from datetime import datetime, timedelta
from decimal import Decimal

from django.db.models import Count, Q, Sum

from accounts.models import Organisation
from messaging.models import Audience, AudienceMember, Message, Status, Verdict
from messaging.pricing.whatsapp_fares import prices_in_force

# Fewer messages than this say nothing about how many of the next ones will be delivered.
_ENOUGH_HISTORY = 200


def card_date(currency: str, category: str, due_at: datetime) -> str:
    """The date of the newest price that counts for this category on that day, as ISO; empty without prices."""
    prices = prices_in_force(currency, category, due_at.date()).values()
    return max((price.effective_from.isoformat() for price in prices), default="")


def cost_range(audience: Audience, now: datetime) -> tuple[Decimal, Decimal]:
    """What the audience costs if as many are delivered as lately, and if all are; only delivered ones cost."""
    high = _at_list_prices(audience)
    low = high * _delivered_share(audience.organisation, now)
    return low.quantize(Decimal("0.000001")), high


def _at_list_prices(audience: Audience) -> Decimal:
    included = AudienceMember.objects.filter(audience=audience, verdict=Verdict.INCLUDED)
    total: Decimal | None = included.aggregate(total=Sum("price"))["total"]
    return total or Decimal(0)


def _delivered_share(organisation: Organisation, now: datetime) -> Decimal:
    """How many of the last 90 days' messages were delivered; all of them while there is too little to go by."""
    lately = Message.objects.filter(
        send__organisation=organisation, send__started_at__gt=now - timedelta(days=90), status__gte=Status.ACCEPTED
    ).exclude(status=Status.EXCLUDED)
    counts = lately.aggregate(
        all=Count("pk"), delivered=Count("pk", filter=Q(status__in=(Status.DELIVERED, Status.READ)))
    )
    if counts["all"] < _ENOUGH_HISTORY:
        return Decimal(1)
    return Decimal(counts["delivered"]) / Decimal(counts["all"])
