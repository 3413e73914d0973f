"""Chance that depends on nothing but the seed, so that the same run goes the same way again."""

from collections.abc import Mapping
from dataclasses import dataclass
from hashlib import blake2b
from typing import TypeVar

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
