"""How fast is too fast: messages to one person."""

from collections.abc import Hashable


class PairPace:
    """One message to one person in `seconds`; a burst within that time is borrowed from the future.

    After n messages in a burst the next may go n times `seconds` after the first.
    """

    def __init__(self) -> None:
        self._bursts: dict[Hashable, tuple[float, int]] = {}

    def take(self, pair: Hashable, seconds: float, burst: int, now: float) -> bool:
        """Count one more and return True, or return False when it is too early; 0 seconds is no limit."""
        if not seconds:
            return True
        began, count = self._bursts.get(pair, (0.0, 0))
        if count and now < began + seconds and count < burst:
            self._bursts[pair] = (began, count + 1)
        elif now >= began + seconds * count:
            self._bursts[pair] = (now, 1)
        else:
            return False
        return True

    def clear(self) -> None:
        """Forget everything."""
        self._bursts.clear()
