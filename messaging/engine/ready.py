"""What a lane has marked and not handed over yet, by send: one that may only go slowly must not hold up the others."""

from collections import Counter, deque
from collections.abc import Iterator
from uuid import UUID

from messaging.engine.bodies import Build
from messaging.engine.taken import Taken
from messaging.models import Sender

# A message with whom it is from, how its body is built, and when its attempt runs out (monotonic clock).
Work = tuple[Sender, Build, Taken, float]


class Ready:
    def __init__(self) -> None:
        self._queues: dict[UUID, deque[Work]] = {}
        self._may_go_at: dict[UUID, float] = {}

    def __len__(self) -> int:
        return sum(len(queue) for queue in self._queues.values())

    def add(self, work: Work) -> None:
        send_id = work[2].send_id
        self._queues.setdefault(send_id, deque()).append(work)
        self._may_go_at.setdefault(send_id, 0.0)

    def by_send(self) -> Counter[UUID]:
        """How many of each send are marked already: a send is not marked further ahead than its pace needs."""
        return Counter({send_id: len(queue) for send_id, queue in self._queues.items() if queue})

    def queues(self, moment: float) -> Iterator[deque[Work]]:
        """The queues that may go now, what somebody waits for before the rest."""
        waiting = [queue for send_id, queue in self._queues.items() if queue and self._may_go_at[send_id] <= moment]
        yield from sorted(waiting, key=lambda queue: queue[0][2].priority)

    def rest(self, queue: deque[Work], until: float) -> None:
        """Nothing of this send may leave before then."""
        if queue:
            self._may_go_at[queue[0][2].send_id] = until

    def next_moment(self) -> float | None:
        """When the first send that rests may go again."""
        return min((self._may_go_at[send_id] for send_id, queue in self._queues.items() if queue), default=None)

    def drain(self) -> list[Taken]:
        """Take everything out."""
        everything = [taken for queue in self._queues.values() for _, _, taken, _ in queue]
        self._queues.clear()
        return everything
