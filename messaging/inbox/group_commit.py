"""One commit for many webhooks: requests hand rows to a thread of their process and wait until they are durable."""

import logging
import os
import threading
import time
from collections.abc import Callable
from dataclasses import dataclass, field
from queue import Empty, SimpleQueue
from uuid import UUID

from django.db import close_old_connections, connection, transaction

log = logging.getLogger(__name__)

ROWS_AT_ONCE = 500
WAIT_SECONDS = 5.0

_INSERT = """
INSERT INTO messaging_webhookevent (carrier, body, signed_for)
SELECT carrier, body, string_to_array(accounts, ',')::uuid[]
  FROM unnest(%s::text[], %s::bytea[], %s::text[]) AS row(carrier, body, accounts)
"""


@dataclass(slots=True)
class Waiting:
    """One verified body on its way to the table."""

    carrier: str
    body: bytes
    signed_for: tuple[UUID, ...]
    done: threading.Event = field(default_factory=threading.Event)
    kept: bool = False


class GroupCommit:
    """Keeps bodies durably. Its thread is started in the process that first needs it, so that a fork cannot lose it."""

    def __init__(self, after_commit: Callable[[], None]) -> None:
        self._after_commit = after_commit
        self._queue: SimpleQueue[Waiting] = SimpleQueue()
        self._lock = threading.Lock()
        self._started_in = 0

    def keep(self, waiting: Waiting) -> bool:
        """Whether the body is committed. False after five seconds or an error: then the provider must ask again."""
        self._start()
        self._queue.put(waiting)
        return waiting.done.wait(WAIT_SECONDS) and waiting.kept

    def _start(self) -> None:
        if self._started_in == os.getpid():
            return
        with self._lock:
            if self._started_in != os.getpid():
                self._queue = SimpleQueue()
                threading.Thread(target=self._run, name="webhook-commit", daemon=True).start()
                self._started_in = os.getpid()

    def _run(self) -> None:
        while True:
            batch = self._next_batch()
            try:
                close_old_connections()
                _insert(batch)
            except Exception:
                log.exception("%d webhooks could not be stored; the provider will send them again", len(batch))
                connection.close()
                time.sleep(0.1)
            else:
                for waiting in batch:
                    waiting.kept = True
            for waiting in batch:
                waiting.done.set()
            if batch[0].kept:
                self._after_commit()

    def _next_batch(self) -> list[Waiting]:
        """Whatever waits, at once: under load commits grow by themselves, and a lone webhook never lingers."""
        batch = [self._queue.get()]
        while len(batch) < ROWS_AT_ONCE:
            try:
                batch.append(self._queue.get_nowait())
            except Empty:
                break
        return batch


def _insert(batch: list[Waiting]) -> None:
    with transaction.atomic(), connection.cursor() as cursor:
        cursor.execute(
            _INSERT,
            [
                [waiting.carrier for waiting in batch],
                [waiting.body for waiting in batch],
                [",".join(map(str, waiting.signed_for)) for waiting in batch],
            ],
        )
