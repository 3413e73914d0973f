"""How a cell is declared."""

from collections.abc import Callable
from dataclasses import dataclass, field

from tests.faults.case import Case

# What a lane may have under way when it dies: marked ahead, being handed over, or not yet written down.
IN_FLIGHT = 24

Play = Callable[[Case], None]


@dataclass(frozen=True, slots=True)
class Cell:
    """`play` does the main job and the fault; the runner settles and judges. `layout` says who runs.

    Those that are not `rare` are the fixed set, which is played before anything is merged; chance plays all.
    """

    name: str
    play: Play
    layout: str = "plain"
    rare: bool = False
    environment: dict[str, str] = field(default_factory=dict)


CELLS: dict[str, Cell] = {}


def add(name: str, play: Play, layout: str = "plain", *, rare: bool = False, **environment: str) -> None:
    assert name not in CELLS, f"there are two cells named {name}"
    CELLS[name] = Cell(name, play, layout, rare, environment)


def cell(name: str, layout: str = "plain", *, rare: bool = False, **environment: str) -> Callable[[Play], Play]:
    def declare(play: Play) -> Play:
        add(name, play, layout, rare=rare, **environment)
        return play

    return declare
