"""What happens at a fault point, inside a process of the stack: nothing, unless this cell has arranged for it.

The folder FAULT_FOLDER is how the harness and the processes talk. `arranged.json` says what is to happen where in the
current cell; its own folder counts how often each point was reached and holds the marks of processes that wait there.
Knows neither Django nor the product.
"""

import json
import os
import time
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

HELD_AT_MOST = 20.0  # seconds; a harness that died must not leave processes standing


class Arranged(Exception):
    """A fault that a cell wanted to see raised."""


def reach(point: str) -> None:
    """Called at each fault point with its name."""
    wish, cell = _wish(point)
    if wish is None or not wish["first"] <= _count(cell / f"{point}.count") < wish["first"] + wish["times"]:
        return
    if wish["deed"] == "raise":
        raise _error()
    if wish["deed"] == "sleep":
        time.sleep(wish["seconds"])
    else:
        _wait(cell, point)


def _wish(point: str) -> tuple[dict[str, Any] | None, Path]:
    arranged = _arranged()
    if not arranged:
        return None, Path()
    wish = arranged["points"].get(point)
    if wish and wish["role"] not in ("", os.environ.get("FAULT_ROLE")):
        wish = None
    return wish, Path(arranged["cell"])


def wrong_now() -> datetime:
    """What the clock of this process says: right, unless the cell has put it wrong by so many seconds."""
    clocks = _arranged().get("clocks", {})
    return datetime.now(UTC) + timedelta(seconds=clocks.get(os.environ.get("FAULT_ROLE", ""), 0))


def _arranged() -> dict[str, Any]:
    """What the cell has arranged; it is replaced as a whole, so that nobody reads half of it."""
    try:
        found: dict[str, Any] = json.loads((Path(os.environ["FAULT_FOLDER"]) / "arranged.json").read_bytes())
    except FileNotFoundError:  # no cell yet
        return {}
    return found


def _count(path: Path) -> int:
    """How often the point has been reached in this cell, by all processes together, this time included."""
    file = os.open(path, os.O_WRONLY | os.O_CREAT | os.O_APPEND)
    try:
        os.write(file, b".")
        return os.lseek(file, 0, os.SEEK_CUR)
    finally:
        os.close(file)


def _wait(cell: Path, point: str) -> None:
    """Stand still until the harness lets go; its own kill may come first."""
    mark = cell / f"{point}.{os.getpid()}.held"
    mark.touch()
    until = time.monotonic() + HELD_AT_MOST
    while mark.exists() and time.monotonic() < until:
        time.sleep(0.005)


def _error() -> Exception:
    from django.db import OperationalError

    return OperationalError("arranged: the connection broke")
