"""What every SMS gateway looks like from here: hand a text over, know its callbacks from forgeries, read them.

A gateway is a folder with a module named `adapter` that calls `register` once when it is imported; `discover` imports
them when Django is ready. Nothing else names a gateway. Adapters know neither the database nor Django's request: they
get an `Account` and plain values, so each can be tried by itself.
"""

import importlib
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from decimal import Decimal
from enum import StrEnum
from pathlib import Path
from typing import Any, Literal, Protocol
from uuid import UUID

from pydantic import BaseModel, ConfigDict

from sms.gateways.balance import Balance
from sms.text import Encoding


class Configuration(BaseModel):
    """What an operator sets for one account, checked when it is saved: addresses, ids, options. No secrets."""

    model_config = ConfigDict(extra="forbid", frozen=True)


class Secrets(BaseModel):
    """What must not be seen: keys, tokens, passwords. Kept encrypted; never logged, never answered."""

    model_config = ConfigDict(extra="forbid", frozen=True, hide_input_in_errors=True)


@dataclass(frozen=True, slots=True)
class Account:
    """One account at a gateway as its adapter needs it. `callback_base` is the unguessable public address, without a
    slash at the end, under which `/receipt` and `/reply` reach us.
    """

    id: UUID
    configuration: Any
    secrets: Any
    callback_base: str


@dataclass(frozen=True, slots=True)
class Capabilities:
    """What a gateway can tell and take.

    `receipts`: whose word a delivery is (handset, carrier, none). `largest_text` is in characters.
    """

    receipts: Literal["handset", "carrier", "none"]
    takes_replies: bool
    largest_text: int
    reports_price: bool


@dataclass(frozen=True, slots=True)
class Submission:
    """One text for one phone, exactly as approved. `to` is E.164 with +. `reference` is our attempt: it goes along
    wherever the gateway has room for it. `valid_for`: how long the gateway may keep trying. `is_secret`: a one-time
    code, so the gateway is asked to keep no copy of the text.
    """

    reference: UUID
    sender: str
    to: str
    text: str
    encoding: Encoding
    parts: int
    valid_for: timedelta | None = None
    is_secret: bool = False


@dataclass(frozen=True, slots=True)
class Taken:
    """The gateway took the text: that is not a delivery. One id, or one a part in their order."""

    provider_ids: tuple[str, ...]
    parts: int | None = None
    price: Decimal | None = None
    currency: str = ""


class Progress(StrEnum):
    """Our words for what gateways report. Pending is ACCEPTED or SENT and never a success."""

    ACCEPTED = "accepted"
    SENT = "sent"
    DELIVERED = "delivered"
    FAILED = "failed"
    EXPIRED = "expired"
    UNKNOWN = "unknown"


class Failure(StrEnum):
    """What a failure means for the next message: who must do what before another try can make sense."""

    NONE = ""
    RECIPIENT_BAD = "recipient_bad"  # never again to this number
    RECIPIENT_REFUSED = "recipient_refused"  # an opt-out, told by the network
    RECIPIENT_AWAY = "recipient_away"  # later may do
    CONTENT = "content"  # not with this text
    SENDER = "sender"  # not from this sender ID
    ROUTE = "route"  # another gateway or later
    ACCOUNT = "account"  # the account itself: stop
    REGULATION = "regulation"
    UNCLEAR = "unclear"


@dataclass(frozen=True, slots=True)
class Receipt:
    """What became of one text, or of one part of it. `reference` is empty where the gateway does not echo it.

    `part` and `parts` count from 1 and are 1 of 1 where a gateway reports the whole; `part` is 0 where it reports each
    but does not say which: then `provider_id` tells them apart. `at` is the gateway's own time in UTC; None where it
    tells none. `price` is for what this receipt speaks of. Said again, a receipt has the same `dedupe_key`.
    """

    dedupe_key: str
    provider_id: str
    reference: str
    progress: Progress
    at: datetime | None
    part: int = 1
    parts: int = 1
    code: str = ""
    text: str = ""
    failure: Failure = Failure.NONE
    price: Decimal | None = None
    currency: str = ""


@dataclass(frozen=True, slots=True)
class Reply:
    """A text from a phone to one of our senders: data, never instruction. `asks` is set where the gateway itself heard
    a stop or start and acts on it already.
    """

    dedupe_key: str
    provider_id: str
    sender: str
    from_phone: str
    text: str
    at: datetime | None
    asks: Literal["", "stop", "start", "help"] = ""


@dataclass(frozen=True, slots=True)
class Unknown:
    """Something we do not handle, or that made no sense; the raw call is kept. `reason` says what was wrong."""

    dedupe_key: str
    reason: str


@dataclass(frozen=True, slots=True)
class Callback:
    """One HTTP call from a gateway. `url` is the public one, with its query. Header names are in lower case."""

    kind: Literal["receipt", "reply"]
    method: str
    url: str
    query: str
    headers: Mapping[str, str]
    body: bytes


class Gateway(Protocol):
    """One kind of gateway. Its methods run in many threads at once."""

    @property
    def name(self) -> str: ...

    @property
    def capabilities(self) -> Capabilities: ...

    @property
    def configuration(self) -> type[Configuration]: ...

    @property
    def secrets(self) -> type[Secrets]: ...

    def failure_of(self, code: str) -> Failure:
        """What one of its error codes means; UNCLEAR for a code that is in no table."""
        ...

    def send(self, account: Account, submission: Submission) -> Taken:
        """Hand one text over, once and without retries, or raise `SendFailed`. What is not known to be refused or
        never to have left is `Retry.UNSURE`.
        """
        ...

    def verify(self, account: Account, callback: Callback) -> bool:
        """Whether this call comes from the gateway: its signature, or a secret of ours in the path where it has none.
        Compared in constant time.
        """
        ...

    def read(self, account: Account, callback: Callback) -> Sequence[Receipt | Reply | Unknown]:
        """The items of a verified call, in its order; one bad item never loses its siblings. Raises `Malformed` when
        nothing of it can be read.
        """
        ...

    def balance(self, account: Account) -> Balance | None:
        """What money is left there; None where this kind, or this account's configuration, has no way to ask. Raises
        `NotTold`.
        """
        ...


_gateways: dict[str, Gateway] = {}


def register(adapter: Gateway) -> None:
    """Make a gateway known by its name. Two of one name are a mistake in the code."""
    if adapter.name in _gateways:
        raise ValueError(f"A gateway named {adapter.name!r} is already registered; names are unique.")
    _gateways[adapter.name] = adapter


def gateway(name: str) -> Gateway:
    """The gateway of this name. Raises LookupError naming the ones there are."""
    try:
        return _gateways[name]
    except KeyError:
        known = ", ".join(names()) or "none"
        raise LookupError(f"There is no gateway named {name!r}; known gateways: {known}.") from None


def names() -> list[str]:
    """The names of all gateways, sorted."""
    return sorted(_gateways)


def discover() -> None:
    """Import every gateway's `adapter`. Called once, from AppConfig.ready()."""
    for found in sorted(Path(__file__).parent.glob("*/adapter.py")):
        importlib.import_module(f"sms.gateways.{found.parent.name}.adapter")
