"""What every provider looks like from here: hand a message over, check a webhook, read its events.

A carrier lives in a module named `carrier` inside its own folder and calls `register` once when it is imported;
`discover` imports those modules when Django is ready. Nothing else in the product names a provider.
"""

import importlib
import math
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from enum import StrEnum
from pathlib import Path
from typing import Any, Literal, Protocol
from uuid import UUID

from django.apps import apps

# How much stands still: "way" is those of a sender's ways that this message may go, where it has several.
Scope = Literal["message", "pair", "template", "way", "sender", "account"]


class Retry(StrEnum):
    """What a failed hand-over means for the message. Whatever is not known to be one of the others is UNSURE."""

    NOT_ATTEMPTED = "not_attempted"  # known not accepted: may go again, after `retry_after`
    PERMANENT = "permanent"  # known not accepted, and asking again gives the same answer
    UNSURE = "unsure"  # perhaps accepted: never resent by itself
    HOLD = "hold"  # known not accepted, and so will be everything behind it: stop the queue, an operator must act


@dataclass(frozen=True, slots=True)
class Outgoing:
    """One message as the provider will get it. `body` is the provider's payload without recipient and reference.

    `until` is when its attempt runs out, on the monotonic clock: by then whoever is asked must have answered.
    """

    attempt_id: UUID
    sender_ref: str
    to: str
    to_kind: Literal["phone", "bsuid"]
    body: dict[str, Any]
    until: float = math.inf


@dataclass(frozen=True, slots=True)
class Accepted:
    """The provider took the message. `held` means it may still be dropped before it leaves the provider."""

    provider_id: str
    held: bool
    wa_id: str = ""
    user_id: str = ""


class SendFailed(Exception):
    """The hand-over did not end in an acceptance; `retry` says what may happen next.

    `code` is the provider's own code, or one of ours in words. `retry_after` is in seconds. `scope` says how much
    stands still because of it, and `opts_out` that the recipient has refused marketing at the provider.
    """

    def __init__(
        self,
        code: str,
        text: str,
        retry: Retry,
        retry_after: float | None = None,
        *,
        scope: Scope = "message",
        opts_out: bool = False,
    ) -> None:
        super().__init__(f"{code}: {text}")
        self.code = code
        self.text = text
        self.retry = retry
        self.retry_after = retry_after
        self.scope = scope
        self.opts_out = opts_out

    def __reduce__(self) -> tuple[Any, ...]:
        """Exceptions are pickled when they cross processes; the default forgets keyword arguments."""
        rebuild = _rebuild_failure
        return rebuild, (self.code, self.text, self.retry, self.retry_after, self.scope, self.opts_out)


def _rebuild_failure(
    code: str, text: str, retry: Retry, retry_after: float | None, scope: Scope, opts_out: bool
) -> SendFailed:
    return SendFailed(code, text, retry, retry_after, scope=scope, opts_out=opts_out)


class EventItem(Protocol):
    """One thing a webhook body says. The same thing said again has the same `dedupe_key`."""

    @property
    def dedupe_key(self) -> str: ...


class Malformed(ValueError):
    """A webhook body that cannot be taken apart at all. The body is kept; nothing in it is applied."""


class Carrier(Protocol):
    """A provider."""

    @property
    def name(self) -> str: ...

    def send(self, sender: Any, outgoing: Outgoing) -> Accepted:
        """Hand one message over, exactly once and without retries, or raise `SendFailed`."""
        ...

    def verify(self, headers: Mapping[str, str], raw_body: bytes) -> bool:
        """Whether these bytes come from the provider. Header names are matched without regard to case."""
        ...

    def events(self, raw_body: bytes) -> Sequence[EventItem]:
        """The items of a webhook body, in its order. Raises `Malformed` when it is not one."""
        ...


_carriers: dict[str, Carrier] = {}


def register(carrier: Carrier) -> None:
    """Make a carrier known by its name. Two carriers of one name are a mistake in the code."""
    if carrier.name in _carriers:
        raise ValueError(f"A carrier named {carrier.name!r} is already registered; names are unique.")
    _carriers[carrier.name] = carrier


def carrier(name: str) -> Carrier:
    """The carrier of this name. Raises LookupError naming the ones there are."""
    try:
        return _carriers[name]
    except KeyError:
        known = ", ".join(sorted(_carriers)) or "none"
        raise LookupError(f"There is no carrier named {name!r}; known carriers: {known}.") from None


def names() -> list[str]:
    """The names of all carriers, sorted."""
    return sorted(_carriers)


def discover() -> None:
    """Import every `carrier` module of the apps, up to two folders deep. Called once, from AppConfig.ready()."""
    for app in apps.get_app_configs():
        root = Path(app.path)
        for pattern in ("carrier.py", "*/carrier.py", "*/*/carrier.py"):
            for found in sorted(root.glob(pattern)):
                importlib.import_module(".".join((app.name, *found.relative_to(root).with_suffix("").parts)))
