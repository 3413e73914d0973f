"""One commit for many requests: they hand what they bring to a thread of their process and wait until it is durable."""

import logging
import os
import threading
import time
from _thread import LockType, allocate_lock
from collections.abc import Callable
from dataclasses import dataclass, field
from queue import Empty, SimpleQueue
from typing import Generic, TypeVar

from django.db import close_old_connections, connection

log = logging.getLogger(__name__)

AT_ONCE = 500  # items in one commit
WAIT_SECONDS = 5.0
# A stream gathers for its next commit, which costs the same however little is in it: while more keep coming, looked at
# every so many seconds, so many times at the most.
LOOKED_EVERY, LOOKS = 0.001, 5
# After so long without work the connection is looked at first: its server may have been restarted meanwhile, and nobody
# should have to be asked again for that. Under load the question would cost a tenth of each commit.
IDLE_SECONDS = 1.0


def _taken() -> LockType:
    """A lock that somebody else will let go: an Event without its bookkeeping, of which there is one a request."""
    lock = allocate_lock()
    lock.acquire()
    return lock


@dataclass(slots=True, kw_only=True)
class Brought:
    """What one request brings, and whether it has been kept."""

    done: LockType = field(default_factory=_taken)
    kept: bool = False


Item = TypeVar("Item", bound=Brought)


class GroupCommit(Generic[Item]):
    """Keeps what requests bring. `store` makes a batch durable or raises; `things` is the word for them in the log;
    `after_commit` follows once they are durable and their requests can be answered.

    Its thread is started in the process that first needs it, so that a fork cannot lose it, and has a connection of its
    own.
    """

    def __init__(
        self, store: Callable[[list[Item]], None], things: str, after_commit: Callable[[], None] = lambda: None
    ) -> None:
        self._store, self._things, self._after_commit = store, things, after_commit
        self._queue: SimpleQueue[Item | None] = SimpleQueue()
        self._is_stream = False
        self._lock = threading.Lock()
        self._started_in = 0
        self._worked_at = 0.0

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
                self._thread = threading.Thread(target=self._run, name="group-commit", daemon=True)
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
            if time.monotonic() - self._worked_at >= IDLE_SECONDS:
                connection.close_if_health_check_failed()
            self._store(batch)
        except Exception:
            log.exception("%d %s could not be stored; whoever brought them must ask again", len(batch), self._things)
            connection.close()
        else:
            for item in batch:
                item.kept = True
        self._worked_at = time.monotonic()
        for item in batch:
            item.done.release()
        if batch[0].kept:
            self._after_commit()

    def _next_batch(self) -> tuple[list[Item], bool]:
        """Whatever waits; behind others that came together, what keeps coming. A lone item never lingers.

        The second value is False when the thread is to end after this batch.
        """
        batch: list[Item] = []
        item = self._queue.get()
        if self._is_stream:
            self._gather()
        self._is_stream = not self._queue.empty()
        while item is not None:
            batch.append(item)
            if len(batch) == AT_ONCE:
                return batch, True
            try:
                item = self._queue.get_nowait()
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
