"""The threads of a lane that hand messages over. They wait for providers, know no database, and end with the lane."""

import time
from queue import SimpleQueue
from threading import Thread
from typing import Any, NamedTuple

from messaging.carriers import Carrier
from messaging.engine.handover import hand_over
from messaging.engine.ready import Work
from messaging.engine.taken import Result


class Handed(NamedTuple):
    """One hand-over has ended; it took so many seconds."""

    result: Result
    seconds: float


class Hands:
    """Gives each message to a thread and puts what was `Handed` on `told`."""

    def __init__(self, carrier: Carrier, told: "SimpleQueue[Any]") -> None:
        self._carrier = carrier
        self._told = told
        self._work: SimpleQueue[Work | None] = SimpleQueue()
        self._threads: list[Thread] = []
        self.busy = 0

    def give(self, work: Work) -> None:
        """Have it handed over as soon as a hand is free."""
        self.busy += 1
        self._work.put(work)

    def widen(self, most: int) -> None:
        """Start threads for what was given, up to so many together."""
        while len(self._threads) < min(self.busy, most):
            thread = Thread(target=self._run, name=f"hand-{len(self._threads)}", daemon=True)
            self._threads.append(thread)
            thread.start()

    def took_back(self) -> None:
        """The lane has read one result."""
        self.busy -= 1

    def close(self) -> None:
        """Let the threads go home; they have nothing left to do."""
        for _ in self._threads:
            self._work.put(None)
        for thread in self._threads:
            thread.join(timeout=5)

    def _run(self) -> None:
        while (work := self._work.get()) is not None:
            began = time.monotonic()
            result = hand_over(self._carrier, *work)
            self._told.put(Handed(result, time.monotonic() - began))
