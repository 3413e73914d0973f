"""What Stripe's events say of a payment link of ours."""

from datetime import UTC, datetime
from typing import Annotated, Any

from pydantic import BaseModel, Field, ValidationError

from messaging.whatsapp.commerce.payments.provider import News, NewsKind, Unreadable
from messaging.whatsapp.commerce.payments.stripe.minor import from_minor

KEY = "countersign_link"  # in the metadata of the session and of its payment


class _Event(BaseModel):
    id: Annotated[str, Field(min_length=1, max_length=255)]
    type: Annotated[str, Field(max_length=80)]
    created: Annotated[int, Field(ge=0, le=253_402_300_799)]
    data: dict[str, Any]


class _Session(BaseModel):
    id: Annotated[str, Field(max_length=255)]
    payment_status: str = ""
    payment_intent: Annotated[str | None, Field(max_length=255)] = None
    amount_total: int | None = None
    currency: str | None = None
    metadata: dict[str, str] | None = None


class _Charge(BaseModel):
    payment_intent: Annotated[str | None, Field(max_length=255)] = None
    amount_refunded: int
    currency: str
    metadata: dict[str, str] | None = None


def read(body: bytes) -> News:
    """The news in an event. Of what does not concern a link only that it came. Raises `Unreadable`."""
    try:
        event = _Event.model_validate_json(body)
        told = event.data.get("object")
        if event.type.startswith("checkout.session."):
            return _of_session(event, _Session.model_validate(told))
        if event.type == "charge.refunded":
            return _of_charge(event, _Charge.model_validate(told))
    except ValidationError as wrong:
        raise Unreadable(", ".join(".".join(map(str, one["loc"])) for one in wrong.errors()[:3])) from None
    return News(event.id, event.type, NewsKind.OTHER, _moment(event))


def _of_session(event: _Event, session: _Session) -> News:
    currency = (session.currency or "").upper()
    return News(
        event.id,
        event.type,
        _kind(event.type, session.payment_status),
        _moment(event),
        key=(session.metadata or {}).get(KEY, ""),
        provider_id=session.id,
        payment_id=session.payment_intent or "",
        amount=None if session.amount_total is None else from_minor(session.amount_total, currency),
        currency=currency,
    )


def _kind(told_as: str, payment_status: str) -> NewsKind:
    """A session is completed before slow ways of paying have paid: then a later event says how it ended."""
    if told_as == "checkout.session.completed":
        return NewsKind.PAID if payment_status == "paid" else NewsKind.OTHER
    return {
        "checkout.session.async_payment_succeeded": NewsKind.PAID,
        "checkout.session.async_payment_failed": NewsKind.FAILED,
        "checkout.session.expired": NewsKind.EXPIRED,
    }.get(told_as, NewsKind.OTHER)


def _of_charge(event: _Event, charge: _Charge) -> News:
    currency = charge.currency.upper()
    return News(
        event.id,
        event.type,
        NewsKind.REFUNDED,
        _moment(event),
        key=(charge.metadata or {}).get(KEY, ""),
        payment_id=charge.payment_intent or "",
        amount=from_minor(charge.amount_refunded, currency),
        currency=currency,
    )


def _moment(event: _Event) -> datetime:
    return datetime.fromtimestamp(event.created, UTC)
