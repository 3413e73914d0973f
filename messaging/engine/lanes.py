"""A lane: one sender under a lease, from its outbox to its carrier, as fast as is allowed and no faster.

One loop decides everything, alone, so nothing in it needs a lock. Around it: a clerk that takes batches ahead and
writes results down, and hands that wait for the provider. All of them tell what they did on one queue.
"""

import time
from collections import deque
from collections.abc import Callable
from math import ceil
from queue import Empty, SimpleQueue
from typing import Any
from uuid import UUID

from django.conf import settings

from accounts.clock import database_now
from messaging.carriers import carrier
from messaging.engine.clerk import Batch, Clerk, Trouble, load_sender
from messaging.engine.cooling import Cooling
from messaging.engine.hands import Handed, Hands
from messaging.engine.lease import Lease
from messaging.engine.pacing import Limit, Pacer, of_sender
from messaging.engine.quiet import left_by
from messaging.engine.ready import Ready, Work
from messaging.engine.taken import Ending, Result, Taken
from messaging.engine.width import Width
from messaging.models import Sender

AHEAD = 0.25  # seconds of sending in one batch: what a stop may find already marked
LARGEST_BATCH = 500
WRITTEN_AFTER = 0.25  # seconds, or
WRITTEN_FROM = 200  # results
ASKED_AGAIN = 0.25  # seconds between two batches when the last one was empty
GOODBYE = 45.0  # seconds for what is under way to end; as long as an attempt may take
GATHERED_FOR = 0.004  # seconds: waking up for each answer alone would cost more than sending does
RESTED_FOR = 0.004  # seconds, at the least, for new tokens: asking for each one alone costs a tenth of a core
WORTH_ASKING_FOR = 16  # free hands; asking for each one alone costs more than sending does
LONGEST_WAIT = 0.5  # seconds: how soon the lane hears that it is to stop
LONGEST_PAUSE = 10.0  # seconds until a database that is away is asked again
STAYS_FOR = 5.0  # seconds; a lane that is to keep quiet for longer makes room for that of another sender

Stop = Callable[[], bool]


def run_lane(sender_id: UUID, seconds: float, *, idle: float = 1.0, stop: Stop = lambda: False) -> bool:
    """Send for at most `seconds`, or until there has been nothing to do for `idle` seconds.

    Returns whether there is probably more to send. False, too, when another lane has the sender.
    """
    lease = Lease(sender_id)
    if not lease.acquire():
        return False
    try:
        sender = load_sender(sender_id)
        cooling = Cooling(left_by(sender, database_now()), time.monotonic())
        return Lane(sender, lease, cooling, idle, stop).run(time.monotonic() + seconds)
    finally:
        lease.release()


class Lane:
    def __init__(self, sender: Sender, lease: Lease, cooling: Cooling, idle: float, stop: Stop) -> None:
        self._lease, self._idle, self._stop = lease, idle, stop
        self._told: SimpleQueue[Any] = SimpleQueue()
        self._hands = Hands(carrier(sender.carrier), self._told)
        self._pacer = Pacer()
        self._width = Width(settings.ENGINE_CONCURRENCY)
        self._cooling = cooling
        self._sender = sender
        self._ready = Ready()
        self._results: list[Result] = []
        self._written_at = self._busy_at = time.monotonic()
        self._ask_at = 0.0
        self._is_asking = False
        self._troubles = 0  # times in a row that the database could not be asked
        self._clerk = Clerk(sender, self._told)  # last: nothing after it may fail, or its thread would stay

    def run(self, until: float) -> bool:
        """Work until then. Whatever happens, what is under way is finished and what is not goes back."""
        try:
            while not self._is_over(until):
                self._ask_for_batch()
                self._send_ready()
                self._write_down()
                self._listen(self._patience())
        finally:
            self._end()
        return time.monotonic() >= until and not self._is_idle()

    def _is_over(self, until: float) -> bool:
        return self._stop() or time.monotonic() >= until or not self._lease.renew_in_time() or self._is_idle()

    def _is_idle(self) -> bool:
        has_work = self._ready or self._hands.busy or self._results or self._is_asking
        return not has_work and time.monotonic() - self._busy_at > self._idle

    def _batch_size(self) -> int:
        return min(LARGEST_BATCH, max(1, ceil(self._sender.per_second * AHEAD)))

    def _ask_for_batch(self) -> None:
        """Ask ahead, so that the next messages are there when these are used up."""
        moment = time.monotonic()
        is_early = moment < self._ask_at or self._cooling.is_on(moment)
        if self._is_asking or is_early or len(self._ready) > self._batch_size() // 2:
            return
        self._is_asking = True
        self._clerk.take(self._batch_size(), self._ready.by_send())

    def _send_ready(self) -> None:
        for queue in self._ready.queues(time.monotonic()):
            self._send(queue)
        self._width.adjust(self._hands.busy)
        self._hands.widen(self._width.hands)

    def _send(self, queue: deque[Work]) -> None:
        """Give to free hands as much of one send as the buckets grant."""
        while queue:
            most = self._width.given(self._sender.per_second)
            free = most - self._hands.busy
            limits = self._limits(queue[0][2])
            wanted = min(len(queue), *(one.burst for one in limits))
            if free < min(wanted, WORTH_ASKING_FOR, max(1, most // 2)):
                self._width.note_full()
                return
            grant = self._pacer.take(limits, min(wanted, free))
            for _ in range(grant.tokens):
                self._hands.give(queue.popleft())
            if grant.tokens < min(wanted, free):
                self._ready.rest(queue, time.monotonic() + max(grant.wait, RESTED_FOR))
                return

    def _limits(self, taken: Taken) -> list[Limit]:
        sender = self._sender
        limits = [
            of_sender(sender),
            Limit(f"organisation:{sender.organisation_id}", settings.ENGINE_ORGANISATION_PER_SECOND),
        ]
        if taken.per_second < sender.per_second:
            limits.append(Limit(f"send:{taken.send_id}", taken.per_second))
        return limits

    def _listen(self, patience: float) -> None:
        """Wait for something to be told, and hear everything that has been told by then."""
        try:
            self._hear(self._told.get(timeout=patience))
            time.sleep(GATHERED_FOR)
            while not self._told.empty():
                self._hear(self._told.get_nowait())
        except Empty:
            return

    def _hear(self, told: Any) -> None:
        if isinstance(told, Handed):
            self._hands.took_back()
            self._width.note_answer(told.seconds)
            self._note(told.result)
        elif isinstance(told, Batch):
            self._receive(told)
        elif isinstance(told, Trouble):
            self._is_asking, self._ask_at = (
                False,
                time.monotonic() + min(LONGEST_PAUSE, LONGEST_WAIT * 2**self._troubles),
            )
            self._troubles += 1

    def _note(self, result: Result) -> None:
        """Keep a result; when the provider wants quiet, what waits goes back, and nobody takes it meanwhile."""
        moment = time.monotonic()
        wait = self._cooling.after(result, moment)
        if wait:
            self._return_ready()
        if result.ending is Ending.BUSY:
            result = result._replace(wait=max(result.wait, self._cooling.left(moment)))
        self._results.append(result)
        # Keeping quiet for a moment is not idling: whoever waits is sent as soon as it is over.
        self._busy_at = max(self._busy_at, moment + min(wait, STAYS_FOR))

    def _receive(self, batch: Batch) -> None:
        self._is_asking, self._troubles = False, 0
        self._sender = batch.sender
        if batch.build is None:
            self._ask_at = time.monotonic() + ASKED_AGAIN
            return
        moment = time.monotonic()
        self._busy_at = max(self._busy_at, moment)
        for taken in batch.taken:
            self._ready.add((batch.sender, batch.build, taken, batch.until))
        if self._cooling.is_on(moment):
            self._return_ready()

    def _return_ready(self) -> None:
        """What has not left goes back to the outbox."""
        self._results.extend(Result(taken, Ending.UNUSED) for taken in self._ready.drain())

    def _write_down(self) -> None:
        """Hand a good number of results to the clerk, or those that have waited, or the last ones at once."""
        moment = time.monotonic()
        is_last = not (self._hands.busy or self._ready)
        if not self._results:
            self._written_at = moment
        elif is_last or len(self._results) >= WRITTEN_FROM or moment - self._written_at >= WRITTEN_AFTER:
            self._clerk.write_down(self._results)
            self._results, self._written_at = [], moment

    def _patience(self) -> float:
        """How long nothing can happen by itself."""
        moment = time.monotonic()
        next_times = [moment + LONGEST_WAIT, self._width.next_look(self._hands.busy)]
        if self._results:
            next_times.append(self._written_at + WRITTEN_AFTER)
        going = self._ready.next_moment()
        if going is not None and going > moment:
            next_times.append(going)
        if not self._is_asking and self._ask_at > moment:
            next_times.append(self._ask_at)
        return max(0.0, min(next_times) - moment)

    def _end(self) -> None:
        """Finish what is under way, give back the rest, and leave nobody behind."""
        self._return_ready()
        patient_until = time.monotonic() + GOODBYE
        while (self._hands.busy or self._is_asking) and time.monotonic() < patient_until:
            self._listen(LONGEST_WAIT)
            self._return_ready()
            self._write_down()
        if self._results:
            self._clerk.write_down(self._results)
        self._clerk.close()
        self._hands.close()
        self._pacer.close()
