"""A first look over a whole file: its size, its digest, and how its letters are encoded.

Files come out of spreadsheets of three decades: UTF-8 with and without a mark, UTF-16, Big5 from Hong Kong and Taiwan,
GB18030 from the mainland. The encoding is found by looking at every byte once, and is named in the preview.
"""

import codecs
import hashlib
from collections.abc import Iterator
from dataclasses import dataclass
from typing import IO, Final

from django.utils.translation import gettext as _

from approvals.reasons import Reason, Refused

MEGABYTE: Final = 1_000_000


@dataclass(frozen=True, slots=True)
class Limits:
    """How much of a file we take: bytes, data rows, columns, and characters in a cell."""

    bytes: int = 20 * MEGABYTE
    rows: int = 200_000
    columns: int = 64
    cell: int = 32 * 1024


@dataclass(frozen=True, slots=True)
class Survey:
    """``encoding`` for people ("UTF-8", "Big5"), ``codec`` for Python, ``digest`` SHA-256 in hex, ``size`` in bytes.

    ``lines`` is about their number: line ends are counted as bytes, whatever the encoding.
    """

    encoding: str
    codec: str
    digest: str
    size: int
    lines: int = 0


# The mark of UTF-32 begins with that of UTF-16.
_MARKS: Final = (
    (codecs.BOM_UTF8, Survey("UTF-8 (BOM)", "utf-8-sig", "", 0)),
    (codecs.BOM_UTF32_LE, Survey("UTF-32", "utf-32", "", 0)),
    (codecs.BOM_UTF32_BE, Survey("UTF-32", "utf-32", "", 0)),
    (codecs.BOM_UTF16_LE, Survey("UTF-16", "utf-16", "", 0)),
    (codecs.BOM_UTF16_BE, Survey("UTF-16", "utf-16", "", 0)),
)
_OTHER_KINDS: Final = (b"PK\x03\x04", b"\xd0\xcf\x11\xe0", b"\x1f\x8b", b"%PDF-")
"""How workbooks (which are ZIP archives), old workbooks, gzip archives and PDFs begin."""

_CHUNK: Final = 1 << 18
_SAMPLE: Final = 1 << 16

# A file of ours with a few broken bytes is still UTF-8; above this share of broken letters it is something else.
_BROKEN_SHARE: Final = 0.02

# Big5 writes two fifths of its letters with a second byte below 0x80, GB2312 none and GB18030 only rare ones.
_LOW_SECOND_BYTES_OF_BIG5: Final = 0.12


def survey(file: IO[bytes], limits: Limits) -> Survey:
    """Look over a seekable file. Raises `Refused` when it is empty, too large, no CSV, or in no encoding we read."""
    size, digest, lines = _size_digest_and_lines(file, limits)
    file.seek(0)
    sample = file.read(_SAMPLE)
    if sample.startswith(_OTHER_KINDS):
        text = _("This is a workbook, an archive or a document, not a CSV file.")
        raise Refused(Reason("import_not_csv", text, _("Save it as “CSV UTF-8” in the spreadsheet."), field="file"))
    encoding, codec = _encoding(file, sample)
    return Survey(encoding, codec, digest, size, lines)


def _size_digest_and_lines(file: IO[bytes], limits: Limits) -> tuple[int, str, int]:
    size, sha, feeds, returns = 0, hashlib.sha256(), 0, 0
    for chunk in _chunks(file):
        size += len(chunk)
        feeds += chunk.count(b"\n")
        returns += chunk.count(b"\r")
        sha.update(chunk)
        if size > limits.bytes:
            text = _("The file is larger than %(most)d MB.") % {"most": limits.bytes // MEGABYTE}
            raise Refused(Reason("import_too_large", text, _("Split it and import the parts."), field="file"))
    if not size:
        raise Refused(Reason("import_empty", _("The file is empty."), _("Export it again."), field="file"))
    return size, sha.hexdigest(), max(feeds, returns)


def _chunks(file: IO[bytes]) -> Iterator[bytes]:
    file.seek(0)
    while chunk := file.read(_CHUNK):
        yield chunk


def _encoding(file: IO[bytes], sample: bytes) -> tuple[str, str]:
    for mark, marked in _MARKS:
        if sample.startswith(mark):
            return marked.encoding, marked.codec
    even, odd = sample[0::2].count(0), sample[1::2].count(0)
    if max(even, odd) > len(sample) // 5:
        # Latin letters in UTF-16 without its mark: every other byte is zero.
        return ("UTF-16", "utf-16-le") if odd > even else ("UTF-16", "utf-16-be")
    if _is_mostly_utf8(file):
        return "UTF-8", "utf-8"
    chinese = [("Big5", "big5hkscs"), ("GB18030", "gb18030")]
    if _low_second_bytes(sample) < _LOW_SECOND_BYTES_OF_BIG5:
        chinese.reverse()
    for name, codec in chinese:
        if _decodes(file, codec):
            return name, codec
    text = _("The letters of the file are in no encoding we know.")
    fix = _("Save it as “CSV UTF-8” in the spreadsheet.")
    raise Refused(Reason("import_encoding", text, fix, field="file"))


def _is_mostly_utf8(file: IO[bytes]) -> bool:
    decoder = codecs.getincrementaldecoder("utf-8")(errors="replace")
    letters = broken = 0
    for chunk in _chunks(file):
        if chunk.isascii() and not decoder.getstate()[0]:
            continue
        text = decoder.decode(chunk)
        broken += text.count("\ufffd")
        letters += len(text) - len(text.encode("ascii", errors="ignore"))
    return broken <= letters * _BROKEN_SHARE


def _low_second_bytes(sample: bytes) -> float:
    """Of the two-byte letters in the sample, the share whose second byte is below 0x80."""
    pairs = low = position = 0
    while position < len(sample) - 1:
        if sample[position] < 0x81:
            position += 1
            continue
        pairs += 1
        low += sample[position + 1] < 0x80
        position += 2
    return low / pairs if pairs else 0.0


def _decodes(file: IO[bytes], codec: str) -> bool:
    decoder = codecs.getincrementaldecoder(codec)()
    try:
        for chunk in _chunks(file):
            decoder.decode(chunk)
        decoder.decode(b"", final=True)
    except UnicodeDecodeError:
        return False
    return True
