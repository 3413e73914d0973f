"""Turns at gateways: the pace of each, kept by all hands of a process together.

Tokens come from the bucket that everybody shares, several at once where as many were used up lately: asking for each
one alone costs as much as sending does. None is kept for longer than the bucket's window makes good.
"""

import time
from collections.abc import Callable
from threading import Lock

from messaging.engine.pacing import Limit, Pacer

KEPT_FOR = 0.02  # seconds; less than what the window is longer than a second
MOST = 32  # tokens
SHORTEST_WAIT = 0.005  # seconds


class Turns:
    """Shared by the threads that send; `clock` only goes forward."""

    def __init__(self, clock: Callable[[], float] = time.monotonic, pacer: Callable[[], Pacer] = Pacer) -> None:
        self._clock, self._pacer = clock, pacer
        self._lines: dict[str, _Line] = {}
        self._lock = Lock()

    def wait(self, limit: Limit) -> float:
        """Take one turn: 0.0 where it was granted, else the seconds until it is worth asking again."""
        line = self._lines.get(limit.key)
        if line is None:
            with self._lock:
                line = self._lines.setdefault(limit.key, _Line(self._pacer()))
        with line.lock:
            return line.take(limit, self._clock())


class _Line:
    """The tokens of one limit. Whoever calls `take` holds `lock`."""

    def __init__(self, pacer: Pacer) -> None:
        self.lock = Lock()
        self._pacer = pacer
        self._granted = self._left = 0
        self._good_until = self._asked_again_at = 0.0

    def take(self, limit: Limit, moment: float) -> float:
        if self._left and moment < self._good_until:
            self._left -= 1
            return 0.0
        if moment < self._asked_again_at:
            return self._asked_again_at - moment
        grant = self._pacer.take([limit], self._wanted(moment))
        if not grant.tokens:
            self._asked_again_at = moment + max(grant.wait, SHORTEST_WAIT)
            return self._asked_again_at - moment
        self._granted, self._left = grant.tokens, grant.tokens - 1
        self._good_until = moment + KEPT_FOR
        return 0.0

    def _wanted(self, moment: float) -> int:
        """Twice as many as last time where those were used up in time, else as many as were used."""
        used = self._granted - self._left
        return max(1, min(MOST, used if self._left or moment >= self._good_until else 2 * used))
