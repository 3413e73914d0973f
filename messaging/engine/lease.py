"""A sender under a lease: one lane at a time. The database's clock decides, and nobody's memory."""

import time
from datetime import timedelta
from typing import Any
from uuid import UUID, uuid4

from django.db import connection

SECONDS = 30.0
RENEW_AFTER = 8.0

_ACQUIRE = """
INSERT INTO messaging_lane AS lane (sender_id, holder, lease_until)
VALUES (%(sender)s, %(holder)s, clock_timestamp() + %(lasts)s)
ON CONFLICT (sender_id) DO UPDATE SET holder = EXCLUDED.holder, lease_until = EXCLUDED.lease_until
 WHERE lane.lease_until IS NULL OR lane.lease_until <= clock_timestamp()
RETURNING sender_id
"""
_RENEW = """
UPDATE messaging_lane SET lease_until = clock_timestamp() + %(lasts)s
 WHERE sender_id = %(sender)s AND holder = %(holder)s AND lease_until > clock_timestamp() RETURNING sender_id
"""
_RELEASE = """
UPDATE messaging_lane SET holder = NULL, lease_until = NULL, served_at = clock_timestamp()
 WHERE sender_id = %(sender)s AND holder = %(holder)s
"""


class Lease:
    """The right to send from one sender. Held until `still_holds` says otherwise; it never says so too late.

    The deadline is counted from before the question was sent, on a clock that runs on while the process is stopped.
    """

    def __init__(self, sender_id: UUID, seconds: float | None = None) -> None:
        self._seconds = SECONDS if seconds is None else seconds
        self._facts: dict[str, Any] = {
            "sender": sender_id, "holder": uuid4(), "lasts": timedelta(seconds=self._seconds),
        }  # fmt: skip
        self._ends = 0.0

    def acquire(self) -> bool:
        """Whether the sender was free, and is ours now."""
        return self._ask(_ACQUIRE)

    def renew_in_time(self) -> bool:
        """Renew the lease when it is time to. False when it is lost, for good."""
        if not self.still_holds():
            return False
        if time.monotonic() < self._ends - self._seconds + min(RENEW_AFTER, self._seconds / 3):
            return True
        return self._ask(_RENEW)

    def still_holds(self) -> bool:
        return time.monotonic() < self._ends

    def release(self) -> None:
        """Let the next one have it at once."""
        self._ends = 0.0
        with connection.cursor() as cursor:
            cursor.execute(_RELEASE, self._facts)

    def _ask(self, sql: str) -> bool:
        begun = time.monotonic()
        with connection.cursor() as cursor:
            cursor.execute(sql, self._facts)
            is_ours = cursor.fetchone() is not None
        self._ends = begun + self._seconds if is_ours else 0.0
        return is_ours
