"""The journal: one JSON line for everything received, decided and sent. What the simulator says counts; this proves it.

Every line has `at` (unix seconds), `kind` (`start`, `request`, `webhook`, `review`, `reset`, ...) and what belongs to
the kind. Lines are written together once per turn of the event loop. A reader pages by byte offset.
"""

import asyncio
from collections.abc import Iterable
from pathlib import Path
from typing import Any

import orjson

PAGE = 5000  # lines


class Journal:
    """An append-only file; a restart goes on in the same one."""

    def __init__(self, path: Path) -> None:
        self.path = path
        self._file = path.open("ab", buffering=0)
        self._unwritten: list[bytes] = []

    def write(self, at: float, kind: str, **facts: Any) -> None:
        """Add a line. It is in the file by the next turn of the event loop, or after `flush`."""
        if not self._unwritten:
            asyncio.get_running_loop().call_soon(self.flush)
        self._unwritten.append(
            orjson.dumps({"at": round(at, 4), "kind": kind, **facts}, option=orjson.OPT_APPEND_NEWLINE)
        )

    def flush(self) -> None:
        """Write what waits."""
        if self._unwritten:
            lines, self._unwritten = self._unwritten, []
            self._file.write(b"".join(lines))

    def read(self, since: int = 0, kind: str = "") -> tuple[list[dict[str, Any]], int]:
        """Up to 5,000 lines from byte `since`, of one kind or all; and the offset to go on from."""
        self.flush()
        return read_page(self.path, since, kind)

    def close(self) -> None:
        """Write what waits and let go of the file."""
        self.flush()
        self._file.close()


def read_page(path: Path, since: int = 0, kind: str = "") -> tuple[list[dict[str, Any]], int]:
    """Up to 5,000 whole lines from byte `since`; an unfinished last line is left for the next page."""
    entries: list[dict[str, Any]] = []
    with path.open("rb") as file:
        file.seek(since)
        for _ in range(PAGE):
            line = file.readline()
            if not line.endswith(b"\n"):
                break
            since += len(line)
            entry = orjson.loads(line)
            if not kind or entry["kind"] == kind:
                entries.append(entry)
    return entries, since


def read_journal(path: Path, since: int = 0) -> Iterable[dict[str, Any]]:
    """The lines of a journal file from a byte offset on."""
    while True:
        entries, following = read_page(path, since)
        yield from entries
        if following == since:
            return
        since = following
