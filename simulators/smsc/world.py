"""Everything the message centre knows, in one place that is handed around."""

import time
from collections import Counter, deque
from collections.abc import Callable
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any

from simulators.common.agenda import Agenda
from simulators.common.chance import Chance
from simulators.common.journal import Journal
from simulators.smsc.misbehaviour import Misbehaviour

if TYPE_CHECKING:
    from simulators.smsc.delivering import Delivery
    from simulators.smsc.session import Session

FIRST_ID = 0x1A2B3C00


@dataclass
class World:
    """`counts` are what `/_sim/health` shows; `by_default` is what a reset goes back to."""

    system_id: str
    password: str
    by_default: Misbehaviour
    misbehaviour: Misbehaviour
    chance: Chance
    journal: Journal
    agenda: Agenda
    smpp_port: int = 0
    sessions: "list[Session]" = field(default_factory=list)
    waiting: "deque[Delivery]" = field(default_factory=deque)
    counts: Counter[str] = field(default_factory=Counter)
    tries: Counter[str] = field(default_factory=Counter)
    throttled_parts: Counter[tuple[str, int]] = field(default_factory=Counter)
    last_id: int = FIRST_ID
    most_unanswered: int = 0
    clock: Callable[[], float] = time.time

    def note(self, kind: str, **facts: Any) -> None:
        """Write a line into the journal."""
        self.journal.write(self.clock(), kind, **facts)

    def varied(self, seconds: float, *what: object) -> float:
        """A wait of half to one and a half times `seconds`, by the seed."""
        return seconds * (0.5 + self.chance.draw("wait", *what))
