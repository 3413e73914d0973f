"""Who builds the provider's payload of a message, by channel. The engine itself knows no payload."""

from collections.abc import Callable, Sequence
from datetime import datetime
from typing import Any

from messaging.engine.taken import Taken
from messaging.models import Send

Build = Callable[[Taken], dict[str, Any]]
Prepare = Callable[[Sequence[Taken]], Build]
Forget = Callable[[Sequence[Taken]], None]
Ready = Callable[[Send, datetime], None]


class SendDoesNotStand(Exception):
    """Nothing of this message's send may leave as things are: it waits, and its send pauses and says this."""


_prepare_by_channel: dict[str, Prepare] = {}
_forget_by_channel: dict[str, Forget] = {}
_ready_by_channel: dict[str, Ready] = {}


def register(channel: str, prepare: Prepare, forget: Forget | None = None, ready: Ready | None = None) -> None:
    """Make a channel's builder known.

    `prepare` gets a batch and may ask the database for what its bodies share; it returns the function that builds one
    body, which runs in many threads, asks nobody, and raises for a message that cannot be built, `SendDoesNotStand`
    where no message of its send may be. `forget` is told,
    in the transaction that writes it down, which messages will never be built again: what only their bodies needed
    is erased there. `ready` is asked before a send is released, outside of any transaction: it fetches or brings what
    all bodies of the send need, once more for the same send at no harm, or raises `SendDoesNotStand`.
    """
    if channel in _prepare_by_channel:
        raise ValueError(f"The bodies of {channel!r} have a builder already; there is one a channel.")
    _prepare_by_channel[channel] = prepare
    if forget is not None:
        _forget_by_channel[channel] = forget
    if ready is not None:
        _ready_by_channel[channel] = ready


def builder_of(channel: str) -> Prepare:
    """The builder of a channel. Raises LookupError naming the ones there are."""
    try:
        return _prepare_by_channel[channel]
    except KeyError:
        known = ", ".join(sorted(_prepare_by_channel)) or "none"
        raise LookupError(f"Nobody builds bodies of {channel!r}; known channels: {known}.") from None


def make_ready(send: Send, now: datetime) -> None:
    """Bring what the bodies of this send need. Raises SendDoesNotStand."""
    if send.channel in _ready_by_channel:
        _ready_by_channel[send.channel](send, now)


def forget(channel: str, taken: Sequence[Taken]) -> None:
    """Erase what only the bodies of these messages needed."""
    if taken and channel in _forget_by_channel:
        _forget_by_channel[channel](taken)
