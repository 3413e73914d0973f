"""Deliveries on their way to the account: over any line that is bound, said again until one is stored."""

from dataclasses import dataclass, field
from typing import Any

from simulators.smsc.world import World

MOST_TRIES = 50


@dataclass(slots=True)
class Delivery:
    """A deliver_sm or data_sm. `facts` are what the journal says of it."""

    command: int
    body: bytes
    facts: dict[str, Any] = field(default_factory=dict)
    tries: int = 0

    def again(self, world: World) -> None:
        """It was not stored: say it again in a while."""
        if self.tries < MOST_TRIES:
            world.agenda.after(world.misbehaviour.repeat_seconds, lambda: hand(world, self))


def hand(world: World, delivery: Delivery) -> None:
    """Send it now, or when somebody has bound."""
    world.waiting.append(delivery)
    flush(world)


def flush(world: World) -> None:
    """Send what waits, if there is a line."""
    while world.waiting and (bound := [one for one in world.sessions if one.is_bound]):
        delivery = world.waiting.popleft()
        delivery.tries += 1
        bound[delivery.tries % len(bound)].deliver(delivery)
