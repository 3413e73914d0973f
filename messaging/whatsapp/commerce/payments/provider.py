"""A payment provider seen from us. One folder a provider, one line in `_PROVIDERS`."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import datetime
from decimal import Decimal
from enum import StrEnum
from importlib import import_module
from typing import Protocol, cast
from uuid import UUID

from messaging.models import PaymentAccount

_PROVIDERS = {"stripe": "messaging.whatsapp.commerce.payments.stripe.adapter"}


@dataclass(frozen=True, slots=True)
class Asked:
    """A link as it is asked for. `key` is its idempotency key and travels with every payment of it."""

    key: UUID
    reference: str
    amount: Decimal
    currency: str
    expires_at: datetime


@dataclass(frozen=True, slots=True)
class Made:
    """A link as the provider made it. The address is not shown by accident."""

    provider_id: str
    url: str = field(repr=False)
    expires_at: datetime


class LinkRefused(Exception):
    """The provider made no link, or was never asked. Its text is for people and carries no secret."""


class LinkUnsure(Exception):
    """Whether there is a link now is not known."""


class Unreadable(Exception):
    """A signed call that says nothing we can read."""


class NewsKind(StrEnum):
    PAID = "paid"
    FAILED = "failed"
    EXPIRED = "expired"
    REFUNDED = "refunded"
    OTHER = "other"


@dataclass(frozen=True, slots=True)
class News:
    """One call of the provider. `key` and `provider_id` name the link, `payment_id` the payment, each may be empty."""

    event_id: str
    told_as: str
    kind: NewsKind
    at: datetime
    key: str = ""
    provider_id: str = ""
    payment_id: str = ""
    amount: Decimal | None = None
    currency: str = ""


class Provider(Protocol):
    """What an adapter does. No call is ever repeated by itself."""

    def reasons_against(self, amount: Decimal, currency: str) -> str:
        """Why this amount cannot be asked for; empty when it can."""
        ...

    def make(self, account: PaymentAccount, asked: Asked) -> Made:
        """Make a link. Raises `LinkRefused` and `LinkUnsure`."""
        ...

    def end(self, account: PaymentAccount, provider_id: str) -> bool:
        """End a link that nobody has paid; False where it is over already. Raises `LinkRefused` and `LinkUnsure`."""
        ...

    def is_signed(self, account: PaymentAccount, body: bytes, headers: Mapping[str, str], now: datetime) -> bool:
        """Whether the account's provider said this, lately. Header names are in lower case."""
        ...

    def read(self, body: bytes) -> News:
        """What a signed call says. Raises `Unreadable`."""
        ...


def provider_named(name: str) -> Provider:
    """The adapter of this name. Raises LookupError for one that nobody wrote."""
    try:
        return cast(Provider, import_module(_PROVIDERS[name]).adapter)
    except KeyError:
        raise LookupError(f"There is no payment provider {name!r}; known: {', '.join(_PROVIDERS)}.") from None
