"""What a wire must be able to say and to understand."""

import hmac
from base64 import b64decode
from binascii import Error as NotBase64
from collections.abc import Mapping, Sequence
from decimal import Decimal
from typing import Any, Protocol

from starlette.responses import Response

from simulators.sms.words import Asked, Call, Event, Refused, Text, Written

Outcome = tuple[Asked, Text | Refused]


class Wire(Protocol):
    """One gateway's HTTP. `most_items` is how many receipts it puts into one body."""

    name: str
    account: Any
    most_items: int
    hears_stop: bool  # it acts on STOP by itself, and refuses the pair from then on
    refuses_landlines: bool  # in its answer; the others take the text and fail it

    @property
    def longest(self) -> int:
        """Characters that a text may have."""
        ...

    def serves(self, call: Call) -> bool:
        """Whether this call is meant for it."""
        ...

    def asks_balance(self, call: Call) -> bool:
        """Whether it asks what money is left."""
        ...

    def balance(self, left: Decimal) -> Response:
        """What money is left, as the gateway says it."""
        ...

    def authorise(self, call: Call) -> None:
        """Raises Refused for anybody but the account."""
        ...

    def read(self, call: Call) -> list[Asked]:
        """The texts in a call. Raises Refused when there is something wrong with all of it."""
        ...

    def new_id(self, asked: Asked) -> str:
        """The id under which the text is known from now on."""
        ...

    def answer(self, call: Call, outcomes: Sequence[Outcome]) -> Response:
        """What became of the texts, as the gateway says it."""
        ...

    def refusal(self, refused: Refused) -> Response:
        """The whole call is refused."""
        ...

    def receipt(self, text: Text, event: Event) -> dict[str, Any] | None:
        """What a receipt says; None where the gateway tells nothing of this stage."""
        ...

    def reply(self, written: Written) -> dict[str, Any]:
        """What is told of a text from a phone."""
        ...

    def letter(self, url: str, items: Sequence[dict[str, Any]]) -> tuple[bytes, Mapping[str, str]]:
        """The body with these items and its headers, signed as the gateway signs."""
        ...


def same(one: str, other: str) -> bool:
    """Whether two secrets are the same and not empty."""
    return bool(other) and hmac.compare_digest(one.encode(), other.encode())


def basic(call: Call) -> tuple[str, str]:
    """User and password of a Basic authorisation; empty when there is none."""
    scheme, _, given = call.headers.get("authorization", "").partition(" ")
    if scheme.lower() != "basic":
        return "", ""
    try:
        user, _, password = b64decode(given, validate=True).decode().partition(":")
    except (NotBase64, UnicodeDecodeError):
        return "", ""
    return user, password


def as_text(value: object) -> str:
    """A value of a JSON body as words; anything but words and whole numbers is none."""
    return str(value) if isinstance(value, (str, int)) and not isinstance(value, bool) else ""


def with_plus(digits: str) -> str:
    """A number that its gateway writes without +."""
    return digits if not digits or digits.startswith("+") else f"+{digits}"
