"""The templates of Harbour Tea that the tests fill, break and send."""

from typing import Any

from messaging.whatsapp.templates.definition import Definition

REMINDER: dict[str, Any] = {
    "name": "visit_reminder",
    "language": "en",
    "category": "UTILITY",
    "style": "NAMED",
    "header": {"kind": "document", "example": "4::aW1hZ2U="},
    "body": {
        "text": "Hello {{first_name}}, your tasting at Harbour Tea is on {{day}} at nine o'clock. See you there.",
        "examples": {"first_name": "Robin", "day": "Monday"},
    },
    "footer": "Harbour Tea, Central",
    "buttons": [
        {
            "kind": "url",
            "label": "Details",
            "url": "https://tea.example.test/v/{{1}}",
            "example": "https://tea.example.test/v/8f2",
        },
        {"kind": "phone", "label": "Call us", "phone_number": "+85221234567"},
        {"kind": "quick_reply", "label": "Cancel"},
    ],
    "ttl_seconds": 3600,
}
SPRING: dict[str, Any] = {
    "name": "spring_sale",
    "language": "zh_HK",
    "category": "MARKETING",
    "header": {"kind": "text", "text": "{{1}}，春茶到了", "example": "小明"},
    "body": {
        "text": "親愛的 {{1}}，今年的春茶已經到店，憑此優惠碼到 {{2}} 分店選購可享九折優惠。",
        "examples": {"1": "小明", "2": "中環"},
    },
    "footer": "回覆 STOP 取消訂閱",
    "buttons": [{"kind": "copy_code", "example": "SPRING10"}],
}
PLAIN: dict[str, Any] = {
    "name": "opening_hours",
    "language": "en_US",
    "category": "UTILITY",
    "body": {"text": "We open at nine tomorrow because of the typhoon signal."},
}


def definition(of: dict[str, Any], **changes: Any) -> Definition:
    """A template, with some of its parts changed."""
    return Definition.model_validate(of | changes)


def with_body(of: dict[str, Any], text: str, **examples: str) -> Definition:
    """The template with another body; examples are given as _1="x" for numbers."""
    return definition(
        of, body={"text": text, "examples": {name.lstrip("_"): value for name, value in examples.items()}}
    )
