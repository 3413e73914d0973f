"""What one step found."""

from dataclasses import dataclass
from enum import Enum


class Level(Enum):
    OK = "ok"
    LOOK = "look"  # somebody should know of it; it works as it is
    MEND = "mend"  # it does not work before this is mended


@dataclass(frozen=True, slots=True)
class Finding:
    """One line: the step it belongs to, what is, and what to do about it (empty when it is well).

    Meta's words may stand in it, so nothing but what can be printed is kept.
    """

    step: str
    level: Level
    text: str
    do: str = ""

    def __str__(self) -> str:
        line = f"{self.level.value:<4}  {self.step}: {self.text}" + (f" -> {self.do}" if self.do else "")
        return "".join(letter if letter.isprintable() else " " for letter in line)


def ok(step: str, text: str) -> Finding:
    return Finding(step, Level.OK, text)


def look(step: str, text: str, do: str) -> Finding:
    return Finding(step, Level.LOOK, text, do)


def mend(step: str, text: str, do: str) -> Finding:
    return Finding(step, Level.MEND, text, do)
