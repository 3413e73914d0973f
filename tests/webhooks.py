"""Webhooks as Meta would send them, signed with Harbour Tea's app secret."""

import hashlib
import hmac
import json
from datetime import datetime
from io import BytesIO
from typing import Any

from messaging.models import Sender, WebhookEvent

SECRET = "secret-of-harbour-tea"


def status(provider_id: str, name: str, at: datetime, **more: Any) -> dict[str, Any]:
    return {
        "id": provider_id,
        "status": name,
        "timestamp": str(int(at.timestamp())),
        "recipient_id": "85261234567",
        **more,
    }


def text(provider_id: str, body: str, at: datetime, **who: str) -> dict[str, Any]:
    """A text message; `who` is from="85261234567" and / or from_user_id="HK.123"."""
    return {"id": provider_id, "timestamp": str(int(at.timestamp())), "type": "text", "text": {"body": body}, **who}


def messages_body(sender: Sender, *, statuses: Any = (), messages: Any = ()) -> bytes:
    value = {
        "messaging_product": "whatsapp",
        "metadata": {"display_phone_number": sender.number, "phone_number_id": sender.provider_ref},
        **({"statuses": list(statuses)} if statuses else {}),
        **({"messages": list(messages)} if messages else {}),
    }
    return body_of(sender.account.waba_id, "messages", value)


def body_of(waba_id: str, field: str, value: dict[str, Any], time: int = 0) -> bytes:
    entry = {"id": waba_id, "changes": [{"field": field, "value": value}], **({"time": time} if time else {})}
    return json.dumps({"object": "whatsapp_business_account", "entry": [entry]}).encode()


def arrived(sender: Sender, body: bytes) -> WebhookEvent:
    """The event as the shim leaves it: waiting, signed for the sender's account."""
    return WebhookEvent.objects.create(carrier="whatsapp", body=body, signed_for=[sender.account_id])


def signature(body: bytes, secret: str = SECRET) -> str:
    return "sha256=" + hmac.new(secret.encode(), body, hashlib.sha256).hexdigest()


def post(application: Any, body: bytes, signed: str | None = None, path: str = "/webhook") -> tuple[str, bytes]:
    """POST to a WSGI application: its status line and its body."""
    environ = {
        "REQUEST_METHOD": "POST",
        "PATH_INFO": path,
        "CONTENT_LENGTH": str(len(body)),
        "wsgi.input": BytesIO(body),
        "HTTP_X_HUB_SIGNATURE_256": signature(body) if signed is None else signed,
    }
    return ask(application, environ)


def ask(application: Any, environ: dict[str, Any]) -> tuple[str, bytes]:
    seen: list[str] = []
    answer = application(environ, lambda status_line, _headers: seen.append(status_line))
    return seen[0], b"".join(answer)
