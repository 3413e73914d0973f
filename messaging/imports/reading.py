"""Reading a contact file row by row, in constant memory: every row comes out, with what it says or what is wrong.

`open_file` looks the file over and names its encoding and columns; iterating gives a `ParsedRow` a record. Nothing in a
row stops the file; only what makes the whole file unusable is a `Refused`.
"""

import io
from collections.abc import Iterable, Iterator, Mapping, Sequence
from itertools import chain, islice
from typing import IO, Any, Final

from django.utils.translation import gettext as _

from approvals.reasons import Reason, Refused
from messaging.imports.columns import Columns, columns_of
from messaging.imports.records import Record, records_of
from messaging.imports.rows import Customs, ParsedRow, RowReader
from messaging.imports.surveying import Limits, Survey, survey

DELIMITERS: Final = (",", ";", "\t", "|")

_MOST_EMPTY_LINES: Final = 20


class ContactFile:
    """A file whose headings are understood; iterate over it, once, for its rows."""

    def __init__(self, survey: Survey, delimiter: str, headings: Sequence[str], columns: Columns) -> None:
        self.survey = survey
        self.delimiter = delimiter
        self.headings = tuple(headings)
        self.columns = columns
        self.rows: Iterator[ParsedRow] = iter(())

    def __iter__(self) -> Iterator[ParsedRow]:
        return self.rows


def open_file(
    file: IO[bytes], customs: Customs, *, mapping: Mapping[str, str] | None = None, limits: Limits | None = None
) -> ContactFile:
    """Look a seekable binary file over and get ready to read its rows. The file stays the caller's to close.

    ``mapping`` (heading -> field, "" to leave out) goes before what the headings say. Raises `Refused`, also while
    iterating, when the file as a whole cannot be used: too large, unknown encoding, no phone column, too many rows.
    """
    limits = limits or Limits()
    found = survey(file, limits)
    if found.lines > limits.rows:
        # Splitting lines takes an eighth of reading what they say, and a file that is too long is refused at once.
        _, records = _records(file, found, limits)
        _headings(records)
        for _record in _within(records, limits):
            pass
    delimiter, records = _records(file, found, limits)
    headings = _headings(records)
    columns = columns_of(headings, limits.columns, mapping)
    contact_file = ContactFile(found, delimiter, headings, columns)
    contact_file.rows = map(RowReader(headings, columns, customs).read, _within(records, limits))
    return contact_file


def _records(file: IO[bytes], found: Survey, limits: Limits) -> tuple[str, Iterator[Record]]:
    """The file's delimiter and its records from the first line on."""
    file.seek(0)
    text = io.TextIOWrapper(_Unclosed(file), encoding=found.codec, errors="replace", newline="")
    beginning = _beginning_of(text)
    delimiter = _delimiter_of(beginning[-1])
    return delimiter, records_of(chain(beginning, text), delimiter, limits.cell)


class _Unclosed(io.BufferedReader):
    """A view of the caller's file that leaves it open when the view goes away."""

    def __init__(self, file: IO[bytes]) -> None:
        super().__init__(_Raw(file), buffer_size=1 << 18)


class _Raw(io.RawIOBase):
    def __init__(self, file: IO[bytes]) -> None:
        self._file = file

    def readable(self) -> bool:
        return True

    def readinto(self, buffer: Any) -> int:
        chunk = self._file.read(len(buffer))
        buffer[: len(chunk)] = chunk
        return len(chunk)


def _beginning_of(text: Iterable[str]) -> list[str]:
    """The lines up to the first one that says something; more than a few empty ones are no beginning of a table."""
    lines = []
    for line in islice(text, _MOST_EMPTY_LINES):
        lines.append(line)
        if line.strip():
            break
    if not lines:
        raise Refused(Reason("import_empty", _("The file is empty."), _("Export it again."), field="file"))
    return lines


def _headings(records: Iterator[Record]) -> list[str]:
    """The first record that says something, save the line in which Excel names its separator (``sep=;``)."""
    for record in records:
        if record.damage:
            text = _("The headings on line %(line)d cannot be read.") % {"line": record.line}
            fix = _("Name the columns in plain words: phone, name, consent source, consent date.")
            raise Refused(Reason("import_headings", text, fix, field="file"))
        if any(cell.strip() for cell in record.cells) and record.cells[0].lower() != "sep=":
            return record.cells
    return []


def _delimiter_of(headings: str) -> str:
    """The sign that stands most often between headings; a comma where none does."""
    outside_quotes = "".join(headings.split('"')[0::2])
    return max(DELIMITERS, key=outside_quotes.count)


def _within(records: Iterator[Record], limits: Limits) -> Iterator[Record]:
    """The records that say something, as long as there are not too many of them."""
    count = 0
    for record in records:
        if not record.damage and not any(record.cells):
            continue
        count += 1
        if count > limits.rows:
            text = _("The file has more than %(most)d rows.") % {"most": limits.rows}
            raise Refused(Reason("import_too_many_rows", text, _("Split it and import the parts."), field="file"))
        yield record
