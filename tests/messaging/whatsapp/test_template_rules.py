"""Templates that Meta would refuse or read differently: each rule with a template that breaks it and nothing else."""

from typing import Any

import pytest

from messaging.whatsapp.templates.rules import check, errors_of
from tests.messaging.whatsapp.template_findings import added, found, quick
from tests.messaging.whatsapp.templates_of_harbour_tea import PLAIN, REMINDER, SPRING, definition, with_body


@pytest.mark.parametrize("template", [REMINDER, SPRING, PLAIN], ids=["reminder", "spring", "plain"])
def test_good_templates_have_no_errors(template: dict[str, Any]) -> None:
    assert errors_of(check(definition(template))) == []


@pytest.mark.parametrize(
    ("name", "code"),
    [
        ("Visit", "name_format"),
        ("visit-reminder", "name_format"),
        ("visit reminder", "name_format"),
        ("", "name_format"),
        ("提醒", "name_format"),
        ("visit\n", "name_format"),
        ("x" * 513, "name_too_long"),
    ],
)
def test_a_name_is_small_letters_digits_and_underscores(name: str, code: str) -> None:
    assert added(definition(PLAIN, name=name), PLAIN) == {(code, "name", "error")}


@pytest.mark.parametrize("language", ["zh-HK", "zh_hk", "EN", "english", "", "en_US "])
def test_a_language_code_is_written_as_meta_writes_it(language: str) -> None:
    assert added(definition(PLAIN, language=language), PLAIN) == {("language_format", "language", "error")}


def test_a_language_that_is_not_in_the_table_is_a_risk() -> None:
    assert added(definition(PLAIN, language="eo"), PLAIN) == {("language_unlisted", "language", "risk")}


def test_authentication_texts_are_metas_own() -> None:
    assert added(definition(PLAIN, category="AUTHENTICATION"), PLAIN) == {
        ("category_authentication", "category", "error")
    }


@pytest.mark.parametrize(
    ("template", "seconds", "expected"),
    [
        (PLAIN, 29, {("ttl_range", "ttl_seconds", "error")}),
        (PLAIN, 43_201, {("ttl_range", "ttl_seconds", "error")}),
        (PLAIN, 30, set()),
        (PLAIN, -1, set()),
        (SPRING, -1, {("ttl_range", "ttl_seconds", "error")}),
        (SPRING, 43_199, {("ttl_range", "ttl_seconds", "error")}),
        (SPRING, 43_200, {("ttl_ignored", "ttl_seconds", "risk")}),
    ],
)
def test_the_delivery_time_has_a_range_for_each_category(template: Any, seconds: int, expected: Any) -> None:
    assert added(definition(template, ttl_seconds=seconds), template) == expected


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("", {("text_missing", "body", "error")}),
        ("   ", {("text_missing", "body", "error")}),
        ("tea " * 256, set()),
        ("tea " * 256 + "!", {("text_too_long", "body", "error")}),
        ("🍵" * 513, {("text_too_long", "body", "error")}),  # each emoji counts two
        ("Tea.\n\n\nMore tea.", {("blank_lines", "body", "risk")}),
        ("Tea for {1} and more.", {("single_braces", "body", "risk")}),
        ("Tea for {{1} and more.", {("variable_braces", "body", "error")}),
        ("Tea for 1}} and more.", {("variable_braces", "body", "error")}),
        ("Tea for { and more.", {("variable_braces", "body", "error")}),
    ],
)
def test_the_body_alone(text: str, expected: Any) -> None:
    assert added(with_body(PLAIN, text), PLAIN) == expected


WORDS = "and this is a text that is long enough for all of them"


@pytest.mark.parametrize(
    ("text", "code", "severity"),
    [
        (f"Tea for {{{{2}}}} {WORDS}.", "variable_sequence", "error"),
        (f"Tea for {{{{2}}}} or {{{{1}}}} {WORDS}.", "variable_sequence", "error"),
        (f"Tea for {{{{1}}}} or {{{{1}}}} {WORDS}.", "variable_repeated", "error"),
        (f"Tea for {{{{1}}}}{{{{2}}}} {WORDS}.", "variables_touch", "error"),
        (f"Tea for {{{{1}}}} {{{{2}}}} {WORDS}.", "variables_close", "risk"),
        (f"{{{{1}}}} has tea {WORDS}.", "variable_at_edge", "error"),
        (f"Tea {WORDS} for {{{{1}}}}", "variable_at_edge", "error"),
        (f"Tea {WORDS} for {{{{1}}}}\n", "variable_at_edge", "error"),
        ("Tea {{1}}, {{2}}.", "too_many_variables", "risk"),
        (f"Tea for {{{{01}}}} {WORDS}.", "variable_format", "error"),
        (f"Tea for {{{{name}}}} {WORDS}.", "variable_format", "error"),
        (f"Tea for {{{{#1}}}} {WORDS}.", "variable_format", "error"),
        (f"Tea for {{{{}}}} {WORDS}.", "variable_format", "error"),
    ],
)
def test_numbered_variables(text: str, code: str, severity: str) -> None:
    samples = {"_1": "Robin", "_2": "Kim", "_01": "x", "name": "x"}
    assert (code, "body", severity) in found(with_body(PLAIN, text, **samples))


@pytest.mark.parametrize("name", ["First", "first name", "first-name", "1", "name$", "n%", "vörname"])
def test_named_variables_are_small_letters_and_underscores(name: str) -> None:
    template = with_body(REMINDER, f"Hello {{{{{name}}}}}, your tasting is tomorrow at nine.")
    assert ("variable_format", "body", "error") in found(template)


def test_a_variable_without_sample_is_an_error_and_a_sample_without_variable_a_risk() -> None:
    text = "Hello {{1}}, your tasting is tomorrow at nine."
    assert ("example_missing", "body", "error") in found(with_body(PLAIN, text))
    assert ("example_missing", "body", "error") in found(with_body(PLAIN, text, _1="  "))
    assert ("example_format", "body", "error") in found(with_body(PLAIN, text, _1="Robin\nKim"))
    assert found(with_body(PLAIN, text, _1="Robin", _2="Kim")) == {("example_unused", "body", "risk")}


def test_chinese_counts_words_without_spaces() -> None:
    assert found(with_body(PLAIN, "你好 {{1}}，您的預約已經確認好了。", _1="小明")) == set()
    assert found(with_body(PLAIN, "你好 {{1}}。", _1="小明")) == {("too_many_variables", "body", "risk")}


@pytest.mark.parametrize(
    ("header", "code", "severity"),
    [
        ({"kind": "text", "text": ""}, "text_missing", "error"),
        ({"kind": "text", "text": "x" * 61}, "text_too_long", "error"),
        ({"kind": "text", "text": "For {{1}} and {{2}} only", "example": "x"}, "header_variables", "error"),
        ({"kind": "text", "text": "New\ntea"}, "header_line_break", "error"),
        ({"kind": "text", "text": "*New* tea"}, "header_formatting", "error"),
        ({"kind": "text", "text": "_New_ tea"}, "header_formatting", "error"),
        ({"kind": "text", "text": "New tea 🍵"}, "header_emoji", "risk"),
        ({"kind": "text", "text": "Tea for {{1}} today"}, "example_missing", "error"),
        ({"kind": "text", "text": "Tea today", "example": "Ida"}, "example_unused", "risk"),
        ({"kind": "text", "text": "Tea for {{1}}", "example": "Robin"}, "variable_at_edge", "risk"),
        ({"kind": "text", "text": "Tea for {{1} today"}, "variable_braces", "error"),
        ({"kind": "image"}, "header_sample_missing", "error"),
        ({"kind": "video", "example": " "}, "header_sample_missing", "error"),
    ],
)
def test_headers(header: dict[str, str], code: str, severity: str) -> None:
    assert (code, "header", severity) in found(definition(PLAIN, header=header))


def test_a_place_needs_no_sample_and_a_snake_name_is_no_formatting() -> None:
    assert found(definition(PLAIN, header={"kind": "location"})) == set()
    assert found(definition(PLAIN, header={"kind": "text", "text": "Order no_12 is here"})) == set()


@pytest.mark.parametrize(
    ("footer", "code"),
    [
        ("x" * 61, "text_too_long"),
        ("For {{1}}", "footer_variable"),
        ("For 1}}", "footer_variable"),
        ("One\ntwo", "footer_line_break"),
    ],
)
def test_footers(footer: str, code: str) -> None:
    assert found(definition(PLAIN, footer=footer)) == {(code, "footer", "error")}


def test_all_findings_come_at_once() -> None:
    template = definition(
        PLAIN, name="Bad Name", language="zh-hk", body={"text": "{{2}}"}, footer="x" * 61, buttons=[quick("")]
    )
    assert {finding.where for finding in check(template)} == {"name", "language", "body", "footer", "buttons.0"}


def test_every_finding_says_what_to_do() -> None:
    for template in (definition(PLAIN, name="X", footer="{{"), with_body(SPRING, "{{2}}{{1}}")):
        for finding in check(template):
            assert str(finding.text)
            assert str(finding.fix).endswith(".")
