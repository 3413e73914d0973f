"""Lines into records: every damaged line becomes a finding of its own and costs no other line.

Python's reader swallows everything after a quote that is never closed. Here the lines it took are given back, so that
the one bad line is named and reading goes on with the next.
"""

import csv
from collections import deque
from collections.abc import Iterable, Iterator, Sequence
from itertools import count, islice, repeat
from typing import Final, NamedTuple

from django.utils.translation import gettext as _

from approvals.reasons import Reason, Refused

MOST_BROKEN_QUOTES: Final = 1_000
"""Above this a file is not damaged but something else than CSV (and reading it would take long)."""

_AT_ONCE: Final = 1_000
"""Lines; a block that holds one that is odd is read line by line."""

_DOUBTFUL: Final = ('"', "\x00", "\ufffd")

_LONGEST_QUOTED: Final = 131_072
"""Characters after which Python's reader gives a cell up (its own default limit)."""


class Record(NamedTuple):
    """One record: the line it begins on (the headings are line 1), its cells, and its damage ("" for none)."""

    line: int
    cells: list[str]
    damage: str


class Lines:
    """The lines of a file, which can be given back, with a note whether those just taken need a closer look."""

    def __init__(self, lines: Iterable[str], longest_cell: int) -> None:
        self._lines = iter(lines)
        self._longest = longest_cell
        self._given_back: deque[str] = deque()
        self.taken: list[str] = []
        self.number = 0
        self.odd = False

    def __iter__(self) -> "Lines":
        return self

    def __next__(self) -> str:
        line = self._given_back.popleft() if self._given_back else next(self._lines)
        self.number += 1
        self.taken.append(line)
        if "\x00" in line or "\ufffd" in line or len(line) > self._longest:
            self.odd = True
        return line

    def begin_record(self) -> int:
        """Forget what was taken; the number of the line that comes next."""
        self.taken.clear()
        self.odd = False
        return self.number + 1

    def give_back(self, lines: Sequence[str]) -> None:
        self._given_back.extendleft(reversed(lines))
        self.number -= len(lines)

    def next_block(self) -> list[str]:
        """The next lines, as many as are read at once; none at the end of the file."""
        block = [self._given_back.popleft() for _ in range(min(len(self._given_back), _AT_ONCE))]
        block += islice(self._lines, _AT_ONCE - len(block))
        self.number += len(block)
        return block

    def is_plain(self, block: list[str]) -> bool:
        """Whether each line is a record by itself and nothing in it needs a closer look."""
        text = "".join(block)
        return not any(sign in text for sign in _DOUBTFUL) and max(map(len, block)) <= self._longest


def records_of(lines: Iterable[str], delimiter: str, longest_cell: int) -> Iterator[Record]:
    """Every record of a CSV, damaged ones with empty cells. Raises `Refused` when hardly a line can be read.

    Lines without a quote or a doubtful letter are a record each and are read many at once; the others are watched.
    """
    source = Lines(lines, longest_cell)
    broken = 0
    while block := source.next_block():
        if source.is_plain(block):
            cells = csv.reader(block, delimiter=delimiter, strict=True)
            yield from map(Record, count(source.number - len(block) + 1), cells, repeat(""))
            continue
        source.give_back(block)
        for record in _watched(source, delimiter, longest_cell, source.number + len(block)):
            broken += record.damage == "row_quotes"
            if broken > MOST_BROKEN_QUOTES:
                raise _not_csv()
            yield record


def _watched(source: Lines, delimiter: str, longest_cell: int, end: int) -> Iterator[Record]:
    """The records that begin before line ``end`` is past. A line that breaks the reader costs no other line."""
    reader = csv.reader(source, delimiter=delimiter, strict=True)
    while source.number < end:
        line = source.begin_record()
        try:
            cells = next(reader)
        except StopIteration:
            return
        except csv.Error:
            source.give_back(source.taken[1:])
            reader = csv.reader(source, delimiter=delimiter, strict=True)
            yield Record(line, [], "row_quotes" if len(source.taken[0]) <= _LONGEST_QUOTED else "cell_too_long")
            continue
        yield Record(line, cells, _damage(source, cells, longest_cell) if source.odd else "")


def _damage(source: Lines, cells: list[str], longest_cell: int) -> str:
    text = "".join(source.taken)
    if "\x00" in text:
        return "row_nul"
    if any(len(cell) > longest_cell for cell in cells):
        return "cell_too_long"
    return "row_letters" if "\ufffd" in text else ""


def _not_csv() -> Refused:
    text = _("More than %(most)d lines have quotes that do not match.") % {"most": MOST_BROKEN_QUOTES}
    return Refused(Reason("import_not_csv", text, _("Export the file as CSV again."), field="file"))
