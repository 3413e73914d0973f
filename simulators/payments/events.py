"""Events as Stripe tells them: signed over moment and body, at least once, in no order."""

import hashlib
import hmac
import json
import secrets
import time
from typing import Any

from simulators.common.posting import Letter
from simulators.payments.sessions import Session
from simulators.payments.world import World


def tell(world: World, kind: str, session: Session, **other: Any) -> str:
    """Put an event on its way, as often as events are told; its id. `other` are fields that it states differently."""
    told = session.shown() | other
    event = {
        "id": f"evt_{secrets.token_hex(12)}",
        "object": "event",
        "api_version": "2025-09-30.clover",
        "created": int(world.clock()),
        "data": {"object": told},
        "livemode": False,
        "pending_webhooks": 1,
        "request": {"id": None, "idempotency_key": None},
        "type": kind,
    }
    note = ["event", event["id"], kind, session.id]
    world.note("event", event=event["id"], type=kind, session=session.id, amount=told["amount_total"])
    for _ in range(world.misbehaviour.told_times):
        world.agenda.after(world.misbehaviour.told_after_seconds, lambda: world.post.start(letter(world, event, note)))
    return str(event["id"])


def letter(world: World, event: dict[str, Any], note: list[Any], secret: str = "", at: float = 0.0) -> Letter:
    """The event as a POST, signed with our secret or another, now or at another moment."""
    raw = json.dumps(event, indent=2).encode()
    signed = signature(secret or world.signing_secret, raw, int(at or time.time()))
    return Letter(world.webhook_url, raw, {"Content-Type": "application/json", "Stripe-Signature": signed}, [note])


def signature(secret: str, raw: bytes, at: int) -> str:
    """The header `Stripe-Signature`: HMAC-SHA256 over `<moment>.<body>`."""
    digest = hmac.new(secret.encode(), f"{at}.".encode() + raw, hashlib.sha256).hexdigest()
    return f"t={at},v1={digest}"
