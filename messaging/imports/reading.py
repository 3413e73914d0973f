"""Reading a contact file row by row, in constant memory: every row comes out, with what it says or what is wrong.

`open_file` looks the file over and names its encoding and columns; iterating gives a `ParsedRow` a record. Nothing in a
row stops the file; only what makes the whole file unusable is a `Refused`.
"""

import io
from collections.abc import Iterator, Mapping, Sequence
from itertools import chain
from typing import IO, Any, Final

from django.utils.translation import gettext as _

from approvals.reasons import Reason, Refused
from messaging.imports.columns import Columns, columns_of
from messaging.imports.records import Record, records_of
from messaging.imports.rows import Customs, ParsedRow, RowReader
from messaging.imports.surveying import Limits, Survey, survey

DELIMITERS: Final = (",", ";", "\t", "|")


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
    file.seek(0)
    text = io.TextIOWrapper(_Unclosed(file), encoding=found.codec, errors="replace", newline="")
    first = text.readline(limits.bytes)
    delimiter = _delimiter_of(first)
    records = records_of(chain([first], text), delimiter, limits.cell)
    headings = next(records, Record(1, [], "")).cells
    columns = columns_of(headings, limits.columns, mapping)
    contact_file = ContactFile(found, delimiter, headings, columns)
    contact_file.rows = _rows(records, RowReader(headings, columns, customs), limits)
    return contact_file


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


def _delimiter_of(headings: str) -> str:
    """The sign that stands most often between headings; a comma where none does."""
    outside_quotes = "".join(headings.split('"')[0::2])
    return max(DELIMITERS, key=outside_quotes.count)


def _rows(records: Iterator[Record], reader: RowReader, limits: Limits) -> Iterator[ParsedRow]:
    count = 0
    for record in records:
        if not record.damage and not any(record.cells):
            continue
        count += 1
        if count > limits.rows:
            text = _("The file has more than %(most)d rows.") % {"most": limits.rows}
            raise Refused(Reason("import_too_many_rows", text, _("Split it and import the parts."), field="file"))
        yield reader.read(record)
