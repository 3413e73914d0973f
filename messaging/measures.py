"""What messaging counts for Prometheus. Counted after the commit; labels name senders and states, never people."""

from collections import Counter as Tally
from collections.abc import Iterable, Sequence
from datetime import datetime

from prometheus_client import Counter, Histogram

from messaging.engine.taken import Result
from messaging.inbox.events import Event
from messaging.inbox.items import StatusItem
from messaging.models import Send, Sender

SEND_MOVES = Counter("countersign_send_moves", "Sends that came into a state.", ["channel", "kind", "state"])
ATTEMPTS = Counter(
    "countersign_attempts",
    "Attempts that ended, by how; its rate is a lane's.",
    ["channel", "carrier", "sender", "ending"],
)
STATUSES = Counter("countersign_statuses", "Reports of what became of messages.", ["channel", "status"])
WEBHOOK_ANSWERS = Histogram(
    "countersign_webhook_answer_seconds",
    "Seconds until a webhook was answered.",
    ["status"],
    buckets=(0.003, 0.01, 0.03, 0.1, 0.25, 1.0, 5.0),
)
WEBHOOK_LAG = Histogram(
    "countersign_webhook_lag_seconds",
    "Seconds from a webhook's arrival until it was applied.",
    ["carrier"],
    buckets=(0.1, 0.3, 1.0, 3.0, 10.0, 30.0, 120.0, 600.0),
)


def count_move(send: Send) -> None:
    """A send has come into the state that it has."""
    SEND_MOVES.labels(send.channel, send.kind, str(send.state)).inc()


def count_attempts(results: Sequence[Result], sender: Sender) -> None:
    """These attempts of one sender have ended."""
    for ending, count in Tally(result.ending.value for result in results).items():
        ATTEMPTS.labels(sender.channel, sender.carrier, str(sender.pk), ending).inc(count)


def count_statuses(items: Iterable[tuple[Sender, StatusItem]]) -> None:
    """These reports have been applied; the same one told twice counts twice."""
    for (channel, status), count in Tally((sender.channel, item.status) for sender, item in items).items():
        STATUSES.labels(channel, status).inc(count)


def count_applied(events: Sequence[Event], now: datetime) -> None:
    """These webhooks are through; those that will be tried again are not. `now` is the database's."""
    applied_at = now.timestamp()
    for event in events:
        if event.state:
            WEBHOOK_LAG.labels(event.carrier).observe(max(0.0, applied_at - event.received))
