"""Contact files as they come: encodings, separators, headings, damage, and files that cannot be used."""

import io
import tracemalloc
from datetime import datetime
from typing import IO

import pytest

from approvals.reasons import Refused
from messaging.imports.reading import open_file
from messaging.imports.rows import ParsedRow
from messaging.imports.surveying import Limits
from tests.messaging.contact_files import CUSTOMS, HONG_KONG, MadeWhileRead, codes, opened, rows

CHINESE = (
    "電話,姓名,語言,標籤,同意來源,同意日期,屬性.等級\n6123 4567,陳美玲,繁體中文,貴賓；茶,中環店表格,2026年1月5日,金\n"
)


def test_a_row_is_read_into_what_it_means() -> None:
    (row,) = rows(
        "Mobile No.,Full name,Language,Tags,Consent Source,Consent date,Opt-out,CRM ID,attribute.Loyalty tier,Notes\n"
        "6123 4567, Mei Chan ,zh-HK,vip; tea;vip,Web form spring,2026-01-05,no,A-17,gold,allergic to nuts\n"
    )
    assert row == ParsedRow(
        line=2,
        phone="+85261234567",
        country="HK",
        name="Mei Chan",
        language="zh_Hant",
        tags=("vip", "tea"),
        attributes={"loyalty_tier": "gold"},
        crm_id="A-17",
        consent_category="marketing",
        consent_source="Web form spring",
        consent_at=datetime(2026, 1, 5, tzinfo=HONG_KONG),
        opt_out=False,
        problems=(),
    )


@pytest.mark.parametrize(
    ("content", "name"),
    [
        (CHINESE.encode("utf-8"), "UTF-8"),
        (CHINESE.encode("utf-8-sig"), "UTF-8 (BOM)"),
        (CHINESE.encode("utf-16"), "UTF-16"),
        (b"\xfe\xff" + CHINESE.encode("utf-16-be"), "UTF-16"),
        (CHINESE.encode("big5"), "Big5"),
        (
            CHINESE.translate(str.maketrans("電話語標籤來陳鈴繁體貴賓屬級環", "电话语标签来陈铃繁体贵宾属级环")).encode(
                "gb18030"
            ),
            "GB18030",
        ),
    ],
)
def test_the_encoding_is_found_and_named(content: bytes, name: str) -> None:
    file = opened(content)
    assert file.survey.encoding == name
    (row,) = file
    assert row.phone == "+85261234567"
    assert row.name in ("陳美玲", "陈美玲")
    assert row.consent_at == datetime(2026, 1, 5, tzinfo=HONG_KONG)
    assert list(row.attributes.values()) == ["金"]
    assert row.problems == ()


def test_latin_letters_in_utf_16_without_its_mark_are_read() -> None:
    content = "phone,name\n+85261234567,Ada\n"
    assert rows(content.encode("utf-16-le"))[0].name == "Ada"
    assert rows(content.encode("utf-16-be"))[0].name == "Ada"


def test_a_big5_file_is_read_even_when_only_names_are_chinese() -> None:
    content = "phone,name\n" + "".join(
        f"+8526123456{n},{name}\n" for n, name in enumerate(["陳大文", "李小明", "張國榮"])
    )
    assert [row.name for row in rows(content.encode("big5"))] == ["陳大文", "李小明", "張國榮"]


def test_a_few_broken_bytes_cost_their_own_lines_only() -> None:
    good = "+85261234567,陳大文\n" * 200
    content = f"phone,name\n{good}".encode() + b"+85261234568,\xff\xfe\n+85261234569,Ada\n"
    read = rows(content)
    assert opened(content).survey.encoding == "UTF-8"
    assert [codes(row) for row in read[-3:]] == [
        ["consent_source_missing", "consent_at_missing"],
        ["row_letters"],
        ["consent_source_missing", "consent_at_missing"],
    ]


@pytest.mark.parametrize("delimiter", [",", ";", "\t", "|"])
def test_the_separator_is_found(delimiter: str) -> None:
    file = opened(f"phone{delimiter}name\n+85261234567{delimiter}Ada\n")
    assert file.delimiter == delimiter
    assert next(iter(file)).name == "Ada"


@pytest.mark.parametrize("before", ["\n\r\n", "sep=;\n", "SEP=;\r\n", ";;\n"])
def test_what_stands_before_the_headings_is_passed_over(before: str) -> None:
    file = opened(f"{before}phone;name\n+85261234567;Ada\n")
    assert [(row.line, row.name) for row in file] == [(before.count("\n") + 2, "Ada")]


@pytest.mark.parametrize("ending", ["\n", "\r\n", "\r"])
def test_every_line_ending_is_read_and_lines_are_counted(ending: str) -> None:
    read = rows(ending.join(["phone,name", "+85261234567,Ada", "", '+85261234568,"Ben', 'Lee"', "x,Chi", ""]))
    assert [(row.line, row.name.split()[0]) for row in read] == [(2, "Ada"), (4, "Ben"), (6, "Chi")]


@pytest.mark.parametrize(
    ("line", "code"),
    [
        ("+85261234568,Ben,extra", "row_too_many_cells"),
        ("+85261234568", "row_too_few_cells"),
        ("+85261234568,B\x00en", "row_nul"),
        ('+85261234568,"Ben', "row_quotes"),
        ('+85261234568,"Ben"Lee', "row_quotes"),
        (f"+85261234568,{'x' * 33_000}", "cell_too_long"),
        (f'+85261234568,"{"x" * 140_000}"', "cell_too_long"),
    ],
)
def test_a_damaged_line_is_named_and_costs_no_other(line: str, code: str) -> None:
    read = rows(f"phone,name\n+85261234567,Ada\n{line}\n+85261234569,Chi\n+85261234560,Dee\n")
    assert [row.name for row in read] == ["Ada", "", "Chi", "Dee"]
    assert [row.line for row in read] == [2, 3, 4, 5]
    assert codes(read[1]) == [code]
    assert read[1].phone == ""


def test_empty_cells_past_the_headings_are_no_damage() -> None:
    assert rows("phone,name\n+85261234567,Ada,,\n")[0].name == "Ada"


def test_lines_are_counted_on_past_cells_of_several_lines_and_broken_quotes() -> None:
    plain = [f"+8526{1_200_000 + 37 * n},Mei {n}" for n in range(2_500)]
    # A cell that goes on past the thousandth line, where the next thousand would have begun, and a quote left open.
    plain[998] = '+85261234567,"Mei\nof\nthree lines"'
    plain[1_500] = '+85261234568,"Sam'
    read = rows("phone,name\n" + "\n".join(plain) + "\n")
    assert [len(read), read[-1].line, read[-1].name] == [2_500, 2_503, "Mei 2499"]
    assert [(row.line, row.name) for row in read[997:1_000]] == [
        (999, "Mei 997"),
        (1_000, "Mei\nof\nthree lines"),
        (1_003, "Mei 999"),
    ]
    assert [(row.line, codes(row)) for row in read if "row_quotes" in codes(row)] == [(1_504, ["row_quotes"])]


def test_what_is_no_phone_is_told_on_each_line_it_stands_on() -> None:
    read = rows("phone,country\n-,HK\n-,HK\n6123 4567,HK\n6123 4567,GB\n6123 4567,HK\n")
    assert [codes(row)[:1] for row in read] == [
        ["phone_missing"], ["phone_missing"], ["consent_source_missing"], ["phone_not_valid"],
        ["consent_source_missing"],
    ]  # fmt: skip


def test_a_file_of_nothing_but_broken_quotes_is_given_up() -> None:
    with pytest.raises(Refused) as caught:
        rows("phone,name\n" + '"a"b,c\n' * 1_001)
    assert caught.value.codes == ["import_not_csv"]


def test_columns_nobody_asked_for_are_left_out_and_named() -> None:
    file = opened("phone,HKID,Notes\n+85261234567,A123456(7),x\n")
    assert file.columns.ignored == ("HKID", "Notes")
    assert next(iter(file)).attributes == {}


def test_a_mapping_goes_before_the_headings() -> None:
    file = opened(
        "phone,whatsapp,Tier\n1,+85261234567,gold\n",
        mapping={"phone": "", "whatsapp": "phone", "Tier": "attribute.tier"},
    )
    assert file.columns.as_dict(file.headings) == {"whatsapp": "phone", "Tier": "attribute.tier"}
    row = next(iter(file))
    assert (row.phone, row.attributes) == ("+85261234567", {"tier": "gold"})


@pytest.mark.parametrize(
    ("content", "options", "found"),
    [
        (b"", {}, ["import_empty"]),
        (b"\xef\xbb\xbf", {}, ["import_empty"]),
        (b"PK\x03\x04phone\n1\n", {}, ["import_not_csv"]),
        ("ph\x00one,name\n1,Ada\n", {}, ["import_headings"]),
        (f"phone,{'x' * 33_000}\n1,2\n", {}, ["import_headings"]),
        ("name\nAda\n", {}, ["import_no_phone"]),
        ("+85261234567,Ada\n", {}, ["import_no_phone"]),
        ("phone,mobile\n1,2\n", {}, ["import_column_twice"]),
        ("phone\n1\n", {"mapping": {"fax": "phone"}}, ["import_mapping"]),
        ("phone,x\n1,2\n", {"mapping": {"x": "is_admin"}}, ["import_mapping"]),
        ("phone,x\n1,2\n", {"mapping": {"x": "attribute.A b"}}, ["import_mapping"]),
        (",".join(["phone", *map(str, range(64))]) + "\n", {}, ["import_columns"]),
        ("phone\n" + "+85261234567\n" * 11, {"limits": Limits(rows=10)}, ["import_too_many_rows"]),
        ("phone\n" + "x" * 200, {"limits": Limits(bytes=100)}, ["import_too_large"]),
        (b"phone\n\x81\xff\xff\x81\x20\xff\x81\x81\n", {}, ["import_encoding"]),
    ],
)
def test_a_file_that_cannot_be_used_says_why(
    content: str | bytes, options: dict[str, object], found: list[str]
) -> None:
    with pytest.raises(Refused) as caught:
        rows(content, **options)
    assert caught.value.codes == found


def test_the_digest_is_that_of_the_bytes() -> None:
    assert opened("phone\n").survey.digest == "f6dbf93e4cef15c96ec111f7bc86c6f001f48fd7257e180667a5889612a2e43e"


def test_the_file_stays_open_for_its_owner() -> None:
    file = io.BytesIO(b"phone\n+85261234567\n")
    list(open_file(file, CUSTOMS))
    assert not file.closed


def peak_of(file: IO[bytes]) -> int:
    tracemalloc.start()
    try:
        sum(1 for _ in open_file(file, CUSTOMS))
        return tracemalloc.get_traced_memory()[1]
    finally:
        tracemalloc.stop()


def test_memory_stays_flat_however_long_the_file() -> None:
    three_megabytes = MadeWhileRead(thousands=42)
    assert peak_of(three_megabytes) < 1_500_000  # type: ignore[arg-type]
