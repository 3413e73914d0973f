"""Buttons that Meta would refuse: how many, in which order, of which kind."""

from typing import Any

import pytest

from tests.messaging.whatsapp.template_findings import found, quick
from tests.messaging.whatsapp.templates_of_harbour_tea import PLAIN, SPRING, definition

LONG_HOST = "https://tea.example.test/"


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
