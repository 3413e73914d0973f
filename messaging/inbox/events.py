"""Webhooks as the consumer reads them: rows without what the ORM does for each."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import UTC, datetime
from functools import lru_cache
from uuid import UUID

from accounts.statements import run_sql
from messaging.models import WebhookEvent

_WAITING = f"""
SELECT id, carrier, body, array_to_string(signed_for, ','), extract(epoch FROM received_at)::float8, tries
  FROM messaging_webhookevent WHERE state = {WebhookEvent.State.WAITING} ORDER BY id LIMIT %s
"""


@dataclass(slots=True)
class Event:
    """A verified POST that waits. `signed_for` are the accounts whose secret signed it, `received` is in unix seconds;
    `items` and `state` become what the consumer found.
    """

    id: int
    carrier: str
    body: bytes
    signed_for: Sequence[UUID]
    received: float
    tries: int = 0
    items: int = 0
    state: WebhookEvent.State = WebhookEvent.State.WAITING

    @property
    def received_at(self) -> datetime:
        return datetime.fromtimestamp(self.received, UTC)


def waiting_events(most: int) -> list[Event]:
    """The oldest that wait."""
    return [
        Event(number, carrier, body, _accounts(signed_for), received, tries)
        for number, carrier, body, signed_for, received, tries in run_sql(_WAITING, [most], binary=True)
    ]


@lru_cache(maxsize=4096)
def _accounts(joined: str) -> tuple[UUID, ...]:
    return tuple(UUID(one) for one in joined.split(",") if one)
