"""How long what may leave has waited for a lane: it tells a queue that is long from one that stands still."""

from datetime import datetime
from uuid import UUID

from accounts.statements import run_sql
from messaging.engine.live import unserved_sends

# A large send has messages that have been due for hours and is well, as long as a lane serves it: the wait begins when
# the last one let its sender go, lost its lease or had to keep quiet. PostgreSQL's greatest() passes over NULL.
_WAITS = """
SELECT s.sender_id,
       max(extract(epoch FROM %(now)s - greatest(oldest.due_at, l.served_at, l.lease_until, l.quiet_until)))::float8
  FROM messaging_send s
 CROSS JOIN LATERAL (SELECT w.due_at FROM messaging_outbox w
                      WHERE w.send_id = s.id AND w.due_at <= %(now)s ORDER BY w.due_at LIMIT 1) oldest
  LEFT JOIN messaging_lane l ON l.sender_id = s.sender_id
 WHERE s.id = ANY(%(sends)s)
 GROUP BY s.sender_id
"""


def waits(now: datetime) -> dict[UUID, float]:
    """Seconds that each sender has waited which has something to send and no lane; senders that are served are not in
    it. `now` is the database's.
    """
    sends = [send.id for send in unserved_sends(now)]
    if not sends:
        return {}
    return {sender: max(0.0, seconds) for sender, seconds in run_sql(_WAITS, {"now": now, "sends": sends})}


def longest_wait(now: datetime) -> float:
    """The longest of them in seconds; 0 while every sender with something to send is served."""
    return max(waits(now).values(), default=0.0)
