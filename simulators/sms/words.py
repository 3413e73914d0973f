"""What all pretend gateways have in common, in words that are no gateway's own."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from enum import StrEnum
from typing import Any
from urllib.parse import parse_qsl

from simulators.common.side_door import json_object


class No(StrEnum):
    """Why a text is not taken. Each wire has a code for it."""

    CREDENTIALS = "credentials"
    MALFORMED = "malformed"
    NUMBER = "number"
    LANDLINE = "landline"
    SENDER = "sender"
    OPTED_OUT = "opted_out"
    COUNTRY = "country"
    EMPTY = "empty"
    LENGTH = "length"
    DUPLICATE = "duplicate"
    CREDIT = "credit"
    THROTTLED = "throttled"
    BROKEN = "broken"


class Trouble(StrEnum):
    """Why a text that was taken does not arrive. Each wire has a status and a code for it."""

    ABSENT = "absent"
    DEAD = "dead"
    LANDLINE = "landline"
    BARRED = "barred"
    FILTERED = "filtered"
    NETWORK = "network"
    EXPIRED = "expired"


class Stage(StrEnum):
    SENT = "sent"
    DELIVERED = "delivered"
    FAILED = "failed"


class Refused(Exception):
    """A call or a text that is not taken."""

    def __init__(self, no: No, details: str = "") -> None:
        super().__init__(no, details)
        self.no, self.details = no, details


@dataclass(slots=True)
class Call:
    """A request as it came. `verdict` is what the journal will say was decided. `lost_after` seconds, when set, the
    connection is closed instead of answered.
    """

    method: str
    path: str
    query: Mapping[str, str]
    headers: Mapping[str, str]
    raw: bytes
    now: float
    verdict: dict[str, Any] = field(default_factory=dict)
    lost_after: float | None = None

    def form(self) -> dict[str, str]:
        """The fields of a form, the last of a name; none when the body is no form."""
        return dict(parse_qsl(self.raw.decode("utf-8", "replace"), keep_blank_values=True))

    def json(self) -> dict[str, Any]:
        """The JSON object of the body, or an empty one."""
        return json_object(self.raw)


@dataclass(frozen=True, slots=True)
class Asked:
    """One text that somebody wants sent. `to` is with +. `own_id` is the id that the caller chose, where it may."""

    to: str
    sender: str
    text: str
    reference: str = ""
    receipt_url: str = ""
    own_id: str = ""


@dataclass(frozen=True, slots=True)
class Text:
    """A text that was taken. `nth` counts the texts to this phone and seeds what happens to this one."""

    id: str
    asked: Asked
    parts: int
    nth: int


@dataclass(frozen=True, slots=True)
class Event:
    """What became of a text. `at` is in unix seconds."""

    stage: Stage
    at: float
    trouble: Trouble | None = None


@dataclass(frozen=True, slots=True)
class Written:
    """A text from a phone to one of our numbers. `asks`: the gateway itself heard a stop and acts on it."""

    id: str
    sender: str
    phone: str
    text: str
    at: float
    asks: str = ""
