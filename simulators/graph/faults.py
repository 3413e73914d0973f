"""What goes wrong for whom: drawn from the seed, so that the same run goes wrong the same way again."""

from collections.abc import Mapping
from dataclasses import dataclass
from hashlib import blake2b
from typing import TypeVar

from simulators.graph.misbehaviour import PASSING, Misbehaviour

Key = TypeVar("Key")
SCALE = float(2**64)


@dataclass(frozen=True, slots=True)
class Chance:
    """Numbers that look random and depend on nothing but the seed and what is asked about."""

    seed: int

    def draw(self, *what: object) -> float:
        """A number from 0 up to, not including, 1."""
        return int.from_bytes(self.bytes(8, *what)) / SCALE

    def bytes(self, size: int, *what: object) -> bytes:
        """Up to 64 bytes."""
        asked = "\x1f".join(map(str, (self.seed, *what)))
        return blake2b(asked.encode(), digest_size=size).digest()

    def happens(self, share: float, *what: object) -> bool:
        """Whether this one is among the share."""
        return share > 0 and self.draw(*what) < share

    def pick(self, shares: Mapping[Key, float], *what: object) -> Key | None:
        """One of the keys, each with its share, or None for the rest."""
        if not shares:
            return None
        at = self.draw(*what)
        for key, share in shares.items():
            if at < share:
                return key
            at -= share
        return None


@dataclass(frozen=True, slots=True)
class Fate:
    """What awaits one try to reach one person. `passing` is a share's name in `Misbehaviour`, or empty."""

    refused_with: int | None
    fails_with: int | None
    passing: str
    early: bool
    silent: bool


def fate_of(misbehaviour: Misbehaviour, chance: Chance, person: str, nth: int) -> Fate:
    """`nth` counts the sends to this person that were well formed, from 1."""
    shares = {name: share for name in PASSING if (share := getattr(misbehaviour, name))}
    return Fate(
        refused_with=chance.pick(misbehaviour.refuses, "refuses", person),
        fails_with=chance.pick(misbehaviour.fails_later, "fails", person),
        passing=chance.pick(shares, "passing", person, nth) or "",
        early=chance.happens(misbehaviour.early_share, "early", person, nth),
        silent=chance.happens(misbehaviour.silent_share, "silent", person, nth),
    )
