"""What the journal proves, counted: which links were made, how often, and what was paid."""

from collections import Counter
from collections.abc import Iterable
from dataclasses import dataclass, field
from typing import Any


@dataclass(slots=True)
class Witness:
    """`made` counts sessions by idempotency key (by id where there was none), `paid` and `refunded` amounts by session,
    `events` those that were answered with 200, each once.
    """

    made: Counter[str] = field(default_factory=Counter)
    refused: Counter[str] = field(default_factory=Counter)
    paid: Counter[str] = field(default_factory=Counter)
    refunded: Counter[str] = field(default_factory=Counter)
    events: set[str] = field(default_factory=set)
    posts: int = 0
    posts_refused: int = 0

    @property
    def made_twice(self) -> list[str]:
        """Keys under which more than one session was made; there must be none."""
        return sorted(key for key, times in self.made.items() if times > 1)


def witness_of(entries: Iterable[dict[str, Any]]) -> Witness:
    """Count the lines."""
    witness = Witness()
    for entry in entries:
        if entry["kind"] == "request":
            if entry["decision"] == "made":
                witness.made[entry["key"] or entry["session"]] += 1
            elif entry["decision"] == "refused":
                witness.refused[entry["no"]] += 1
        elif entry["kind"] == "paid":
            witness.paid[entry["session"]] += entry["amount"]
        elif entry["kind"] == "refunded":
            witness.refunded[entry["session"]] = entry["amount"]
        elif entry["kind"] == "webhook":
            witness.posts += 1
            witness.posts_refused += entry["status"] != 200
            if entry["status"] == 200:
                witness.events |= {note[2] for note in entry["updates"]}
    return witness
