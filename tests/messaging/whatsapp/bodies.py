"""Webhook bodies in the shapes Meta sends, composed for the tests: Harbour Tea's number 555001, Ida and Ming."""

import json
from typing import Any

WABA = "104990"
NOON = 1772424000  # 2026-03-02 12:00 in Hong Kong, 04:00 UTC


def body(*changes: dict[str, Any], time: int | None = None) -> bytes:
    """A POST body with one entry."""
    entry: dict[str, Any] = {"id": WABA, "changes": list(changes)}
    if time is not None:
        entry["time"] = time
    return json.dumps({"object": "whatsapp_business_account", "entry": [entry]}).encode()


def change(field: str, value: Any) -> dict[str, Any]:
    return {"field": field, "value": value}


def messages(**parts: Any) -> dict[str, Any]:
    """A change of the field `messages` for number 555001."""
    metadata = {"display_phone_number": "85250001111", "phone_number_id": "555001"}
    return change("messages", {"messaging_product": "whatsapp", "metadata": metadata, **parts})


def status(name: str = "delivered", **more: Any) -> dict[str, Any]:
    return {
        "id": "wamid.OUT1",
        "status": name,
        "timestamp": str(NOON),
        "recipient_id": "85251234567",
        "recipient_user_id": "HK.1234567890",
        "biz_opaque_callback_data": "0190b5a1-7c3e-7d21-9a61-1f2e3d4c5b6a",
        "pricing": {"billable": True, "pricing_model": "PMP", "type": "regular", "category": "marketing"},
        **more,
    }


def said(text: str = "Hello", **more: Any) -> dict[str, Any]:
    """An inbound text of Ida."""
    return {
        "from": "85251234567",
        "from_user_id": "HK.1234567890",
        "id": "wamid.IN1",
        "timestamp": str(NOON),
        "type": "text",
        "text": {"body": text},
        **more,
    }


IDA = {"profile": {"name": "Ida", "username": "@ida.b"}, "wa_id": "85251234567", "user_id": "HK.1234567890"}
