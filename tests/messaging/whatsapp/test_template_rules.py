"""Templates that Meta would refuse or read differently: each rule with a template that breaks it and nothing else."""

from typing import Any

import pytest

from messaging.whatsapp.templates.definition import Definition
from messaging.whatsapp.templates.rules import Severity, check, errors_of
from tests.messaging.whatsapp.templates_of_harbour_tea import PLAIN, REMINDER, SPRING, definition, with_body

LONG_HOST = "https://tea.example.test/"


def found(template: Definition) -> set[tuple[str, str, str]]:
    return {(finding.code, finding.where, finding.severity.value) for finding in check(template)}


def added(template: Definition, to: dict[str, Any]) -> set[tuple[str, str, str]]:
    """What the change brought about, beyond what the whole template had."""
    return found(template) - found(definition(to))


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


def quick(label: str) -> dict[str, str]:
    return {"kind": "quick_reply", "label": label}


def url(label: str = "Open", address: str = "https://tea.example.test/v/1", example: str = "") -> dict[str, str]:
    return {"kind": "url", "label": label, "url": address, "example": example}


def phone(number: str = "+85221234567", label: str = "Call") -> dict[str, str]:
    return {"kind": "phone", "label": label, "phone_number": number}


CODE = {"kind": "copy_code", "example": "SPRING10"}


@pytest.mark.parametrize(
    ("buttons", "expected"),
    [
        ([quick(str(n)) for n in range(11)], {("buttons_too_many", "error"), ("buttons_hidden", "risk")}),
        ([quick(str(n)) for n in range(4)], {("buttons_hidden", "risk")}),
        ([quick(str(n)) for n in range(3)], set()),
        ([url("a"), url("b"), url("c")], {("buttons_url", "error")}),
        ([url("a"), url("b")], set()),
        ([phone(), phone(label="Ring")], {("buttons_phone", "error")}),
        ([CODE, CODE], {("buttons_copy_code", "error")}),
        ([quick("a"), url(), quick("b")], {("buttons_order", "error"), ("buttons_not_on_desktop", "risk")}),
        ([url("a"), quick("b"), phone()], {("buttons_order", "error"), ("buttons_not_on_desktop", "risk")}),
        ([quick("a"), quick("b"), url()], {("buttons_not_on_desktop", "risk")}),
        ([url(), phone(), quick("a")], {("buttons_not_on_desktop", "risk")}),
    ],
)
def test_numbers_and_order_of_buttons(buttons: list[Any], expected: Any) -> None:
    template = definition(SPRING, buttons=buttons)
    assert {(code, severity) for code, where, severity in found(template) if where == "buttons"} == expected


@pytest.mark.parametrize(
    ("button", "code", "severity"),
    [
        (quick(""), "label_missing", "error"),
        (quick("x" * 26), "label_too_long", "error"),
        (quick("See {{1}}"), "label_format", "error"),
        (quick("See\nmore"), "label_format", "error"),
        (url(address="tea.example.test"), "url_format", "error"),
        (url(address="ftp://tea.example.test/"), "url_format", "error"),
        (url(address="javascript:alert(1)"), "url_format", "error"),
        (url(address="https://"), "url_format", "error"),
        (url(address="https://[bad"), "url_format", "error"),
        (url(address="https://tea@evil.example.test/"), "url_format", "error"),
        (url(address="https://tea.example.test/a b"), "url_format", "error"),
        (url(address=LONG_HOST + "x" * 2000), "url_too_long", "error"),
        (url(address="http://tea.example.test/"), "url_insecure", "risk"),
        (url(address="https://bit.ly/x"), "url_shortened", "risk"),
        (url(address="https://wa.me/85221234567"), "url_shortened", "risk"),
        (url(address=LONG_HOST + "{{1}}/x", example=LONG_HOST + "a/x"), "url_variable", "error"),
        (url(address=LONG_HOST + "{{2}}", example=LONG_HOST + "a"), "url_variable", "error"),
        (url(address=LONG_HOST + "{{name}}", example=LONG_HOST + "a"), "url_variable", "error"),
        (url(address=LONG_HOST + "{{1}}{{2}}", example=LONG_HOST + "a"), "url_variable", "error"),
        (
            url(address="https://tea.example.test{{1}}", example="https://tea.example.test/a"),
            "url_variable_in_site",
            "error",
        ),
        (url(address=LONG_HOST + "{{1}}"), "example_missing", "error"),
        (url(address=LONG_HOST + "{{1}}", example="a"), "example_missing", "error"),
        (url(address=LONG_HOST + "{{1}}", example=LONG_HOST), "example_missing", "error"),
        (url(address=LONG_HOST + "{{1"), "variable_braces", "error"),
        (phone("85221234567"), "phone_format", "error"),
        (phone("+852 2123 4567"), "phone_format", "error"),
        (phone("+" + "1" * 20), "phone_format", "error"),
        ({"kind": "copy_code", "example": ""}, "code_format", "error"),
        ({"kind": "copy_code", "example": "SPRING-10"}, "code_format", "error"),
        ({"kind": "copy_code", "example": "X" * 21}, "code_format", "error"),
        ({"kind": "copy_code", "example": "X" * 16}, "code_long", "risk"),
    ],
)
def test_one_button(button: dict[str, str], code: str, severity: str) -> None:
    assert (code, "buttons.0", severity) in found(definition(SPRING, buttons=[button]))


def test_two_buttons_of_one_label_cannot_be_told_apart() -> None:
    codes = found(definition(SPRING, buttons=[quick("Yes"), quick("Yes")]))
    assert {("label_repeated", "buttons.0", "error"), ("label_repeated", "buttons.1", "error")} <= codes


def test_a_code_to_copy_is_marketing() -> None:
    assert ("code_not_marketing", "buttons.0", "risk") in found(definition(PLAIN, buttons=[CODE]))


@pytest.mark.parametrize(
    "text",
    [
        "Shop now for 20% off all teas.",
        "Ｓａｌｅ until Sunday at our shop.",
        "您好，本店限時優惠，歡迎光臨。",
        "本店特价，欢迎光临。",
        "Don’t miss our tea.",
    ],
)
def test_promotion_in_a_utility_template_is_a_risk(text: str) -> None:
    assert ("promotional_words", "body", "risk") in found(with_body(PLAIN, text))
    marketing = found(with_body(SPRING, text))
    assert "promotional_words" not in {code for code, _where, _severity in marketing}


@pytest.mark.parametrize(
    "text", ["Your wholesale order is ready.", "The officers have left.", "Ideally we meet at nine."]
)
def test_a_word_within_a_word_is_no_promotion(text: str) -> None:
    assert found(with_body(PLAIN, text)) == set()


@pytest.mark.parametrize(
    ("text", "code"),
    [
        ("Our tea is 100% guaranteed to help.", "claim_guarantee"),
        ("本產品百分百有效，請放心。", "claim_guarantee"),
        ("Invest in tea for guaranteed returns today.", "claim_returns"),
        ("投资茶叶，稳赚不赔，欢迎加入。", "claim_returns"),
        ("This tea cures the common cold.", "claim_health"),
        ("此茶根治失眠，無副作用。", "claim_health"),
        ("We are the world's best tea house.", "claim_superlative"),
        ("全港第一的茶莊。", "claim_superlative"),
        ("Please reply with your card number.", "asks_for_secrets"),
        ("請回覆您的信用卡號。", "asks_for_secrets"),
        ("Pay now or we take legal action.", "threat"),
        ("逾期將採取法律行動。", "threat"),
        ("Your casino night is tomorrow.", "restricted_goods"),
        ("本週六博彩之夜。", "restricted_goods"),
    ],
)
def test_claims_are_found_in_both_languages_and_every_category(text: str, code: str) -> None:
    for template in (PLAIN, SPRING):
        assert (code, "body", "risk") in found(with_body(template, text))


def test_the_words_found_are_named() -> None:
    (finding,) = check(with_body(PLAIN, "Buy now: discount on all discount teas."))
    assert str(finding.text).endswith("charge it so: buy now, discount")
    assert finding.as_dict()["severity"] == Severity.RISK


def test_risky_words_are_found_in_header_footer_and_buttons() -> None:
    template = definition(
        PLAIN, header={"kind": "text", "text": "Discount"}, footer="Special price", buttons=[quick("Buy now")]
    )
    places = {where for code, where, _severity in found(template) if code == "promotional_words"}
    assert places == {"header", "footer", "buttons.0"}


@pytest.mark.parametrize("footer", ["Reply STOP to opt out", "回覆退訂以取消", "Unsubscribe any time"])
def test_marketing_says_how_to_stop(footer: str) -> None:
    assert ("no_opt_out", "footer", "risk") in found(definition(SPRING, footer=""))
    assert ("no_opt_out", "footer", "risk") not in found(definition(SPRING, footer=footer))
    assert ("no_opt_out", "footer", "risk") not in found(definition(SPRING, footer="", buttons=[quick(footer[:25])]))


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
