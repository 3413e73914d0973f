"""How many hand-overs a lane has under way: rate times latency, found by trying."""

import time

AT_FIRST = 16
_TRIED_EVERY = 0.05  # seconds: from sixteen to a hundred and sixty takes a fifth of a second


class Width:
    """Doubles while messages that may leave wait for a free hand; never beyond `most`."""

    def __init__(self, most: int) -> None:
        self._most = most
        self.now = min(most, AT_FIRST)
        self._was_full = False
        self._looked_at = time.monotonic()

    def note_full(self) -> None:
        """A message that was allowed to leave had to wait for a hand."""
        self._was_full = True

    def adjust(self) -> None:
        """Look at the last moments and widen if that would have helped."""
        moment = time.monotonic()
        if moment - self._looked_at < _TRIED_EVERY:
            return
        if self._was_full:
            self.now = min(self._most, self.now * 2)
        self._was_full, self._looked_at = False, moment
