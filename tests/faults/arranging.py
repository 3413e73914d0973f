"""The harness's side of the fault points: what is to happen where, and who stands still there."""

import json
import time
from dataclasses import dataclass
from pathlib import Path
from typing import Any

HELD_WITHIN = 25.0  # seconds


class NeverCame(Exception):
    """Nobody reached the point that the cell waits for."""


@dataclass(frozen=True, slots=True)
class Held:
    """A process that stands at a point until `let_go`, or until it is killed."""

    point: str
    pid: int
    mark: Path

    def let_go(self) -> None:
        self.mark.unlink(missing_ok=True)


class Arranging:
    """One a run; `begin` empties the table for each cell."""

    def __init__(self, folder: Path) -> None:
        self.folder = folder
        self._cells = 0
        self._points: dict[str, dict[str, Any]] = {}
        self._clocks: dict[str, float] = {}
        self.begin()

    def begin(self) -> None:
        """Nothing is arranged, nothing counted, every clock is right, and whoever stood still goes on."""
        if self._cells:
            self.let_all_go()
        self._cells += 1
        self.cell = self.folder / f"cell-{self._cells}"
        self.cell.mkdir(parents=True)
        self._points.clear()
        self._clocks.clear()
        self._write()

    def at(self, point: str, *, nth: int = 1, times: int = 1, role: str = "", deed: str = "hold", **more: Any) -> None:
        """From the nth time that a process of this role reaches the point, so many times."""
        self._points[point] = {"first": nth, "times": times, "role": role, "deed": deed, **more}
        self._write()

    def put_wrong(self, clocks: dict[str, float]) -> None:
        """From now on the clocks of these members go before (or after) by so many seconds."""
        self._clocks.update(clocks)
        self._write()

    def count(self, point: str) -> int:
        """How often it has been reached; only points that are arranged are counted."""
        path = self.cell / f"{point}.count"
        return path.stat().st_size if path.exists() else 0

    def held(self, point: str, within: float = HELD_WITHIN) -> Held:
        """Wait for somebody to stand there. Raises NeverCame."""
        until = time.monotonic() + within
        while time.monotonic() < until:
            for mark in self.cell.glob(f"{point}.*.held"):
                return Held(point, int(mark.name.split(".")[-2]), mark)
            time.sleep(0.005)
        raise NeverCame(f"nobody came to {point} within {within:.0f} s; it was reached {self.count(point)} times")

    def let_all_go(self) -> None:
        for mark in self.cell.glob("*.held"):
            mark.unlink(missing_ok=True)

    def _write(self) -> None:
        draft = self.folder / "arranged.draft"
        draft.write_text(json.dumps({"cell": str(self.cell), "points": self._points, "clocks": self._clocks}))
        draft.rename(self.folder / "arranged.json")
