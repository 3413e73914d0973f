"""Webhook posts as Meta sends them, one event each: the bytes of whole HTTP requests, signed."""

import hashlib
import hmac
import json
from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any


@dataclass(frozen=True, slots=True)
class Account:
    """Whose posts they are: the ids that the bodies name, and the secret that signs them."""

    waba_id: str
    phone_number_id: str
    app_secret: str

    def requests(self, statuses: Iterator[dict[str, Any]]) -> Iterator[bytes]:
        """One post for each status."""
        for status in statuses:
            yield self.request(self.body(status))

    def body(self, status: dict[str, Any]) -> bytes:
        metadata = {"display_phone_number": "85223456789", "phone_number_id": self.phone_number_id}
        value = {"messaging_product": "whatsapp", "metadata": metadata, "statuses": [status]}
        entry = {"id": self.waba_id, "changes": [{"field": "messages", "value": value}]}
        return json.dumps({"object": "whatsapp_business_account", "entry": [entry]}).encode()

    def request(self, body: bytes) -> bytes:
        signature = hmac.new(self.app_secret.encode(), body, hashlib.sha256).hexdigest()
        head = (
            "POST /webhook HTTP/1.1\r\nHost: 127.0.0.1\r\nContent-Type: application/json\r\n"
            f"X-Hub-Signature-256: sha256={signature}\r\nContent-Length: {len(body)}\r\n\r\n"
        )
        return head.encode() + body


def delivered(count: int) -> Iterator[dict[str, Any]]:
    """That many reports of messages that nobody knows, each with an id of its own."""
    for n in range(count):
        yield {
            "id": f"wamid.{'x' * 40}{n:010d}", "status": "delivered", "timestamp": "1790000100",
            "recipient_id": "85261234567", "recipient_user_id": "HK.1234567890",
            "biz_opaque_callback_data": "0190f3a2-0000-7000-8000-000000000000",
            "pricing": {"billable": True, "pricing_model": "PMP", "type": "regular", "category": "utility"},
        }  # fmt: skip
