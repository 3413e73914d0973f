"""The numbers of a broadcast for its report: outcomes that close, and what people did after it."""

from datetime import timedelta
from decimal import Decimal
from typing import Any

from django.db.models import Count, Q, Sum

from messaging.engine.tallies import failures_of, tally
from messaging.models import InboundMessage, Message, Send, Status

ANSWERS_WITHIN = timedelta(hours=72)


def report_of(send: Send) -> dict[str, Any]:
    """Everything that `whatsapp.campaign_report.get` tells, as plain values."""
    numbers = tally(send)
    people = Message.objects.filter(send=send).aggregate(
        replied=Count("pk", filter=Q(replied_at__isnull=False)),
        charged=Sum("price", filter=Q(status__in=(Status.DELIVERED, Status.READ)) & ~Q(billable=False)),
    )
    return {
        "broadcast_id": send.pk,
        "name": send.name,
        "state": str(send.state),
        "targeted": numbers.targeted,
        "outcomes": numbers.as_dict(),
        "excluded": numbers.excluded,
        "delivered": numbers.delivered + numbers.read,
        "read": numbers.read,
        "replied": people["replied"],
        "opted_out": _opted_out(send),
        "failures": {code or "unknown": count for code, _text, count in failures_of(send)},
        "currency": str(send.preview.contract.get("currency", "USD")),
        "cost_estimated": numbers.cost,
        "cost_charged": people["charged"] or Decimal(0),
        "cost_ceiling": send.cost_ceiling,
        "started_at": send.started_at,
        "ended_at": send.ended_at,
    }


def _opted_out(send: Send) -> int:
    """People of this send who wrote a stop word within three days of its beginning."""
    if send.started_at is None:
        return 0
    stops = InboundMessage.objects.filter(
        sender=send.sender, intent="stop", at__gte=send.started_at, at__lt=send.started_at + ANSWERS_WITHIN,
        contact__messages__send=send,
    )  # fmt: skip
    return stops.values("contact").distinct().count()
