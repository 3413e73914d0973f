"""Webhooks that are stored and not applied yet: how many, and how long the oldest has waited."""

from datetime import datetime

from accounts.statements import run_sql
from messaging.models import WebhookEvent

_OLDEST = f"""
SELECT extract(epoch FROM %(now)s - received_at)::float8 FROM messaging_webhookevent
 WHERE state = {WebhookEvent.State.WAITING} ORDER BY id LIMIT 1
"""


def oldest_wait(now: datetime) -> float:
    """Seconds since the oldest waiting webhook arrived, 0 while none waits. `now` is the database's."""
    found = run_sql(_OLDEST, {"now": now})
    return max(0.0, float(found[0][0])) if found else 0.0
