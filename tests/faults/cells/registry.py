"""How a cell is declared."""

from collections.abc import Callable
from dataclasses import dataclass

from tests.faults.case import Case

# What a lane may have under way when it dies: marked ahead, being handed over, or not yet written down.
IN_FLIGHT = 24

# What a pool says of a child that was killed.
LOST_CHILD = frozenset({"WorkerLostError"})
# What processes say while the database or the broker is away.
NO_DATABASE = frozenset({"OperationalError", "InterfaceError", "AdminShutdown"})
NO_BROKER = frozenset({
    "OperationalError", "ConnectionError", "ConnectionRefusedError", "RecoverableConnectionError", "SchedulingError",
    "BusyLoadingError", "AttributeError",  # the last is Celery's own, of a connection that it has just thrown away
})  # fmt: skip

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


CELLS: dict[str, Cell] = {}


def add(name: str, play: Play, layout: str = "plain", *, rare: bool = False) -> None:
    assert name not in CELLS, f"there are two cells named {name}"
    CELLS[name] = Cell(name, play, layout, rare)


def cell(name: str, layout: str = "plain", *, rare: bool = False) -> Callable[[Play], Play]:
    def declare(play: Play) -> Play:
        add(name, play, layout, rare=rare)
        return play

    return declare
