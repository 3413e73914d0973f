"""Who is told which messages a provider has taken, by channel. The engine itself knows no conversations."""

from collections.abc import Callable, Sequence
from datetime import datetime

from messaging.engine.taken import Taken

Told = Callable[[Sequence[Taken], datetime], None]
_told_by_channel: dict[str, Told] = {}


def register(channel: str, told: Told) -> None:
    """Have `told` called with the messages of this channel that were taken, in the transaction that writes it down.

    The rows of sends and messages are locked then: it may take locks that everybody takes after those, and no others.
    """
    if channel in _told_by_channel:
        raise ValueError(f"Somebody is told of {channel!r} already; there is one a channel.")
    _told_by_channel[channel] = told


def tell(channel: str, taken: Sequence[Taken], now: datetime) -> None:
    """Tell of the messages that were taken."""
    if taken and channel in _told_by_channel:
        _told_by_channel[channel](taken, now)
