"""Submitting a template: what Meta refuses at once, with its sub-codes."""

from typing import Any

import pytest

from tests.simulators.graph.business import Business

EXAMPLE = {"body_text": [["Ida", "1001"]]}
TWO = "Hello {{1}}, your order {{2}} has left our house."
NAMED = {"body_text_named_params": [{"param_name": "first_name", "example": "Ida"}]}
QUICK = {"type": "QUICK_REPLY", "text": "Stop"}
URL = {"type": "URL", "text": "Look", "url": "https://example.test/"}
CALL = {"type": "PHONE_NUMBER", "text": "Call", "phone_number": "+85258010001"}


def body(text: str = "Good morning to you.", **more: Any) -> dict[str, Any]:
    return {"type": "BODY", "text": text, **more}


def buttons(*given: dict[str, Any]) -> list[dict[str, Any]]:
    return [body(), {"type": "BUTTONS", "buttons": list(given)}]


@pytest.mark.parametrize(
    ("fields", "subcode"),
    [
        ({"name": "Order Left"}, None),
        ({"name": "x" * 513}, None),
        ({"language": "en-US"}, None),
        ({"language": "tlh"}, None),
        ({"category": "PROMOTION"}, None),
        ({"parameter_format": "BOTH"}, None),
        ({"message_send_ttl_seconds": 29}, None),
        ({"message_send_ttl_seconds": 43201}, None),
        ({"components": []}, 2388072),
        ({"components": [body(), body()]}, None),
        ({"components": [body(), {"type": "BANNER"}]}, None),
        ({"components": [body("")]}, 2388072),
        ({"components": [body("x" * 1025)]}, 2388040),
        ({"components": [body(TWO)]}, 2388072),
        ({"components": [body(TWO, example={"body_text": [["Ida"]]})]}, 2388072),
        ({"components": [body("Hello {{1}}, your order {{3}} has left.", example=EXAMPLE)]}, 2388072),
        ({"components": [body("Hello {{name}}, good morning.", example=EXAMPLE)]}, 2388072),
        ({"components": [body("Hello {{1}, good morning to you {{1}}.", example={"body_text": [["a"]]})]}, 2388072),
        ({"components": [body("{{1}} has left our house.", example={"body_text": [["a"]]})]}, 2388299),
        ({"components": [body("Your order is {{1}}", example={"body_text": [["a"]]})]}, 2388299),
        ({"components": [body("Hi {{1}} {{2}} ok.", example=EXAMPLE)]}, 2388293),
        ({"components": [body("Hello {{First}}, how are you.", example=NAMED)], "parameter_format": "NAMED"}, 2388072),
        ({"components": [body("Hello {{1}}, how are you.", example=NAMED)], "parameter_format": "NAMED"}, 2388072),
        ({"components": [body(), {"type": "HEADER", "format": "TEXT", "text": "x" * 61}]}, 2388040),
        ({"components": [body(), {"type": "HEADER", "format": "POEM"}]}, 2388047),
        (
            {"components": [body(), {"type": "HEADER", "format": "IMAGE", "example": {"header_handle": ["4::x"]}}]},
            2388047,
        ),
        ({"components": [body(), {"type": "FOOTER", "text": "x" * 61}]}, 2388040),
        ({"components": [body(), {"type": "FOOTER", "text": "Bye {{1}}"}]}, 2388073),
        ({"components": buttons()}, None),
        ({"components": buttons(*[{**QUICK, "text": f"Q{at}"} for at in range(11)])}, None),
        ({"components": buttons({**QUICK, "text": "x" * 26})}, 2388040),
        ({"components": buttons(QUICK, QUICK)}, None),
        ({"components": buttons({**QUICK, "text": "A"}, URL, {**QUICK, "text": "B"})}, None),
        ({"components": buttons(*[{**URL, "text": f"U{at}"} for at in range(3)])}, None),
        ({"components": buttons(CALL, {**CALL, "text": "Ring"})}, None),
        ({"components": buttons({**URL, "url": "https://example.test/{{1}}/a", "example": ["x"]})}, None),
        ({"components": buttons({**URL, "url": "https://example.test/{{1}}"})}, None),
        ({"components": buttons({**URL, "url": "example.test"})}, None),
        ({"components": buttons({"type": "COPY_CODE", "example": "x" * 21})}, 2388040),
        ({"components": [body(), {"type": "CAROUSEL", "cards": []}]}, None),
        ({"category": "AUTHENTICATION", "components": [body()]}, 2388072),
    ],
)
def test_a_template_that_breaks_a_rule_is_refused(
    business: Business, fields: dict[str, Any], subcode: int | None
) -> None:
    answer = business.submit(**fields)

    assert answer["error"]["code"] == 100
    assert answer["error"].get("error_subcode") == subcode
    assert answer["error"]["error_user_msg"]


@pytest.mark.parametrize(
    "fields",
    [
        {"components": [body(TWO, example=EXAMPLE), {"type": "FOOTER", "text": "Bye"}]},
        {"components": [body("Hello {{first_name}}, good morning.", example=NAMED)], "parameter_format": "NAMED"},
        {
            "components": [
                body("{{1}}先生,您好,您的訂單已寄出。".replace("{{1}}", "致{{1}}"), example={"body_text": [["陳"]]})
            ]
        },
        {"components": buttons(QUICK, URL, CALL), "language": "zh_HK"},
        {"components": [body()], "message_send_ttl_seconds": -1},
    ],
)
def test_a_sound_template_is_taken_into_review(business: Business, fields: dict[str, Any]) -> None:
    answer = business.submit(**fields)

    assert answer["status"] == "PENDING"
    assert answer["category"] == "UTILITY"


def test_the_refusal_is_told_as_template_management_tells_it(business: Business) -> None:
    error = business.submit(components=[body("x" * 1025)])["error"]

    assert error["message"] == "Invalid parameter"
    assert error["type"] == "OAuthException"
    assert error["error_user_title"] == "Character limit exceeded"
    assert error["error_user_msg"] == "BODY has 1025 characters, 1024 are allowed."


def test_name_and_language_can_be_taken_once(business: Business) -> None:
    business.submit("order_left")

    assert business.submit("order_left")["error"]["error_subcode"] == 2388024
    assert business.submit("order_left", language="de")["status"] == "PENDING"


def test_templates_are_counted_per_hour_and_in_all(business: Business) -> None:
    business.simulator.misbehave(template_creations_per_hour=2)
    business.submit("one")
    business.simulator.misbehave(template_limit=1)
    assert business.submit("two")["error"]["error_subcode"] == 2388019
    assert business.submit("three")["error"]["code"] == 80007
