"""Values that do not fit a template are refused by name, all at once, before anything is sent or shown."""

from typing import Any

import pytest
from pydantic import ValidationError

from messaging.whatsapp.templates.build import build_components
from messaging.whatsapp.templates.render import render
from messaging.whatsapp.templates.values import LocationValue, MediaValue, Values
from tests.messaging.whatsapp.template_values import FOR_IDA, FOR_MING, refusal
from tests.messaging.whatsapp.templates_of_harbour_tea import PLAIN, REMINDER, SPRING, definition, with_body


@pytest.mark.parametrize(
    ("value", "code"),
    [
        ("", "value_empty"),
        ("  ", "value_empty"),
        ("\u3000", "value_empty"),
        ("Ida\nLam", "value_line_break"),
        ("Ida\r", "value_line_break"),
        ("Ida\u2028Lam", "value_line_break"),
        ("Ida\tLam", "value_tab"),
        ("Ida    Lam", "value_spaces"),
        ("{{first_name}}", "value_placeholder"),
        ("Ida }}", "value_placeholder"),
        ("Ida\x00", "value_unprintable"),
        ("Ida\x07", "value_unprintable"),
    ],
)
def test_a_value_that_meta_or_a_reader_would_stumble_over_is_refused(value: str, code: str) -> None:
    values = FOR_IDA.model_copy(update={"body": {"first_name": value, "day": "Tuesday"}})
    assert refusal(definition(REMINDER), values) == [(code, "body.first_name")]
    header = Values(body=FOR_MING.body, header_text=value, buttons=FOR_MING.buttons)
    assert refusal(definition(SPRING), header) == [(code, "header_text")]


@pytest.mark.parametrize("value", ["Ida   Lam", "O'Hara & Söhne", "小明 🍵", "{x}", "x" * 900])
def test_ordinary_values_pass(value: str) -> None:
    values = FOR_IDA.model_copy(update={"body": {"first_name": value, "day": "Tuesday"}})
    assert value in render(definition(REMINDER), values).body


def test_everything_that_is_missing_is_said_at_once() -> None:
    assert refusal(definition(REMINDER), Values(body={"first_name": ""})) == [
        ("value_missing", "header_media"),
        ("value_empty", "body.first_name"),
        ("value_missing", "body.day"),
        ("value_missing", "buttons.0"),
    ]
    assert refusal(definition(SPRING), Values()) == [
        ("value_empty", "header_text"),
        ("value_missing", "body.1"),
        ("value_missing", "body.2"),
        ("value_missing", "buttons.0"),
    ]


def test_a_value_without_a_place_is_a_mistake_and_not_ignored() -> None:
    too_many = Values(
        body={"firstname": "Ida"},
        header_text="x",
        header_media=MediaValue(id="1"),
        header_location=LocationValue(latitude=0, longitude=0),
        buttons={0: "x", -1: "y"},
    )
    assert refusal(definition(PLAIN), too_many) == [
        ("value_unknown", "header_text"),
        ("value_unknown", "header_media"),
        ("value_unknown", "header_location"),
        ("value_unknown", "body.firstname"),
        ("value_unknown", "buttons.0"),
        ("value_unknown", "buttons.-1"),
    ]


def test_a_phone_button_and_a_fixed_address_take_no_value() -> None:
    fixed = {"kind": "url", "label": "Open", "url": "https://tea.example.test/"}
    template = definition(PLAIN, buttons=[fixed, {"kind": "phone", "label": "Call", "phone_number": "+85221234567"}])
    assert refusal(template, Values(buttons={0: "x", 1: "y"})) == [
        ("value_unknown", "buttons.0"),
        ("value_unknown", "buttons.1"),
    ]
    assert build_components(template, Values()) == []


@pytest.mark.parametrize("name_length", [951, 952])
def test_a_text_that_is_too_long_once_filled_in(name_length: int) -> None:
    template = with_body(PLAIN, f"Hello {{{{1}}}}, {'tea ' * 16}.", _1="Robin")
    values = Values(body={"1": "x" * name_length})
    if name_length == 951:  # 6 + 951 + 2 + 64 + 1 = 1,024
        assert len(render(template, values).body) == 1024
    else:
        assert refusal(template, values) == [("text_too_long", "body")]


def test_a_header_that_is_too_long_once_filled_in() -> None:
    values = Values(body=FOR_MING.body, header_text="明" * 56, buttons=FOR_MING.buttons)
    assert refusal(definition(SPRING), values) == [("text_too_long", "header")]


@pytest.mark.parametrize("ending", ["", " ", "a b", "a\nb", "茶", "{{1}}", "a\\b", '"><script>'])
def test_an_ending_that_is_no_part_of_an_address_is_refused(ending: str) -> None:
    values = FOR_IDA.model_copy(update={"buttons": {0: ending}})
    assert refusal(definition(REMINDER), values) == [("url_ending", "buttons.0")]


def test_an_address_that_is_too_long_is_refused() -> None:
    values = FOR_IDA.model_copy(update={"buttons": {0: "x" * 1974}})
    assert refusal(definition(REMINDER), values) == [("text_too_long", "buttons.0")]


@pytest.mark.parametrize("ending", [".evil.example.test/", "@evil.example.test", ":80@evil.example.test/"])
def test_an_ending_cannot_lead_to_another_site(ending: str) -> None:
    button = {
        "kind": "url",
        "label": "Open",
        "url": "https://tea.example.test{{1}}",
        "example": "https://tea.example.test/a",
    }
    assert refusal(definition(PLAIN, buttons=[button]), Values(buttons={0: ending})) == [
        ("url_host_changed", "buttons.0")
    ]


@pytest.mark.parametrize("code", ["", "SPRING-10", "春", "X" * 21, "A B"])
def test_a_code_is_letters_and_digits(code: str) -> None:
    values = FOR_MING.model_copy(update={"buttons": {0: code}})
    assert refusal(definition(SPRING), values) == [("code_format", "buttons.0")]


@pytest.mark.parametrize("payload", ["", "x" * 129, "a\x00"])
def test_what_a_quick_reply_answers_with_is_short(payload: str) -> None:
    values = FOR_IDA.model_copy(update={"buttons": {0: "x", 2: payload}})
    assert refusal(definition(REMINDER), values) == [("payload_format", "buttons.2")]


def test_a_file_comes_over_an_encrypted_link() -> None:
    values = FOR_IDA.model_copy(update={"header_media": MediaValue(link="http://tea.example.test/plan.pdf")})
    assert refusal(definition(REMINDER), values) == [("link_insecure", "header_media")]


@pytest.mark.parametrize(
    "media",
    [{}, {"id": "1", "link": "https://x.example.test"}, {"id": "x" * 256}, {"filename": "a"}, {"id": "1", "x": 1}],
)
def test_a_file_has_one_source(media: dict[str, Any]) -> None:
    with pytest.raises(ValidationError):
        MediaValue.model_validate(media)


@pytest.mark.parametrize(
    "place", [{"latitude": 91}, {"longitude": -181}, {"latitude": float("nan")}, {"latitude": "x"}]
)
def test_a_place_is_on_earth(place: dict[str, Any]) -> None:
    with pytest.raises(ValidationError):
        LocationValue.model_validate({"latitude": 0, "longitude": 0} | place)
