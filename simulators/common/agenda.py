"""What is to happen later: statuses, replies, reviews, retries. One heap, one timer, emptied at once by a reset."""

import asyncio
import heapq
import itertools
from collections.abc import Callable

Deed = Callable[[], object]


class Agenda:
    """Deeds by the time they are due, on the event loop's clock."""

    def __init__(self) -> None:
        self._heap: list[tuple[float, int, Deed]] = []
        self._order = itertools.count()
        self._timer: asyncio.TimerHandle | None = None

    def __len__(self) -> int:
        return len(self._heap)

    def after(self, seconds: float, deed: Deed) -> None:
        """Do it in so many seconds; deeds due at the same time are done in the order they came."""
        heapq.heappush(self._heap, (asyncio.get_running_loop().time() + seconds, next(self._order), deed))
        self._arm()

    def clear(self) -> None:
        """Forget everything."""
        self._heap.clear()
        self._arm()

    def _arm(self) -> None:
        due = self._heap[0][0] if self._heap else None
        if self._timer is not None:
            if self._timer.when() == due:
                return
            self._timer.cancel()
        self._timer = None if due is None else asyncio.get_running_loop().call_at(due, self._run)

    def _run(self) -> None:
        self._timer = None
        now = asyncio.get_running_loop().time()
        try:
            while self._heap and self._heap[0][0] <= now:
                heapq.heappop(self._heap)[2]()
        finally:
            self._arm()
