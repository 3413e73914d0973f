"""What goes wrong for whom: drawn from the seed, so that the same run goes wrong the same way again."""

from dataclasses import dataclass

from simulators.common.chance import Chance
from simulators.graph.misbehaviour import PASSING, Misbehaviour


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
