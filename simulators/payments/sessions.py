"""Checkout Sessions: what may be asked for, and what one is."""

import time
from dataclasses import dataclass, field
from typing import Annotated, Any, Literal

from pydantic import BaseModel, ConfigDict, Field, ValidationError

MOST_SECONDS = 24 * 3600
# The smallest charges, in the smallest unit. Source: Stripe, "Minimum and maximum charge amounts".
LEAST = {"usd": 50, "hkd": 400, "eur": 50, "gbp": 30, "jpy": 50, "sgd": 50}


class Wrong(Exception):
    """A call that Stripe refuses: its status, error type, code, words, and the parameter at fault."""

    def __init__(self, status: int, kind: str, message: str, code: str = "", param: str = "") -> None:
        super().__init__(message)
        self.status = status
        self.error = {"type": kind, "message": message}
        self.error |= {name: value for name, value in (("code", code), ("param", param)) if value}


class _Wish(BaseModel):
    model_config = ConfigDict(extra="forbid")


class ProductData(_Wish):
    name: Annotated[str, Field(min_length=1, max_length=250)]


class PriceData(_Wish):
    currency: Annotated[str, Field(pattern=r"^[a-z]{3}$")]
    unit_amount: Annotated[int, Field(ge=0, le=99_999_999)]
    product_data: ProductData


class LineItem(_Wish):
    price_data: PriceData
    quantity: Annotated[int, Field(ge=1)] = 1


class PaymentIntentData(_Wish):
    metadata: dict[str, str] = {}


class SessionWish(_Wish):
    """What we take of the many parameters of a session; an unknown one is refused, as Stripe does."""

    mode: Literal["payment"]
    line_items: Annotated[list[LineItem], Field(min_length=1, max_length=100)]
    success_url: Annotated[str, Field(pattern=r"^https?://")]
    cancel_url: str = ""
    client_reference_id: Annotated[str, Field(max_length=200)] = ""
    metadata: dict[str, str] = {}
    payment_intent_data: PaymentIntentData = PaymentIntentData()
    expires_at: int = 0


@dataclass
class Session:
    """One session. `created` and `expires_at` are unix seconds; amounts are whole numbers of the smallest unit."""

    id: str
    wish: SessionWish
    amount: int
    created: int
    expires_at: int
    url: str
    status: str = "open"
    payment_status: str = "unpaid"
    payment_intent: str | None = None
    refunded: int = 0
    told: list[str] = field(default_factory=list)

    @property
    def currency(self) -> str:
        return self.wish.line_items[0].price_data.currency

    def as_json(self, amount_off: int = 0) -> dict[str, Any]:
        """As the API shows it."""
        return {
            "id": self.id,
            "object": "checkout.session",
            "mode": "payment",
            "amount_total": self.amount + amount_off,
            "currency": self.currency,
            "client_reference_id": self.wish.client_reference_id or None,
            "metadata": self.wish.metadata,
            "created": self.created,
            "expires_at": self.expires_at,
            "livemode": False,
            "payment_intent": self.payment_intent,
            "payment_status": self.payment_status,
            "status": self.status,
            "success_url": self.wish.success_url,
            "url": self.url if self.status == "open" else None,
        }

    def charge_as_json(self) -> dict[str, Any]:
        """The charge behind a session that was paid."""
        return {
            "id": f"ch_{self.id[-16:]}",
            "object": "charge",
            "amount": self.amount,
            "amount_refunded": self.refunded,
            "refunded": self.refunded >= self.amount,
            "currency": self.currency,
            "metadata": self.wish.payment_intent_data.metadata,
            "payment_intent": self.payment_intent,
            "status": "succeeded",
        }


def read_wish(fields: dict[str, Any], least_minutes: int, now: float) -> SessionWish:
    """The wish in a form. Raises `Wrong` for what Stripe refuses."""
    try:
        wish = SessionWish.model_validate(fields)
    except ValidationError as error:
        first = error.errors()[0]
        param = "".join(f"[{step}]" if at else str(step) for at, step in enumerate(first["loc"]))
        code = "parameter_missing" if first["type"] == "missing" else "parameter_unknown" \
            if first["type"] == "extra_forbidden" else "parameter_invalid"  # fmt: skip
        raise Wrong(400, "invalid_request_error", f"{param}: {first['msg']}", code, param) from None
    if wish.expires_at and wish.expires_at < now + least_minutes * 60:
        raise Wrong(400, "invalid_request_error", "The `expires_at` timestamp must be at least 30 minutes from "
                    "Checkout Session creation.", param="expires_at")  # fmt: skip
    if wish.expires_at > now + MOST_SECONDS:
        raise Wrong(400, "invalid_request_error", "The `expires_at` timestamp must be less than 24 hours from "
                    "Checkout Session creation.", param="expires_at")  # fmt: skip
    price = wish.line_items[0].price_data
    if amount_of(wish) < LEAST.get(price.currency, 1):
        raise Wrong(400, "invalid_request_error", "The total amount is too small.", "amount_too_small")
    return wish


def amount_of(wish: SessionWish) -> int:
    return sum(item.price_data.unit_amount * item.quantity for item in wish.line_items)


def unix(now: float | None = None) -> int:
    return int(time.time() if now is None else now)
