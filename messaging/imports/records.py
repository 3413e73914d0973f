"""Lines into records: every damaged line becomes a finding of its own and costs no other line.

Python's reader swallows everything after a quote that is never closed. Here the lines it took are given back, so that
the one bad line is named and reading goes on with the next.
"""

import csv
from collections import deque
from collections.abc import Iterable, Iterator
from typing import Final, NamedTuple

from django.utils.translation import gettext as _

from approvals.reasons import Reason, Refused

MOST_BROKEN_QUOTES: Final = 1_000
"""Above this a file is not damaged but something else than CSV (and reading it would take long)."""

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

    def give_back_all_but_the_first(self) -> None:
        self._given_back.extendleft(reversed(self.taken[1:]))
        self.number -= len(self.taken) - 1


def records_of(lines: Iterable[str], delimiter: str, longest_cell: int) -> Iterator[Record]:
    """Every record of a CSV, damaged ones with empty cells. Raises `Refused` when hardly a line can be read."""
    source = Lines(lines, longest_cell)
    reader = csv.reader(source, delimiter=delimiter, strict=True)
    broken = 0
    while True:
        line = source.begin_record()
        try:
            cells = next(reader)
        except StopIteration:
            return
        except csv.Error:
            broken += 1
            if broken > MOST_BROKEN_QUOTES:
                raise _not_csv() from None
            source.give_back_all_but_the_first()
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
