"""What leaves for Meta, and what the phone shows: the same texts, or a clear refusal."""

from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from pydantic import ValidationError

from approvals.reasons import Refused
from messaging.whatsapp.templates.build import build_components, message_body
from messaging.whatsapp.templates.definition import Definition, digest
from messaging.whatsapp.templates.render import Rendered, RenderedButton, RenderedHeader, render
from messaging.whatsapp.templates.values import LocationValue, MediaValue, Values, example_values
from tests.messaging.whatsapp.templates_of_harbour_tea import PLAIN, REMINDER, SPRING, definition, with_body

FOR_IDA = Values(
    body={"first_name": "Ida", "day": "Tuesday"},
    header_media=MediaValue(id="998877", filename="plan.pdf"),
    buttons={0: "t/8f2", 2: "CANCEL_8f2"},
)
FOR_MING = Values(body={"1": "小明", "2": "中環"}, header_text="小明", buttons={0: "SPRING10"})


def refusal(template: Definition, values: Values) -> list[tuple[str, str]]:
    """Codes and fields of the refusal, which building and rendering must agree on."""
    with pytest.raises(Refused) as building:
        build_components(template, values)
    with pytest.raises(Refused) as rendering:
        render(template, values)
    reasons = [(reason.code, reason.field) for reason in building.value.reasons]
    assert reasons == [(reason.code, reason.field) for reason in rendering.value.reasons]
    assert all(str(reason.text) and str(reason.fix) for reason in building.value.reasons)
    return reasons


def test_named_variables_a_document_and_buttons() -> None:
    assert build_components(definition(REMINDER), FOR_IDA) == [
        {"type": "header", "parameters": [{"type": "document", "document": {"id": "998877", "filename": "plan.pdf"}}]},
        {
            "type": "body",
            "parameters": [
                {"type": "text", "parameter_name": "first_name", "text": "Ida"},
                {"type": "text", "parameter_name": "day", "text": "Tuesday"},
            ],
        },
        {"type": "button", "sub_type": "url", "index": "0", "parameters": [{"type": "text", "text": "t/8f2"}]},
        {
            "type": "button",
            "sub_type": "quick_reply",
            "index": "2",
            "parameters": [{"type": "payload", "payload": "CANCEL_8f2"}],
        },
    ]


def test_numbered_variables_a_text_header_and_a_code() -> None:
    assert message_body(definition(SPRING), FOR_MING) == {
        "type": "template",
        "template": {
            "name": "spring_sale",
            "language": {"code": "zh_HK", "policy": "deterministic"},
            "components": [
                {"type": "header", "parameters": [{"type": "text", "text": "小明"}]},
                {"type": "body", "parameters": [{"type": "text", "text": "小明"}, {"type": "text", "text": "中環"}]},
                {
                    "type": "button",
                    "sub_type": "copy_code",
                    "index": "0",
                    "parameters": [{"type": "coupon_code", "coupon_code": "SPRING10"}],
                },
            ],
        },
    }


def test_a_template_that_leaves_nothing_open_sends_no_components() -> None:
    assert message_body(definition(PLAIN), Values()) == {
        "type": "template",
        "template": {"name": "opening_hours", "language": {"code": "en_US", "policy": "deterministic"}},
    }


def test_numbered_parameters_go_by_number_even_in_an_old_template_that_mixes_them() -> None:
    template = with_body(PLAIN, "The {{2}} is for {{1}}, yes {{1}}.", _1="a", _2="b")
    assert build_components(template, Values(body={"2": "tea", "1": "Ida"})) == [
        {"type": "body", "parameters": [{"type": "text", "text": "Ida"}, {"type": "text", "text": "tea"}]}
    ]
    assert render(template, Values(body={"2": "tea", "1": "Ida"})).body == "The tea is for Ida, yes Ida."


def test_a_named_header_and_a_place() -> None:
    named = definition(REMINDER, header={"kind": "text", "text": "For {{first_name}} only", "example": "Robin"})
    values = Values(body=FOR_IDA.body, header_text="Ida", buttons={0: "x"})
    assert build_components(named, values)[0] == {
        "type": "header",
        "parameters": [{"type": "text", "parameter_name": "first_name", "text": "Ida"}],
    }
    place = LocationValue(latitude=22.2819, longitude=114.1589, name="Central")
    assert build_components(definition(PLAIN, header={"kind": "location"}), Values(header_location=place)) == [
        {
            "type": "header",
            "parameters": [
                {"type": "location", "location": {"latitude": 22.2819, "longitude": 114.1589, "name": "Central"}}
            ],
        }
    ]


def test_a_picture_goes_without_a_file_name() -> None:
    picture = definition(PLAIN, header={"kind": "image", "example": "4::x"})
    values = Values(header_media=MediaValue(link="https://tea.example.test/a.png", filename="a.png"))
    assert build_components(picture, values) == [
        {"type": "header", "parameters": [{"type": "image", "image": {"link": "https://tea.example.test/a.png"}}]}
    ]


def test_the_phone_shows_the_reminder() -> None:
    assert render(definition(REMINDER), FOR_IDA) == Rendered(
        header=RenderedHeader("document", media=MediaValue(id="998877", filename="plan.pdf")),
        body="Hello Ida, your tasting at Harbour Tea is on Tuesday at nine o'clock. See you there.",
        footer="Harbour Tea, Central",
        buttons=(
            RenderedButton("url", "Details", "https://tea.example.test/v/t/8f2"),
            RenderedButton("phone", "Call us", "+85221234567"),
            RenderedButton("quick_reply", "Cancel", "CANCEL_8f2"),
        ),
    )


def test_the_phone_shows_the_spring_sale() -> None:
    assert render(definition(SPRING), FOR_MING) == Rendered(
        header=RenderedHeader("text", "小明，春茶到了"),
        body="親愛的 小明，今年的春茶已經到店，憑此優惠碼到 中環 分店選購可享九折優惠。",
        footer="回覆 STOP 取消訂閱",
        buttons=(RenderedButton("copy_code", "Copy offer code", "SPRING10"),),
    )


@pytest.mark.parametrize("template", [REMINDER, SPRING, PLAIN])
def test_the_templates_own_samples_fill_it(template: dict[str, Any]) -> None:
    shown = render(definition(template), example_values(definition(template)))
    assert "{{" not in shown.body
    if template is REMINDER:
        assert shown.buttons[0].target == "https://tea.example.test/v/8f2"


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


def test_a_template_with_a_broken_placeholder_is_never_shown() -> None:
    assert refusal(with_body(PLAIN, "Hello {{1, your tea is here."), Values()) == [("template_broken", "body")]


def test_values_survive_being_kept_as_json() -> None:
    assert Values.model_validate_json(FOR_IDA.model_dump_json()) == FOR_IDA


TEXTS = st.text(alphabet=st.sampled_from(list("ab {}1\n\t🍵茶")), max_size=12)


@settings(max_examples=300, deadline=None, derandomize=True)
@given(TEXTS, TEXTS, TEXTS)
def test_no_placeholder_and_no_overlong_text_is_ever_shown(body: str, first: str, second: str) -> None:
    template = definition(PLAIN, body={"text": f"Hello {body} {{{{1}}}} and {{{{2}}}}."})
    try:
        shown = render(template, Values(body={"1": first, "2": second}))
    except Refused:
        return
    assert "{{" not in shown.body
    assert "}}" not in shown.body
    assert len(shown.body) <= 1024


def test_the_digest_changes_with_everything_a_customer_sees() -> None:
    whole = digest(definition(REMINDER))
    assert whole == digest(Definition.model_validate_json(definition(REMINDER).model_dump_json()))
    changes: list[dict[str, Any]] = [
        {"name": "visit_reminder_2"},
        {"language": "de"},
        {"category": "MARKETING"},
        {"header": None},
        {"body": REMINDER["body"] | {"text": REMINDER["body"]["text"] + " "}},
        {"footer": ""},
        {"buttons": REMINDER["buttons"][:2]},
        {"ttl_seconds": None},
    ]
    assert len({whole, *(digest(definition(REMINDER, **change)) for change in changes)}) == 9
    assert len(whole) == 64
