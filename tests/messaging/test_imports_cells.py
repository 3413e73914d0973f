"""What each cell of a contact file means, and what it does not."""

from datetime import UTC, datetime

import pytest

from tests.messaging.contact_files import HONG_KONG, codes, only, rows


@pytest.mark.parametrize(
    "cell", ["'+85261234567", "=+85261234567", '"=""+85261234567"""', "'=+85261234567", "@+85261234567"]
)
def test_what_keeps_a_spreadsheet_from_computing_is_taken_off_a_phone(cell: str) -> None:
    assert only(f"{cell},form,2026-01-05,,,,").phone == "+85261234567"


def test_an_apostrophe_before_a_formula_is_taken_off_text() -> None:
    assert only("+85261234567,form,2026-01-05,,,,'=1+1").name == "=1+1"
    assert only("+85261234567,form,2026-01-05,,,,O'Neill").name == "O'Neill"


@pytest.mark.parametrize(
    ("cell", "name"),
    [
        ("Mei\u202e Chan", "Mei Chan"),
        ("\u2066Mei\u2069", "Mei"),
        ("Mei\x07Chan\x1b", "Mei Chan"),
        ("\u200b\u2060", ""),
        ("👩‍👧", "👩‍👧"),
        ("שלום", "שלום"),
    ],
)
def test_what_cannot_be_seen_is_taken_out_of_a_name(cell: str, name: str) -> None:
    row = only(f"+85261234567,form,2026-01-05,,{cell},,{cell}")
    assert (row.name, "".join(row.tags)) == (name, name)


def test_a_national_number_is_read_in_the_country_of_its_row() -> None:
    assert rows("phone,country\n07911123456,gb\n")[0].phone == "+447911123456"


def test_a_paid_line_is_nobody() -> None:
    row = only("+852 900 1234 5678,form,2026-01-05,,,,")
    assert row.phone == ""
    assert codes(row)[0] in ("phone_not_personal", "phone_not_valid")
    assert codes(only("+44 9012345678,form,2026-01-05,,,,")) == ["phone_not_personal"]


@pytest.mark.parametrize(
    ("cell", "expected"),
    [
        ("2026-01-05", datetime(2026, 1, 5, tzinfo=HONG_KONG)),
        ("2026-01-05 18:30", datetime(2026, 1, 5, 18, 30, tzinfo=HONG_KONG)),
        ("2026-01-05T18:30:15Z", datetime(2026, 1, 5, 18, 30, 15, tzinfo=UTC)),
        ("2026-01-05T18:30:15+08:00", datetime(2026, 1, 5, 18, 30, 15, tzinfo=HONG_KONG)),
        ("2026/1/5", datetime(2026, 1, 5, tzinfo=HONG_KONG)),
        ("2026年1月5日", datetime(2026, 1, 5, tzinfo=HONG_KONG)),
        ("2026/1/5 9:05", datetime(2026, 1, 5, 9, 5, tzinfo=HONG_KONG)),
    ],
)
def test_a_consent_date_is_read_where_it_is_certain(cell: str, expected: datetime) -> None:
    assert only(f"+85261234567,form,{cell},,,,").consent_at == expected


@pytest.mark.parametrize(
    ("cell", "code"),
    [
        ("", "consent_at_missing"),
        ("03/04/2026", "consent_at_unclear"),
        ("last spring", "consent_at_unclear"),
        ("2026-02-30", "consent_at_unclear"),
        ("0001-01-01", "consent_at_unclear"),
        ("46027", "consent_at_unclear"),
        ("2026-03-03", "consent_at_future"),
    ],
)
def test_a_consent_date_that_is_not_certain_is_none(cell: str, code: str) -> None:
    row = only(f"+85261234567,form,{cell},,,,")
    assert row.consent_at is None
    assert codes(row) == [code]


@pytest.mark.parametrize(
    ("cell", "code"),
    [
        ("", "consent_source_missing"),
        ("yes", "consent_source_untraceable"),
        ("N/A", "consent_source_untraceable"),
        ("???", "consent_source_untraceable"),
        ("不明", "consent_source_untraceable"),
    ],
)
def test_a_consent_source_must_be_traceable(cell: str, code: str) -> None:
    row = only(f"+85261234567,{cell},2026-01-05,,,,")
    assert row.consent_source == ""
    assert codes(row) == [code]


@pytest.mark.parametrize(
    ("cell", "opted_out", "problems"),
    [
        ("", False, []),
        ("no", False, []),
        ("0", False, []),
        ("否", False, []),
        ("yes", True, []),
        ("TRUE", True, []),
        ("已退訂", True, []),
        ("Opted out", True, []),
        ("maybe", True, ["opt_out_unclear"]),
        ("2025-12-01", True, ["opt_out_unclear"]),
    ],
)
def test_what_is_not_clearly_a_no_counts_as_an_opt_out(cell: str, opted_out: bool, problems: list[str]) -> None:
    row = only(f"+85261234567,form,2026-01-05,{cell},,,")
    assert (row.opt_out, codes(row)) == (opted_out, problems)


@pytest.mark.parametrize(
    ("cell", "language"),
    [
        ("English", "en"),
        ("zh-TW", "zh_Hant"),
        ("zh_hans", "zh_Hans"),
        ("简体中文", "zh_Hans"),
        ("pt-br", "pt_BR"),
        ("", ""),
    ],
)
def test_languages_have_one_spelling(cell: str, language: str) -> None:
    assert only(f"+85261234567,form,2026-01-05,,,{cell},").language == language


def test_what_is_too_long_is_cut_or_left_out_and_said() -> None:
    row = only(f"+85261234567,{'s' * 130},2026-01-05,,{'t' * 61};ok,Klingon!,{'n' * 300}")
    assert (len(row.consent_source), row.tags, row.language, len(row.name)) == (120, ("ok",), "", 200)
    assert sorted(codes(row)) == ["language_unknown", "name_too_long", "source_too_long", "tag_too_long"]


def test_a_problem_names_its_column_as_the_file_does() -> None:
    (row,) = rows("電話,同意來源,同意日期\n123,表格,2026-01-05\n")
    assert row.problems[0].as_dict() == {
        "code": "phone_too_short",
        "column": "電話",
        "text": "The phone number is too short.",
        "fix": "Write the whole number with its area code.",
    }
