"""The thread of a lane that talks to the database: it takes batches and writes results down, while others send."""

import logging
import time
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from queue import SimpleQueue
from threading import Thread
from typing import Any
from uuid import UUID

from django.db import DataError, IntegrityError, InterfaceError, OperationalError, connection

from accounts.clock import database_now
from messaging.engine.bodies import Build, builder_of
from messaging.engine.finish import finish
from messaging.engine.recurring import let_go
from messaging.engine.take import LEASE, take
from messaging.engine.taken import Ending, Result, Taken
from messaging.models import Sender

log = logging.getLogger(__name__)

# Seconds that results wait for a database which is away. After that their attempts run out and count as unknown.
PATIENCE = 60.0
# Seconds between tries to write results down, twice as long each time.
FIRST_WAIT, LONGEST_WAIT = 0.5, 8.0
# Seconds until a batch is taken again whose bodies could not be prepared.
UNREADABLE_WAIT = 5.0


@dataclass(frozen=True, slots=True)
class Batch:
    """Marked messages and how to build their bodies, with the sender as it is now. `until` is when their attempts run
    out, on the monotonic clock: counted from before they were opened, so never too late.
    """

    sender: Sender
    taken: list[Taken]
    build: Build | None
    until: float


@dataclass(frozen=True, slots=True)
class Wish:
    """A batch that the lane asks for."""

    wanted: int
    held: Mapping[UUID, int]


@dataclass(frozen=True, slots=True)
class Trouble:
    """The database could not be asked for a batch."""

    error: Exception


class Clerk:
    """Works off its tasks in order, on a connection of its own. Batches are put on `told`."""

    def __init__(self, sender: Sender, told: "SimpleQueue[Any]") -> None:
        self._sender = sender
        self._told = told
        self._tasks: SimpleQueue[Wish | list[Result] | None] = SimpleQueue()
        self._thread = Thread(target=self._run, name="clerk", daemon=True)
        self._thread.start()

    def take(self, wanted: int, held: Mapping[UUID, int]) -> None:
        """Ask for a batch of up to so many, with so many of each send at hand; a `Batch` or `Trouble` will be told."""
        self._tasks.put(Wish(wanted, held))

    def write_down(self, results: list[Result]) -> None:
        self._tasks.put(results)

    def close(self) -> None:
        """Wait until everything is written down."""
        self._tasks.put(None)
        self._thread.join()

    def _run(self) -> None:
        try:
            while (task := self._tasks.get()) is not None:
                self._do(task)
        finally:
            connection.close()

    def _do(self, task: Wish | list[Result]) -> None:
        """A worker ends here: what is lost runs out of its lease and counts as unknown."""
        try:
            if isinstance(task, list):
                self._finish(task)
            else:
                self._told.put(self._batch(task))
        except Exception as error:
            log.exception("the clerk of sender %s could not do its work", self._sender.pk)
            connection.close()
            if isinstance(task, Wish):
                self._told.put(Trouble(error))

    def _batch(self, wish: Wish) -> Batch:
        sender = self._sender = load_sender(self._sender.pk)
        until = time.monotonic() + LEASE.total_seconds()
        taken = take(sender, wish.wanted, database_now(), wish.held)
        try:
            return Batch(sender, taken, builder_of(sender.channel)(taken) if taken else None, until)
        except Exception:
            self._finish([Result(one, Ending.UNUSED, wait=UNREADABLE_WAIT) for one in taken])
            raise

    def _finish(self, results: Sequence[Result]) -> None:
        """Write down, again after a lost connection or a deadlock; what the database refuses, one by one."""
        patient_until, wait = time.monotonic() + PATIENCE, FIRST_WAIT
        while True:
            try:
                finish(results, self._sender, database_now())
                return
            except (OperationalError, InterfaceError) as error:
                log.warning("%d results could not be written down yet (%s)", len(results), type(error).__name__)
                connection.close()
                if time.monotonic() > patient_until:
                    log.exception("%d results are lost; their messages will be unsure", len(results))
                    return
                time.sleep(wait)
                wait = min(LONGEST_WAIT, wait * 2)
            except (IntegrityError, DataError):
                self._finish_one_by_one(results)
                return

    def _finish_one_by_one(self, results: Sequence[Result]) -> None:
        """One result that cannot be stored must not take the others with it. It is known to have been tried: unsure.

        An id that the provider has given before, long ago, is no reason: the message that had it lets go of it.
        """
        for result in results:
            try:
                let_go(result.provider_id, result.taken.message_id)
                finish([result], self._sender, database_now())
            except (IntegrityError, DataError):
                log.exception("the result of attempt %s cannot be stored", result.taken.attempt_id)
                unsure = Result(result.taken, Ending.UNSURE, code="result_not_stored", text=result.code)
                finish([unsure], self._sender, database_now())


def load_sender(sender_id: UUID) -> Sender:
    return Sender.objects.select_related("account", "organisation").get(pk=sender_id)
