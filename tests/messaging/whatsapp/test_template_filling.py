"""What leaves for Meta, and what the phone shows: the same texts, or a clear refusal."""

from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from approvals.reasons import Refused
from messaging.whatsapp.templates.build import build_components, message_body
from messaging.whatsapp.templates.definition import Definition, digest
from messaging.whatsapp.templates.render import Rendered, RenderedButton, RenderedHeader, render
from messaging.whatsapp.templates.values import LocationValue, MediaValue, Values, example_values
from tests.messaging.whatsapp.template_values import FOR_IDA, FOR_MING, refusal
from tests.messaging.whatsapp.templates_of_harbour_tea import PLAIN, REMINDER, SPRING, definition, with_body


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
