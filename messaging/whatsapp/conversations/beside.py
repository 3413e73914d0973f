"""What other parts know of a conversation: its orders, the files its customer sent. They register, nobody is imported.

register_orders(lambda conversation: [OrderBeside(...) for order in conversation.orders.all()])
"""

from collections.abc import Callable, Collection, Sequence
from datetime import datetime
from decimal import Decimal
from typing import NamedTuple
from uuid import UUID

from messaging.models import Conversation


class OrderBeside(NamedTuple):
    """One order of the conversation. `amount` is in `currency` (ISO 4217)."""

    order_id: UUID
    state: str
    amount: Decimal
    currency: str
    at: datetime


Orders = Callable[[Conversation], Sequence[OrderBeside]]
Files = Callable[[Collection[int]], dict[int, UUID]]

_orders: list[Orders] = []
_files: list[Files] = []


def register_orders(find: Orders) -> None:
    """Have `find` tell the orders of a conversation."""
    _orders.append(find)


def register_files(find: Files) -> None:
    """Have `find` tell which file an inbound message brought, by the messages' numbers."""
    _files.append(find)


def orders_of(conversation: Conversation) -> list[OrderBeside]:
    """Its orders, newest first."""
    found = [order for find in _orders for order in find(conversation)]
    return sorted(found, key=lambda order: order.at, reverse=True)


def files_of(messages: Collection[int]) -> dict[int, UUID]:
    """The files that these inbound messages brought."""
    found: dict[int, UUID] = {}
    for find in _files:
        found.update(find(messages))
    return found
