"""Rounds, ratios and their table. The machine's speed wobbles; a ratio taken in turns in one run does not."""

import time
from collections.abc import Callable
from dataclasses import dataclass, field
from statistics import median


@dataclass(frozen=True, slots=True)
class Bar:
    """What a ratio must reach: at least (`above`) or at most."""

    value: float
    above: bool = True

    def holds(self, ratio: float) -> bool:
        return ratio >= self.value if self.above else ratio <= self.value

    def __str__(self) -> str:
        return f"{'≥' if self.above else '≤'} {self.value:g}"


@dataclass(slots=True)
class Outcome:
    """The figures of one benchmark: what was measured, against what, round by round."""

    name: str
    unit: str
    against: str
    bar: Bar | None
    measured: list[float] = field(default_factory=list)
    reference: list[float] = field(default_factory=list)
    notes: list[str] = field(default_factory=list)

    @property
    def ratios(self) -> list[float]:
        return [ours / theirs for ours, theirs in zip(self.measured, self.reference, strict=True)]

    @property
    def ratio(self) -> float:
        return median(self.ratios)

    @property
    def holds(self) -> bool:
        return self.bar is None or self.bar.holds(self.ratio)

    def row(self) -> str:
        spread = f"{min(self.ratios):.2f}-{max(self.ratios):.2f}"
        figures = f"{median(self.measured):,.1f} | {median(self.reference):,.1f} {self.against}"
        verdict = "met" if self.holds else "missed"
        return (
            f"| `{self.name}` | {figures} | {self.unit} | **{self.ratio:.2f}** ({spread}) | {self.bar or '-'} |"
            f" {verdict if self.bar else '-'} | {'; '.join(self.notes)} |"
        )


HEADER = (
    "| benchmark | measured | limit | unit | ratio (range) | bar | | notes |\n"
    "| --- | --- | --- | --- | --- | --- | --- | --- |"
)


def seconds(work: Callable[[], object]) -> float:
    began = time.perf_counter()
    work()
    return time.perf_counter() - began


def in_turns(outcome: Outcome, rounds: int, ours: Callable[[], float], theirs: Callable[[], float]) -> Outcome:
    """Measure both in turns, so that whatever else the machine does falls on both."""
    for _round in range(rounds):
        outcome.reference.append(theirs())
        outcome.measured.append(ours())
    return outcome
