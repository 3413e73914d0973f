"""Checkout sessions: what may be asked for, and how they are shown.

Source: Stripe's API reference, "Checkout Sessions", as of 2026: amounts are whole minor units, `expires_at` lies
between 30 minutes and 24 hours ahead, `client_reference_id` has at most 200 characters.
"""

import secrets
from dataclasses import dataclass, field
from typing import Any

from simulators.payments.errors import invalid, missing

SOONEST, LATEST = 30 * 60, 24 * 3600  # seconds ahead that a session may expire
LEEWAY = 5  # seconds that a call may take
KNOWN = frozenset({
    "mode", "line_items", "success_url", "cancel_url", "expires_at", "client_reference_id", "metadata", "locale",
    "customer_email", "payment_intent_data", "payment_method_types", "submit_type",
})  # fmt: skip
Tree = dict[str, Any]


@dataclass(slots=True)
class Session:
    """`status` is open, complete or expired; `payment_status` unpaid or paid."""

    id: str
    amount: int
    currency: str
    expires_at: int
    created: int
    url: str
    success_url: str
    reference: str = ""
    metadata: dict[str, str] = field(default_factory=dict)
    status: str = "open"
    payment_status: str = "unpaid"
    payment_intent: str | None = None

    def shown(self) -> dict[str, Any]:
        """As the API shows it. An address is there only while it can be used."""
        return {
            "id": self.id,
            "object": "checkout.session",
            "amount_subtotal": self.amount,
            "amount_total": self.amount,
            "client_reference_id": self.reference or None,
            "created": self.created,
            "currency": self.currency,
            "expires_at": self.expires_at,
            "livemode": False,
            "metadata": self.metadata,
            "mode": "payment",
            "payment_intent": self.payment_intent,
            "payment_status": self.payment_status,
            "status": self.status,
            "success_url": self.success_url,
            "url": self.url if self.status == "open" else None,
        }


def make(asked: Tree, now: float, base_url: str) -> Session:
    """A session as it was asked for. Raises StripeError."""
    if unknown := sorted(asked.keys() - KNOWN):
        raise invalid(f"Received unknown parameter: {unknown[0]}", unknown[0], "parameter_unknown")
    if asked.get("mode") != "payment":
        raise missing("mode") if "mode" not in asked else invalid("mode must be payment here.", "mode")
    amount, currency = _priced(asked.get("line_items"))
    reference = str(asked.get("client_reference_id", ""))
    if len(reference) > 200:
        raise invalid("client_reference_id is longer than 200 characters.", "client_reference_id")
    if not str(asked.get("success_url", "")).startswith(("http://", "https://")):
        raise missing("success_url") if "success_url" not in asked else invalid("Not a valid URL", "success_url")
    key = f"cs_test_{secrets.token_hex(24)}"
    return Session(
        key, amount, currency, _expiry(asked, now), int(now), f"{base_url}/c/pay/{key}", str(asked["success_url"]),
        reference, {str(name): str(value) for name, value in (asked.get("metadata") or {}).items()},
    )  # fmt: skip


def _expiry(asked: Tree, now: float) -> int:
    given = str(asked.get("expires_at", int(now + LATEST)))
    if not given.isdigit():
        raise invalid("Invalid integer: expires_at", "expires_at", "parameter_invalid_integer")
    if not now + SOONEST - LEEWAY <= int(given) <= now + LATEST + LEEWAY:
        raise invalid(
            "The `expires_at` timestamp must be at least 30 minutes and at most 24 hours from Checkout Session"
            " creation.",
            "expires_at",
        )
    return int(given)


def _priced(items: Any) -> tuple[int, str]:
    """What all lines come to, and in which currency."""
    if not isinstance(items, dict) or not items:
        raise missing("line_items")
    total, currencies = 0, set()
    for at, item in items.items():
        place, priced = f"line_items[{at}]", item.get("price_data") if isinstance(item, dict) else None
        if not isinstance(priced, dict):
            raise missing(f"{place}[price_data]")
        if not isinstance(priced.get("product_data"), dict) or not priced["product_data"].get("name"):
            raise missing(f"{place}[price_data][product_data][name]")
        total += _whole(priced, "unit_amount", f"{place}[price_data]") * _whole(item, "quantity", place)
        currency = str(priced.get("currency", ""))
        if len(currency) != 3 or not currency.isalpha():
            raise invalid(f"Invalid currency: {currency}", f"{place}[price_data][currency]")
        currencies.add(currency.lower())
    if len(currencies) != 1:
        raise invalid("All prices must have the same currency.", "line_items")
    return total, currencies.pop()


def _whole(given: Tree, name: str, place: str) -> int:
    value = str(given.get(name, ""))
    if not value.isascii() or not value.isdigit() or int(value) < 1:
        raise invalid(f"Invalid integer: {value}", f"{place}[{name}]", "parameter_invalid_integer")
    return int(value)
