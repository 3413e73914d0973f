"""How many hand-overs a lane has under way: rate times latency, found by trying."""

import time

# A provider that answers at once needs no more, and each thread beyond what is needed costs all the others.
AT_FIRST = 16
_TRIED_EVERY = 0.05  # seconds: from sixteen to a hundred and sixty takes a fifth of a second
_BUSY = 0.85  # of one core: a process that computes all the time sends no faster with more under way


class Width:
    """Doubles while messages wait for a free hand and the processor has time left; never beyond `most`."""

    def __init__(self, most: int) -> None:
        self._most = most
        self.now = min(most, AT_FIRST)
        self._was_full = False
        self._looked_at = time.monotonic()
        self._computed = time.process_time()

    def note_full(self) -> None:
        """A message that was allowed to leave had to wait for a hand."""
        self._was_full = True

    def adjust(self) -> None:
        """Look at the last moments and widen if that would have helped."""
        moment = time.monotonic()
        passed = moment - self._looked_at
        if passed < _TRIED_EVERY:
            return
        computed = time.process_time()
        if self._was_full and (computed - self._computed) / passed < _BUSY:
            self.now = min(self._most, self.now * 2)
        self._was_full, self._looked_at, self._computed = False, moment, computed
