"""What a person does with a payment page, and what time does."""

import secrets
from typing import Any

from simulators.common.side_door import Impossible
from simulators.payments.events import tell
from simulators.payments.sessions import Session
from simulators.payments.world import World


def let_expire(world: World) -> None:
    """Sessions whose time is over can no longer be paid, and are told of."""
    for session in world.sessions.values():
        if session.status == "open" and world.clock() >= session.expires_at:
            expire(world, session)


def expire(world: World, session: Session) -> None:
    session.status = "expired"
    tell(world, "checkout.session.expired", session)


def pay(world: World, session: Session, other: dict[str, Any]) -> str:
    """Pay it; the id of the event. `other` are fields that the event is to state differently from the truth.

    Raises Impossible when it can no longer be paid.
    """
    let_expire(world)
    if session.status != "open":
        raise Impossible(f"The session is {session.status}: it cannot be paid.")
    session.status, session.payment_status = "complete", "paid"
    session.payment_intent = f"pi_{secrets.token_hex(12)}"
    world.counts["paid"] += 1
    return tell(world, "checkout.session.completed", session, **other)
