"""One commit for many webhooks: requests hand rows to a thread of their process and wait until they are durable."""

import logging
import os
import threading
import time
from _thread import LockType, allocate_lock
from collections.abc import Callable
from dataclasses import dataclass, field
from queue import Empty, SimpleQueue
from uuid import UUID

from django.db import close_old_connections, connection
from psycopg import Cursor

from accounts.faults import faultpoint

log = logging.getLogger(__name__)

ROWS_AT_ONCE = 500
WAIT_SECONDS = 5.0
# A stream gathers for its next commit, which costs the same however few rows are in it: while more keep coming, looked
# at every so many seconds, so many times at the most.
LOOKED_EVERY, LOOKS = 0.001, 5
# After so long without work the connection is looked at first: its server may have been restarted meanwhile, and nobody
# should have to be asked again for that. Under load the question would cost a tenth of each commit.
IDLE_SECONDS = 1.0

_INSERT = """
INSERT INTO messaging_webhookevent (carrier, body, signed_for)
SELECT carrier, body, string_to_array(accounts, ',')::uuid[]
  FROM unnest(%b::text[], %b::bytea[], %b::text[]) AS row(carrier, body, accounts)
"""


def _taken() -> LockType:
    """A lock that somebody else will let go: an Event without its bookkeeping, of which there is one a webhook."""
    lock = allocate_lock()
    lock.acquire()
    return lock


@dataclass(slots=True)
class Waiting:
    """One verified body on its way to the table."""

    carrier: str
    body: bytes
    signed_for: tuple[UUID, ...]
    done: LockType = field(default_factory=_taken)
    kept: bool = False


class GroupCommit:
    """Keeps bodies durably. Its thread is started in the process that first needs it, so that a fork cannot lose it."""

    def __init__(self, after_commit: Callable[[], None]) -> None:
        self._after_commit = after_commit
        self._queue: SimpleQueue[Waiting | None] = SimpleQueue()
        self._is_stream = False
        self._lock = threading.Lock()
        self._started_in = 0
        self._worked_at = 0.0

    def keep(self, waiting: Waiting) -> bool:
        """Whether the body is committed. False after five seconds or an error: then the provider must ask again."""
        self._start()
        self._queue.put(waiting)
        return waiting.done.acquire(timeout=WAIT_SECONDS) and waiting.kept

    def stop(self) -> None:
        """End the thread and close its connection, once what waits is stored. The next body starts it again."""
        if self._started_in == os.getpid():
            self._queue.put(None)
            self._thread.join()
            self._started_in = 0

    def _start(self) -> None:
        if self._started_in == os.getpid():
            return
        with self._lock:
            if self._started_in != os.getpid():
                self._queue = SimpleQueue()
                self._thread = threading.Thread(target=self._run, name="webhook-commit", daemon=True)
                self._thread.start()
                self._started_in = os.getpid()

    def _run(self) -> None:
        going_on = True
        while going_on:
            batch, going_on = self._next_batch()
            if batch:
                self._commit(batch)
        connection.close()

    def _commit(self, batch: list[Waiting]) -> None:
        try:
            close_old_connections()
            if time.monotonic() - self._worked_at >= IDLE_SECONDS:
                connection.close_if_health_check_failed()
            _insert(batch)
            faultpoint("inbox.stored")
        except Exception:
            log.exception("%d webhooks could not be stored; the provider will send them again", len(batch))
            connection.close()
        else:
            for waiting in batch:
                waiting.kept = True
        self._worked_at = time.monotonic()
        for waiting in batch:
            waiting.done.release()
        if batch[0].kept:
            self._after_commit()

    def _next_batch(self) -> tuple[list[Waiting], bool]:
        """Whatever waits; behind others that came together, what keeps coming. A lone webhook never lingers.

        The second value is False when the thread is to end after this batch.
        """
        batch: list[Waiting] = []
        waiting = self._queue.get()
        if self._is_stream:
            self._gather()
        self._is_stream = not self._queue.empty()
        while waiting is not None:
            batch.append(waiting)
            if len(batch) == ROWS_AT_ONCE:
                return batch, True
            try:
                waiting = self._queue.get_nowait()
            except Empty:
                return batch, True
        return batch, False

    def _gather(self) -> None:
        before = -1
        for _look in range(LOOKS):
            if (now := self._queue.qsize()) == before:
                return
            before = now
            time.sleep(LOOKED_EVERY)


def _insert(batch: list[Waiting]) -> None:
    """One prepared statement, a transaction of its own: once to the server and back, the bytes as bytes."""
    connection.ensure_connection()
    with Cursor(connection.connection) as cursor:
        cursor.execute(
            _INSERT,
            [
                [waiting.carrier for waiting in batch],
                [waiting.body for waiting in batch],
                [",".join(map(str, waiting.signed_for)) for waiting in batch],
            ],
            prepare=True,
        )
