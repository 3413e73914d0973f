"""How long raw webhooks are kept: they hold personal data and much of it, and what they said has been applied."""

from datetime import datetime, timedelta

from django.db import connection

# Meta repeats a webhook for up to seven days; after that nobody asks what exactly arrived.
KEPT_FOR = timedelta(days=14)
_AT_ONCE = 20_000

_DROP = """
DELETE FROM messaging_webhookevent WHERE id IN (
    SELECT id FROM messaging_webhookevent
     WHERE received_at < %s AND state <> 0
       AND NOT EXISTS (SELECT 1 FROM messaging_webhookfailure f WHERE f.event_id = messaging_webhookevent.id)
     ORDER BY received_at LIMIT %s)
"""


def drop_old_events(now: datetime) -> int:
    """Delete a share of the events that are old and applied in full. Those with failures stay until somebody looked."""
    with connection.cursor() as cursor:
        cursor.execute(_DROP, [now - KEPT_FOR, _AT_ONCE])
        return int(cursor.rowcount)
