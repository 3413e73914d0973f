"""How many hand-overs a lane has under way: rate times latency, found by trying."""

import time

# Seconds; what a provider usually takes to answer, with half as much again in hand.
USUAL_LATENCY = 0.15
FEWEST = 4
_TRIED_EVERY = 0.25
_BUSY = 0.85  # of one core: a process that computes all the time sends no faster with more under way


class Width:
    """Grows while messages wait for a free hand and the processor has time left; never beyond `most`."""

    def __init__(self, per_second: int, most: int) -> None:
        self._most = most
        self.now = max(FEWEST, min(most, int(per_second * USUAL_LATENCY)))
        self._was_full = False
        self._looked_at = time.monotonic()
        self._computed = time.process_time()

    def note_full(self) -> None:
        """A message that was allowed to leave had to wait for a hand."""
        self._was_full = True

    def adjust(self) -> None:
        """Look at the last quarter of a second and widen by half if that would have helped."""
        moment = time.monotonic()
        passed = moment - self._looked_at
        if passed < _TRIED_EVERY:
            return
        computed = time.process_time()
        if self._was_full and (computed - self._computed) / passed < _BUSY:
            self.now = min(self._most, self.now + self.now // 2 + 1)
        self._was_full, self._looked_at, self._computed = False, moment, computed
