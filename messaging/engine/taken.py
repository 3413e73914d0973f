"""One message that is going out, with all that is needed to build its body; and how its hand-over ended."""

from collections.abc import Iterable
from decimal import Decimal
from enum import Enum
from typing import Any, NamedTuple
from uuid import UUID


class Taken(NamedTuple):
    """Marked as going out; its attempt is open. `values` are the variables' texts by name, `per_second` its send's;
    `begins` whether it counts towards Meta's messaging limit.
    """

    attempt_id: UUID
    message_id: int
    send_id: UUID
    contact_id: int
    address: str
    address_kind: str
    translation_id: UUID | None
    values: dict[str, Any]
    category: str
    price: Decimal
    priority: int
    tries: int
    per_second: int
    begins: bool = False


def cost_by_send(taken: Iterable[Taken]) -> dict[UUID, Decimal]:
    """What these messages cost together, for each send."""
    costs: dict[UUID, Decimal] = {}
    for one in taken:
        costs[one.send_id] = costs.get(one.send_id, Decimal(0)) + one.price
    return costs


class Ending(Enum):
    """How one attempt ended. All but UNUSED come from the carrier."""

    ACCEPTED = "accepted"
    HELD = "held"  # accepted, but the provider may still drop it
    FAILED = "failed"  # known not accepted, and asking again gives the same answer
    UNSURE = "unsure"  # perhaps accepted
    NOT_ATTEMPTED = "not_attempted"  # known not accepted, may go again: a try of this message
    BUSY = "busy"  # known not accepted, because whoever sends it has no room: that says nothing of the message
    HOLD = "hold"  # known not accepted, and so is everything behind it
    UNUSED = "unused"  # never left us: the lane ended, or had to wait


class Result(NamedTuple):
    """`wait` is how many seconds a message that may go again should wait at the least; `scope` how much must wait."""

    taken: Taken
    ending: Ending
    provider_id: str | None = None
    code: str = ""
    text: str = ""
    scope: str = "message"
    wait: float = 0.0
    opts_out: bool = False
