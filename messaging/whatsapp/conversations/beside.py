"""What there is beside the words of a conversation: its orders, the files that its customer sent."""

from collections.abc import Collection
from datetime import datetime
from decimal import Decimal
from typing import NamedTuple
from uuid import UUID

from messaging.models import Conversation, MediaAsset, Order
from messaging.whatsapp.conversations.taking_back import TAKEN_BACK


class OrderBeside(NamedTuple):
    """One order of the conversation. `amount` is in `currency` (ISO 4217)."""

    order_id: UUID
    state: str
    amount: Decimal
    currency: str
    at: datetime


def orders_of(conversation: Conversation) -> list[OrderBeside]:
    """Its orders, newest first."""
    rows = Order.objects.filter(conversation=conversation).order_by("-created_at")
    return [OrderBeside(one.pk, str(one.state), one.total, one.currency, one.created_at) for one in rows]


def files_of(messages: Collection[int]) -> dict[int, UUID]:
    """Inbound message -> the file that it brought, where it could be fetched and kept."""
    files = MediaAsset.objects.filter(inbound__in=messages, inbound__isnull=False).exclude(inbound__kind=TAKEN_BACK)
    return dict(files.values_list("inbound_id", "pk"))
