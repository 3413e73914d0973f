"""Templates in Meta's JSON, there and back."""

from typing import Any

import pytest

from messaging.whatsapp.templates.definition import Definition
from messaging.whatsapp.templates.meta import NotOurs, from_meta, to_meta, to_meta_edit
from tests.messaging.whatsapp.templates_of_harbour_tea import PLAIN, REMINDER, SPRING, definition

REMINDER_AT_META: dict[str, Any] = {
    "name": "visit_reminder",
    "language": "en",
    "category": "UTILITY",
    "parameter_format": "NAMED",
    "message_send_ttl_seconds": 3600,
    "components": [
        {"type": "HEADER", "format": "DOCUMENT", "example": {"header_handle": ["4::aW1hZ2U="]}},
        {
            "type": "BODY",
            "text": "Hello {{first_name}}, your tasting at Harbour Tea is on {{day}} at nine o'clock. See you there.",
            "example": {
                "body_text_named_params": [
                    {"param_name": "first_name", "example": "Robin"},
                    {"param_name": "day", "example": "Monday"},
                ]
            },
        },
        {"type": "FOOTER", "text": "Harbour Tea, Central"},
        {
            "type": "BUTTONS",
            "buttons": [
                {
                    "type": "URL",
                    "text": "Details",
                    "url": "https://tea.example.test/v/{{1}}",
                    "example": ["https://tea.example.test/v/8f2"],
                },
                {"type": "PHONE_NUMBER", "text": "Call us", "phone_number": "+85221234567"},
                {"type": "QUICK_REPLY", "text": "Cancel"},
            ],
        },
    ],
}
SPRING_AT_META: dict[str, Any] = {
    "name": "spring_sale",
    "language": "zh_HK",
    "category": "MARKETING",
    "parameter_format": "POSITIONAL",
    "components": [
        {"type": "HEADER", "format": "TEXT", "text": "{{1}}，春茶到了", "example": {"header_text": ["小明"]}},
        {
            "type": "BODY",
            "text": "親愛的 {{1}}，今年的春茶已經到店，憑此優惠碼到 {{2}} 分店選購可享九折優惠。",
            "example": {"body_text": [["小明", "中環"]]},
        },
        {"type": "FOOTER", "text": "回覆 STOP 取消訂閱"},
        {"type": "BUTTONS", "buttons": [{"type": "COPY_CODE", "example": "SPRING10"}]},
    ],
}


@pytest.mark.parametrize(("ours", "metas"), [(REMINDER, REMINDER_AT_META), (SPRING, SPRING_AT_META)])
def test_a_template_is_written_in_metas_way_and_read_again(ours: dict[str, Any], metas: dict[str, Any]) -> None:
    assert to_meta(definition(ours)) == metas
    assert from_meta(metas) == definition(ours)


def test_a_plain_template_has_a_body_only() -> None:
    assert to_meta(definition(PLAIN))["components"] == [
        {"type": "BODY", "text": "We open at nine tomorrow because of the typhoon signal."}
    ]


def test_a_freshly_uploaded_sample_takes_the_place_of_the_old_one() -> None:
    assert to_meta(definition(REMINDER), "4::new")["components"][0]["example"] == {"header_handle": ["4::new"]}


def test_a_named_header_and_a_place() -> None:
    named = definition(REMINDER, header={"kind": "text", "text": "For {{first_name}} only", "example": "Robin"})
    assert to_meta(named)["components"][0]["example"] == {
        "header_text_named_params": [{"param_name": "first_name", "example": "Robin"}]
    }
    assert from_meta(to_meta(named)) == named
    place = definition(PLAIN, header={"kind": "location"})
    assert to_meta(place)["components"][0] == {"type": "HEADER", "format": "LOCATION"}
    assert from_meta(to_meta(place)) == place


def test_an_approved_template_keeps_its_category_when_it_is_edited() -> None:
    assert set(to_meta_edit(definition(REMINDER), approved=True)) == {"components", "message_send_ttl_seconds"}
    assert to_meta_edit(definition(PLAIN), approved=False)["category"] == "UTILITY"


def test_metas_other_spellings_are_read() -> None:
    node = {
        "id": "1",
        "name": "opening_hours",
        "language": "en_US",
        "category": "utility",
        "parameter_format": None,
        "components": [
            {"type": "body", "text": "We open at {{1}} tomorrow.", "example": {"body_text": ["nine"]}},
            {"type": "buttons", "buttons": [{"type": "COPY_CODE", "text": "Copy offer code", "example": ["SPRING10"]}]},
        ],
    }
    read = from_meta(node)
    assert (read.category, read.style, read.body.examples) == ("UTILITY", "POSITIONAL", {"1": "nine"})
    assert read.buttons[0].model_dump() == {"kind": "copy_code", "example": "SPRING10"}


@pytest.mark.parametrize(
    "change",
    [
        {"components": [{"type": "BODY", "text": "x"}, {"type": "CAROUSEL", "cards": []}]},
        {"components": [{"type": "BODY", "text": "x"}, {"type": "BUTTONS", "buttons": [{"type": "OTP"}]}]},
        {"components": [{"type": "BODY", "text": "x"}, {"type": "HEADER", "format": "GIF"}]},
        {"name": None},
        {"category": "TRANSACTIONAL"},
        {"parameter_format": "CURLY"},
    ],
)
def test_a_template_we_cannot_write_is_said_to_be_one(change: dict[str, Any]) -> None:
    with pytest.raises(NotOurs):
        from_meta(REMINDER_AT_META | change)


def test_a_definition_has_no_unknown_parts() -> None:
    with pytest.raises(ValueError, match="subtitle"):
        Definition.model_validate(PLAIN | {"subtitle": "x"})
