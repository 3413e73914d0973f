"""The cells: each is one fault at one step, played by a function. `CELLS` has them by name."""

from tests.faults.cells import (
    calling,
    changing,
    clocks,
    crashing,
    deciding,
    entering,
    freezing,
    killing,
    linking,
    repeating,
    replying,
    submitting,
    telling,
    texting,
    throttling,
)
from tests.faults.cells.registry import CELLS, Cell

__all__ = [
    "CELLS", "Cell", "calling", "changing", "clocks", "crashing", "deciding", "entering", "freezing", "killing",
    "linking", "repeating", "replying", "submitting", "telling", "texting", "throttling",
]  # fmt: skip
