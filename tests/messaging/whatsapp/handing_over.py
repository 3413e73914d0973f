"""Handing one message to a pretend Meta, and what became of it."""

from types import SimpleNamespace
from typing import Any
from uuid import UUID

import pytest

from messaging.carriers import Outgoing, SendFailed
from messaging.whatsapp.carrier import WhatsAppCarrier
from messaging.whatsapp.client import Address
from tests.messaging.whatsapp.pretend_graph import pretend_graph

TOKEN = "EAAGtokenOfHarbourTea"
ATTEMPT = UUID("0190b5a1-7c3e-7d21-9a61-1f2e3d4c5b6a")
TO_IDA = Outgoing(ATTEMPT, "555001", "+85251234567", "phone", {"type": "text", "text": {"body": "Hello Ida"}})


def sender_of(token: str = TOKEN, app_secret: str = "") -> Any:
    return SimpleNamespace(phone_number_id="555001", account=SimpleNamespace(access_token=token, app_secret=app_secret))


def carrier_at(url: str, read_seconds: float = 2.0) -> WhatsAppCarrier:
    return WhatsAppCarrier(lambda: Address(url, "v25.0", connect_seconds=0.3, read_seconds=read_seconds), lambda: ["s"])


def failure(turn: bytes | str, **options: Any) -> SendFailed:
    with pretend_graph(turn) as graph, pytest.raises(SendFailed) as caught:
        carrier_at(graph.url, **options).send(sender_of(), TO_IDA)
    assert len(graph.requests) == 1, "no client of ours repeats a request"
    return caught.value
