"""How many hand-overs a lane has under way: as many as its rate needs, and one while the provider answers at once.

Threads share one interpreter. Where a hand-over takes our own time and hardly any of the provider's, a second thread
sends nothing more; it only makes both of them wake up for each other.
"""

import math
import time
from collections import deque

QUICK = 0.003  # seconds: what answers faster keeps one thread busy by itself
_WIDENED_TO = 16
_TRIED_EVERY = 0.05  # seconds; two of them make sure that it is the provider who is slow
_LOOKED_BACK = 10  # tries: half a second, so that one stutter of ours does not look like a slow provider
_AHEAD_FOR = 0.02  # seconds of the sender's pace that lie ready for the hands: a busy machine looks no oftener
_MOST_AHEAD = 32


class Width:
    """Widens while messages that may leave wait for a free hand and more hands would help; never beyond `most`."""

    def __init__(self, most: int) -> None:
        self._most = most
        self.hands = 1
        self._was_full = False
        self._looked_at = time.monotonic()
        self._quickest: deque[float] = deque(maxlen=_LOOKED_BACK)
        self._quickest_now = math.inf

    def given(self, per_second: int) -> int:
        """How many may be given to the hands: one each, and what they take up before the lane looks again."""
        return self.hands + min(_MOST_AHEAD, math.ceil(per_second * _AHEAD_FOR))

    def note_full(self) -> None:
        """A message that was allowed to leave had to wait for a hand."""
        self._was_full = True

    def note_answer(self, seconds: float) -> None:
        """One hand-over took so long."""
        self._quickest_now = min(self._quickest_now, seconds)

    def adjust(self, busy: int) -> None:
        """Look at the last moments and widen if that would have helped; `busy` were given and are not back."""
        moment = time.monotonic()
        if moment - self._looked_at < _TRIED_EVERY:
            return
        is_full = self._was_full or busy > self.hands
        if is_full:
            self._quickest.append(self._quickest_now)
        if is_full and len(self._quickest) > 1 and min(self._quickest) > QUICK:
            self.hands = min(self._most, max(_WIDENED_TO, 4 * self.hands))
        self._was_full, self._looked_at, self._quickest_now = False, moment, math.inf

    def next_look(self, busy: int) -> float:
        """When to look again, on the monotonic clock; never while nobody waits for a hand."""
        return self._looked_at + _TRIED_EVERY if busy > self.hands and self.hands < self._most else math.inf
