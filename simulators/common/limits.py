"""How fast is too fast: things in a moving time."""

from collections import deque
from collections.abc import Hashable


class MovingCount:
    """How many things happened within a moving time, by key."""

    def __init__(self, seconds: float) -> None:
        self.seconds = seconds
        self._times: dict[Hashable, deque[float]] = {}

    def take(self, key: Hashable, limit: int, now: float) -> bool:
        """Count one more and return True, or return False when that would be over the limit; 0 is no limit."""
        if not limit:
            return True
        times = self._times.setdefault(key, deque())
        while times and times[0] <= now - self.seconds:
            times.popleft()
        if len(times) >= limit:
            return False
        times.append(now)
        return True

    def clear(self) -> None:
        """Forget everything."""
        self._times.clear()
