"""What the journal proves, counted: which text was taken where and how often, and what the gateways said of it."""

from collections import Counter
from collections.abc import Iterable
from dataclasses import dataclass, field
from typing import Any


@dataclass(slots=True)
class Witness:
    """The texts of a journal. `accepted` counts by our reference over all gateways (by id where there was none),
    `phones` by phone, `gateways` by gateway, `parts` all parts; `receipts` the receipts that were answered with 200,
    each text and stage once.
    """

    requests: int = 0
    accepted: Counter[str] = field(default_factory=Counter)
    phones: Counter[str] = field(default_factory=Counter)
    gateways: Counter[str] = field(default_factory=Counter)
    parts: int = 0
    refused: Counter[str] = field(default_factory=Counter)
    lost: int = 0
    receipts: Counter[str] = field(default_factory=Counter)
    inbound: int = 0
    posts: int = 0
    posts_refused: int = 0

    @property
    def handed_over_twice(self) -> list[str]:
        """References that were taken more than once, by one gateway or by two; there must be none."""
        return sorted(reference for reference, times in self.accepted.items() if times > 1)


def witness_of(entries: Iterable[dict[str, Any]]) -> Witness:
    """Count the lines."""
    witness, told = Witness(), set()
    for entry in entries:
        if entry["kind"] == "request":
            _count_request(witness, entry)
        elif entry["kind"] == "webhook":
            witness.posts += 1
            if entry["status"] != 200:
                witness.posts_refused += 1
                continue
            told |= {tuple(note) for note in entry["updates"] if isinstance(note, list)}
    witness.inbound = sum(note[0] == "inbound" for note in told)
    witness.receipts.update(note[2] for note in told if note[0] == "receipt")
    return witness


def _count_request(witness: Witness, entry: dict[str, Any]) -> None:
    witness.requests += 1
    if entry["decision"] == "refused":
        witness.refused[entry.get("no", "path")] += 1
    witness.lost += bool(entry.get("lost"))
    for text in entry.get("texts", ()):
        if text["decision"] == "refused":
            witness.refused[text["no"]] += 1
            continue
        # What stands behind a dot is the caller's own note, such as the number of parts.
        witness.accepted[text["reference"].partition(".")[0] or text["id"]] += 1
        witness.phones[text["to"]] += 1
        witness.gateways[entry["gateway"]] += 1
        witness.parts += text["parts"]
