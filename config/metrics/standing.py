"""What the database and the broker say at the moment of asking: queues, approvals, lanes, webhooks, ages.

Gauges, asked once for all processes. A part that cannot be asked is left out and shown as not up; the others are told.
"""

from collections.abc import Callable, Iterable, Iterator
from datetime import datetime

import structlog
from django.conf import settings
from django.db import transaction
from prometheus_client.core import GaugeMetricFamily as Gauge
from redis import Redis

from accounts.clock import database_now
from accounts.statements import run_sql
from accounts.tenancy import unconfined
from config.health import AWAY
from config.tasks import silence
from messaging.engine.unserved import longest_wait
from messaging.inbox.waiting import oldest_wait

log = structlog.get_logger(__name__)

Look = Callable[[datetime], Iterator[Gauge]]
QUEUES = ("celery", "lanes")

_REQUESTS = """
SELECT state, count(*), extract(epoch FROM %(now)s - min(created_at))::float8 FROM approvals_actionrequest
 WHERE state IN ('pending', 'approved', 'executing') GROUP BY state
"""
_SENDS = """
SELECT channel, state, count(*) FROM messaging_send
 WHERE state IN ('scheduled', 'releasing', 'sending', 'paused') GROUP BY channel, state
"""
_OUTBOX = """
SELECT s.channel, s.state, sum(waiting.messages)::bigint
  FROM (SELECT send_id, count(*) AS messages FROM messaging_outbox GROUP BY send_id) waiting
  JOIN messaging_send s ON s.id = waiting.send_id GROUP BY s.channel, s.state
"""
_LANES = "SELECT count(*) FROM messaging_lane WHERE lease_until > %(now)s"
_SENDERS = "SELECT id::text, channel, per_second FROM messaging_sender WHERE status = 'CONNECTED'"
_WEBHOOKS = "SELECT count(*) FROM messaging_webhookevent WHERE state = 0"
_QUARANTINE = "SELECT count(*) FROM messaging_webhookfailure WHERE quarantined_at IS NOT NULL"


class Standing:
    """The collector."""

    def collect(self) -> Iterable[Gauge]:
        up = Gauge("countersign_up", "Whether a part could be asked (1) or not (0).", labels=["part"])
        told: list[Gauge] = [up]
        with unconfined():
            for part, look in LOOKS.items():
                found = _looked(part, look)
                up.add_metric([part], 0.0 if found is None else 1.0)
                told += found or []
        return told


def _looked(part: str, look: Look) -> list[Gauge] | None:
    try:
        with transaction.atomic():  # a statement that fails takes only its own part with it
            return list(look(database_now()))
    except AWAY as error:
        log.warning("metrics_part_down", part=part, error=type(error).__name__)
        return None


def approvals(now: datetime) -> Iterator[Gauge]:
    waiting = Gauge("countersign_requests_open", "Requests that are not over yet.", labels=["state"])
    oldest = Gauge("countersign_requests_oldest_seconds", "Age of the oldest open request.", labels=["state"])
    for state, count, age in run_sql(_REQUESTS, {"now": now}):
        waiting.add_metric([state], count)
        oldest.add_metric([state], max(0.0, age))
    yield from (waiting, oldest)


def queue(now: datetime) -> Iterator[Gauge]:
    open_sends = Gauge("countersign_sends_open", "Sends that are not over yet.", labels=["channel", "state"])
    outbox = Gauge("countersign_outbox_messages", "Messages waiting, by the state of their send.",
                   labels=["channel", "state"])  # fmt: skip
    for channel, state, count in run_sql(_SENDS, {}):
        open_sends.add_metric([channel, state], count)
    for channel, state, count in run_sql(_OUTBOX, {}):
        outbox.add_metric([channel, state], count)
    yield from (open_sends, outbox)
    yield Gauge("countersign_queue_age_seconds", "How long the sender that waits longest has had no lane.",
                value=longest_wait(now))  # fmt: skip


def lanes(now: datetime) -> Iterator[Gauge]:
    ((count,),) = run_sql(_LANES, {"now": now})
    yield Gauge("countersign_lanes_at_work", "Senders that a lane serves now.", value=count)
    limit = Gauge("countersign_sender_limit_per_second", "Messages a second that a sender may hand over.",
                  labels=["sender", "channel"])  # fmt: skip
    for sender, channel, per_second in run_sql(_SENDERS, {}):
        limit.add_metric([sender, channel], per_second)
    yield limit


def webhooks(now: datetime) -> Iterator[Gauge]:
    ((waiting,),), ((quarantined,),) = run_sql(_WEBHOOKS, {}), run_sql(_QUARANTINE, {})
    yield Gauge("countersign_webhooks_waiting", "Webhooks stored and not applied yet.", value=waiting)
    yield Gauge("countersign_webhook_items_quarantined", "Items that could not be applied.", value=quarantined)
    yield Gauge("countersign_webhook_age_seconds", "Age of the oldest webhook that waits.", value=oldest_wait(now))


def broker(now: datetime) -> Iterator[Gauge]:
    bells = Gauge("countersign_bells_waiting", "Tasks that no worker has taken yet.", labels=["queue"])
    with Redis.from_url(settings.REDIS_URL, socket_timeout=2, socket_connect_timeout=2, retry=None) as redis:
        for name in QUEUES:
            bells.add_metric([name], float(str(redis.llen(name))))
    yield bells
    heard = silence(now)
    if heard is not None:
        yield Gauge("countersign_beat_age_seconds", "Since a worker last heard beat.", value=heard)


LOOKS: dict[str, Look] = {
    "approvals": approvals, "queue": queue, "lanes": lanes, "webhooks": webhooks, "broker": broker,
}  # fmt: skip
