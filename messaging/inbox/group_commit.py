"""One commit for many requests: they hand what they bring to a thread of their process and wait until it is durable."""

import logging
import os
import threading
from _thread import LockType, allocate_lock
from collections.abc import Callable
from dataclasses import dataclass, field
from queue import Empty, SimpleQueue
from typing import Generic, TypeVar
from uuid import UUID

from django.db import close_old_connections, connection
from psycopg import Cursor

from accounts.faults import faultpoint

log = logging.getLogger(__name__)

ROWS_AT_ONCE = 500
WAIT_SECONDS = 5.0

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


@dataclass(slots=True, kw_only=True)
class Brought:
    """What one request brings, and whether it has been kept."""

    done: LockType = field(default_factory=_taken)
    kept: bool = False


Item = TypeVar("Item", bound=Brought)


class Together(Generic[Item]):
    """Keeps what many requests bring in few commits. `things` is the word for them in logs.

    Its thread is started in the process that first needs it, so that a fork cannot lose it.
    """

    things = "things"

    def __init__(self) -> None:
        self._queue: SimpleQueue[Item | None] = SimpleQueue()
        self._lock = threading.Lock()
        self._started_in = 0

    def store(self, batch: list[Item]) -> None:
        """Make all of them durable, or raise. Runs in the thread, on a connection of its own."""
        raise NotImplementedError

    def after_commit(self) -> None:
        """What follows once they are durable and their requests can be answered."""

    def keep(self, item: Item) -> bool:
        """Whether it is committed. False after five seconds or an error: then whoever brought it must ask again."""
        self._start()
        self._queue.put(item)
        return item.done.acquire(timeout=WAIT_SECONDS) and item.kept

    def stop(self) -> None:
        """End the thread and close its connection, once what waits is stored. The next item starts it again."""
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
                self._thread = threading.Thread(target=self._run, name=f"keeps-{self.things}", daemon=True)
                self._thread.start()
                self._started_in = os.getpid()

    def _run(self) -> None:
        going_on = True
        while going_on:
            batch, going_on = self._next_batch()
            if batch:
                self._commit(batch)
        connection.close()

    def _commit(self, batch: list[Item]) -> None:
        try:
            close_old_connections()
            self.store(batch)
        except Exception:
            log.exception("%d %s could not be stored; whoever brought them must ask again", len(batch), self.things)
            connection.close()
        else:
            for item in batch:
                item.kept = True
        for item in batch:
            item.done.release()
        if batch[0].kept:
            self.after_commit()

    def _next_batch(self) -> tuple[list[Item], bool]:
        """Whatever waits, at once: under load commits grow by themselves, and a lone item never lingers.

        The second value is False when the thread is to end after this batch.
        """
        batch: list[Item] = []
        item = self._queue.get()
        while item is not None:
            batch.append(item)
            if len(batch) == ROWS_AT_ONCE:
                return batch, True
            try:
                item = self._queue.get_nowait()
            except Empty:
                return batch, True
        return batch, False


@dataclass(slots=True)
class Waiting(Brought):
    """One verified body on its way to the table."""

    carrier: str
    body: bytes
    signed_for: tuple[UUID, ...]


class GroupCommit(Together[Waiting]):
    """Keeps webhooks, and rings for them."""

    things = "webhooks"

    def __init__(self, after_commit: Callable[[], None]) -> None:
        super().__init__()
        self._ring = after_commit

    def store(self, batch: list[Waiting]) -> None:
        _insert(batch)
        faultpoint("inbox.stored")

    def after_commit(self) -> None:
        self._ring()


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
