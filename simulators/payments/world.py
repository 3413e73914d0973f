"""Everything the pretend Stripe knows."""

import time
from collections import Counter
from dataclasses import dataclass, field
from typing import Any

from simulators.common.agenda import Agenda
from simulators.common.journal import Journal
from simulators.common.posting import PostOffice
from simulators.payments.misbehaviour import Misbehaviour
from simulators.payments.sessions import Session


@dataclass
class World:
    """`answers` are the first answers to idempotency keys, with the hash of what was asked."""

    key: str
    signing_secret: str
    webhook_url: str
    by_default: Misbehaviour
    misbehaviour: Misbehaviour
    journal: Journal
    agenda: Agenda
    post: PostOffice
    base_url: str
    sessions: dict[str, Session] = field(default_factory=dict)
    answers: dict[str, tuple[str, int, dict[str, Any]]] = field(default_factory=dict)
    counts: Counter[str] = field(default_factory=Counter)
    ahead: float = 0.0

    def clock(self) -> float:
        """Unix seconds, moved `ahead` by whoever tests with it."""
        return time.time() + self.ahead

    def note(self, kind: str, **facts: Any) -> None:
        """Write a line into the journal."""
        self.journal.write(self.clock(), kind, **facts)

    def meets(self, fault: str) -> bool:
        """Whether this call meets the fault; then one fewer of the next will."""
        left = getattr(self.misbehaviour, fault)
        if left:
            self.misbehaviour = self.misbehaviour.changed({fault: left - 1})
        return bool(left)
