"""A contact file as the tests of reading open it, and what its rows say."""

import io
from collections.abc import Iterator
from datetime import datetime
from zoneinfo import ZoneInfo

from messaging.imports.reading import ContactFile, open_file
from messaging.imports.rows import Customs, ParsedRow

HONG_KONG = ZoneInfo("Asia/Hong_Kong")
NOON = datetime(2026, 3, 2, 12, 0, tzinfo=HONG_KONG)
CUSTOMS = Customs("HK", HONG_KONG, NOON)


def opened(content: str | bytes, **options: object) -> ContactFile:
    data = content.encode() if isinstance(content, str) else content
    return open_file(io.BytesIO(data), CUSTOMS, **options)  # type: ignore[arg-type]


def rows(content: str | bytes, **options: object) -> list[ParsedRow]:
    return list(opened(content, **options))


def only(line: str, head: str = "phone,consent source,consent date,opt out,tags,language,name") -> ParsedRow:
    (row,) = rows(f"{head}\n{line}\n")
    return row


def codes(row: ParsedRow) -> list[str]:
    return [problem.code for problem in row.problems]


class MadeWhileRead(io.RawIOBase):
    """A file whose rows exist only while they are read."""

    def __init__(self, thousands: int) -> None:
        self._thousands = thousands
        self.seek(0)

    def seek(self, offset: int, whence: int = 0) -> int:
        self._lines = self._make()
        self._rest = b""
        return 0

    def _make(self) -> Iterator[bytes]:
        yield b"phone,name,consent source,consent date\n"
        for _ in range(self._thousands):
            yield b"+85261234567,Somebody with quite a long name,web form spring,2026-01-05\n" * 1_000

    def read(self, size: int = -1) -> bytes:
        while len(self._rest) < size and (more := next(self._lines, b"")):
            self._rest += more
        piece, self._rest = self._rest[:size], self._rest[size:]
        return piece
