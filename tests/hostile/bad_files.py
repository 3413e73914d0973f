"""Sixty and more ways in which a contact file is wrong, by what is wrong with its bytes.

What becomes of a file is written out: a line each of its records, ``verdict`` and the codes of what was found (several
lines alike as ``100 x invalid row_quotes``), or what it is refused for as a whole, ``code field``.
"""

import gzip
import io
import json
import zipfile
from collections.abc import Callable
from dataclasses import dataclass

HEAD = "phone,name,consent source,consent date"
MEI = "+85261234567,Mei Chan,Shop form,2026-01-05"
SAM = "+85261234568,Sam Lee,Shop form,2026-01-05"
KEN = "+85261234569,Ken Ho,Shop form,2026-01-05"
CHINESE = (
    "電話,姓名,同意來源,同意日期\n6123 4567,陳大文,中環店表格,2026年1月5日\n6123 4568,黃美玲,中環店表格,2026年1月5日\n"
)
SIMPLIFIED = "电话,姓名,同意来源,同意日期\n6123 4567,陈丽华,中环店表格,2026年1月5日\n"


@dataclass(frozen=True, slots=True)
class BadFile:
    """`make` gives the bytes; `rows` says what becomes of each record, `refused` why nothing is read at all."""

    name: str
    make: Callable[[], bytes]
    rows: tuple[str, ...] = ()
    refused: str = ""
    encoding: str = "UTF-8"


def lines(*records: str, head: str = HEAD, end: str = "\n") -> bytes:
    return end.join([head, *records, ""]).encode()


def _zipped(name: str) -> bytes:
    held = io.BytesIO()
    with zipfile.ZipFile(held, "w", zipfile.ZIP_DEFLATED) as archive:
        archive.writestr(name, lines(MEI) * 50)
    return held.getvalue()


ENCODINGS = (
    BadFile("utf_8_with_mark", lambda: lines(MEI).decode().encode("utf-8-sig"), ("new",), encoding="UTF-8 (BOM)"),
    BadFile("utf_8_with_two_marks", lambda: b"\xef\xbb\xbf\xef\xbb\xbf" + lines(MEI), ("new",), encoding="UTF-8 (BOM)"),
    BadFile("utf_16_little", lambda: b"\xff\xfe" + CHINESE.encode("utf-16-le"), ("new", "new"), encoding="UTF-16"),
    BadFile("utf_16_big", lambda: b"\xfe\xff" + CHINESE.encode("utf-16-be"), ("new", "new"), encoding="UTF-16"),
    BadFile("utf_16_without_mark", lambda: lines(MEI).decode().encode("utf-16-le"), ("new",), encoding="UTF-16"),
    BadFile("utf_16_cut_in_a_letter", lambda: b"\xff\xfe" + CHINESE.encode("utf-16-le")[:-3],
            ("new", "invalid row_letters"), encoding="UTF-16"),
    BadFile("utf_16_half_a_pair", lambda: b"\xff\xfe" + lines(MEI, SAM).decode().encode("utf-16-le").replace(
            b"S\0a\0", b"S\0\x3d\xd8"), ("new", "invalid row_letters"), encoding="UTF-16"),
    BadFile("utf_32", lambda: lines(MEI).decode().encode("utf-32"), ("new",), encoding="UTF-32"),
    BadFile("big5", lambda: CHINESE.encode("big5"), ("new", "new"), encoding="Big5"),
    BadFile("big5_hkscs", lambda: CHINESE.replace("大文", "啫喱").replace("美玲", "嘅咗").encode("big5hkscs"),
            ("new", "new"), encoding="Big5"),
    BadFile("gb18030", lambda: SIMPLIFIED.replace("丽华", "㐂𠮷").encode("gb18030"), ("new",), encoding="GB18030"),
    BadFile("gbk", lambda: SIMPLIFIED.encode("gbk"), ("new",), encoding="GB18030"),
    BadFile("latin_1", lambda: lines(MEI.replace("Mei Chan", "José Muñoz")).decode().encode("latin-1"),
            refused="import_encoding file"),
    BadFile("two_encodings", lambda: lines(*[MEI.replace("Mei Chan", "陳大文")] * 200)
            + "+85261234568,黃美玲,Shop,2026-01-05\n".encode("big5"),
            ("new", "199 x duplicate duplicate", "invalid row_letters")),
    BadFile("broken_utf_8", lambda: lines(*[MEI.replace("Mei Chan", "陳大文")] * 100)
            + b"+85261234568,\xe9\x99,Shop,2026-01-05\n", ("new", "99 x duplicate duplicate", "invalid row_letters")),
    BadFile("surrogates_in_utf_8", lambda: lines(*[MEI.replace("Mei Chan", "陳大文")] * 100)
            + b"+85261234568,\xed\xa0\xbd,Shop,2026-01-05\n",
            ("new", "99 x duplicate duplicate", "invalid row_letters")),
    BadFile("noise", lambda: bytes(range(256)) * 40, refused="import_encoding file"),
)  # fmt: skip

NOT_CSV = (
    BadFile("empty", lambda: b"", refused="import_empty file"),
    BadFile("only_a_mark", lambda: b"\xef\xbb\xbf", refused="import_empty file"),
    BadFile("only_line_ends", lambda: b"\r\n\n\n", refused="import_no_phone file"),
    BadFile("only_nul", lambda: b"\0" * 5_000, refused="import_headings file"),
    BadFile("zip", lambda: _zipped("contacts.csv"), refused="import_not_csv file"),
    BadFile("xlsx", lambda: _zipped("xl/workbook.xml"), refused="import_not_csv file"),
    BadFile("xls", lambda: b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1" + b"\0" * 4_000, refused="import_not_csv file"),
    BadFile("gzip", lambda: gzip.compress(lines(MEI), mtime=0), refused="import_not_csv file"),
    BadFile("pdf", lambda: b"%PDF-1.7\n1 0 obj\n<< /Type /Catalog >>\nendobj\n", refused="import_not_csv file"),
    BadFile("html", lambda: b"<!DOCTYPE html><table><tr><td>phone</td></tr></table>", refused="import_no_phone file"),
    BadFile("json", lambda: json.dumps([{"phone": "+85261234567", "name": "Mei"}]).encode(),
            refused="import_no_phone file"),
    BadFile("deep_json", lambda: b'{"phone":' * 5_000 + b"1" + b"}" * 5_000, refused="import_headings file"),
    BadFile("more_than_a_thousand_broken_quotes", lambda: lines(*['"a"b,c'] * 1_001), refused="import_not_csv file"),
    BadFile("too_large", lambda: lines(MEI) + b"\n" * 20_000_000, refused="import_too_large file"),
    BadFile("too_many_rows", lambda: b"phone\n" + b"+85261234567\n" * 200_001, refused="import_too_many_rows file"),
)  # fmt: skip

HEADINGS = (
    BadFile("no_headings", lambda: lines(SAM, head=MEI), refused="import_no_phone file"),
    BadFile("only_headings", lambda: lines(), ()),
    BadFile("phone_column_renamed", lambda: lines(MEI, head=HEAD.replace("phone", "Who")),
            refused="import_no_phone file"),
    BadFile("heading_twice", lambda: lines(MEI + ",1", head=HEAD + ",phone"), refused="import_column_twice mapping"),
    BadFile("heading_twice_in_two_languages", lambda: lines(MEI + ",1", head=HEAD + ",電話"),
            refused="import_column_twice mapping"),
    BadFile("unknown_heading_twice", lambda: lines(MEI + ",1,2", head=HEAD + ",notes,notes"), ("new",)),
    BadFile("empty_headings", lambda: lines(MEI + ",,", head=HEAD + ",, "), ("new",)),
    BadFile("value_under_an_empty_heading", lambda: lines(MEI + ",lost?", head=HEAD + ","), ("new",)),
    BadFile("200_columns", lambda: lines(MEI, head=HEAD + ",x" * 196), refused="import_columns file"),
    BadFile("attribute_without_a_name", lambda: lines(MEI + ",gold", head=HEAD + ",attribute.!!!"), ("new",)),
    BadFile("attributes_nobody_knows", lambda: lines(MEI + ",1,2", head=HEAD + ",attribute.__proto__,attr: Zähler 9"),
            ("new",)),
    BadFile("attribute_twice", lambda: lines(MEI + ",1,2", head=HEAD + ",attribute.Tier,attribute.tier"),
            refused="import_column_twice mapping"),
    BadFile("nul_in_the_headings", lambda: lines(MEI, head=HEAD.replace("name", "na\0me")),
            refused="import_headings file"),
    BadFile("broken_letter_in_the_headings", lambda: lines(*[MEI.replace("Mei Chan", "陳大文")] * 100).replace(
            b",name,", b",n\xffme,"), refused="import_headings file"),
    BadFile("huge_heading", lambda: lines(MEI + ",1", head=HEAD + "," + "x" * 1_000_000),
            refused="import_headings file"),
    BadFile("formula_in_the_headings", lambda: lines("12" + MEI[12:], head=HEAD.replace("phone", '"=1+1 phone"')),
            refused="import_no_phone file"),
    BadFile("quote_left_open_in_the_headings", lambda: lines(MEI, head='"' + HEAD), refused="import_headings file"),
    BadFile("headings_behind_empty_lines", lambda: b"\n\n" + lines(MEI), ("new",)),
)  # fmt: skip
