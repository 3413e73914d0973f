"""What the journal proves, counted: who was handed to the provider, how often, and what the provider said."""

from collections import Counter
from collections.abc import Iterable
from dataclasses import dataclass, field
from typing import Any


@dataclass(slots=True)
class Witness:
    """The sends of a journal.

    `accepted` counts by our reference (or the message id where none was sent), `people` by person; `statuses` counts
    the statuses whose webhook was answered with 200, each message and status once.
    """

    requests: int = 0
    accepted: Counter[str] = field(default_factory=Counter)
    people: Counter[str] = field(default_factory=Counter)
    refused: Counter[int] = field(default_factory=Counter)
    lost: int = 0
    statuses: Counter[str] = field(default_factory=Counter)
    inbound: int = 0
    posts: int = 0
    posts_refused: int = 0

    @property
    def handed_over_twice(self) -> list[str]:
        """References that were accepted more than once; there must be none."""
        return sorted(reference for reference, times in self.accepted.items() if times > 1)


def witness_of(entries: Iterable[dict[str, Any]]) -> Witness:
    """Count the lines."""
    witness, told = Witness(), set()
    for entry in entries:
        if entry["kind"] == "request" and entry["path"].endswith("/messages"):
            _count_send(witness, entry)
        elif entry["kind"] == "webhook":
            witness.posts += 1
            if entry["status"] != 200:
                witness.posts_refused += 1
                continue
            told |= {tuple(note) for note in entry["updates"] if note[0] in ("status", "inbound")}
    witness.inbound = sum(note[0] == "inbound" for note in told)
    witness.statuses.update(note[2] for note in told if note[0] == "status")
    return witness


def _count_send(witness: Witness, entry: dict[str, Any]) -> None:
    witness.requests += 1
    if entry["decision"] == "accepted":
        witness.accepted[entry["reference"] or entry["wamid"]] += 1
        witness.people[entry["person"]] += 1
        witness.lost += bool(entry.get("lost"))
    elif entry["decision"] == "refused":
        witness.refused[entry["code"]] += 1
