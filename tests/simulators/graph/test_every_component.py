"""Every kind of template component, submitted and sent, sound and broken in each field."""

import copy
from pathlib import Path
from typing import Any

import pytest

from simulators.graph.template_rules import check_components, check_head, check_ttl
from simulators.graph.template_sends import check_template
from simulators.graph.template_shelf import Template, TemplateShelf
from simulators.graph.template_submission import Submission, shaped
from tests.simulators.graph.breaking import code_of, left_out, of_another_kind, swallowed

HANDLE = "4::aW1hZ2U="
BODY = {"type": "BODY", "text": "Hello {{1}}, our spring tea is here.", "example": {"body_text": [["Ida"]]}}
PLAIN = {"type": "BODY", "text": "Our spring tea is here."}
PICTURE = {"type": "HEADER", "format": "IMAGE", "example": {"header_handle": [HANDLE]}}
LINK = {"type": "URL", "text": "Look", "url": "https://example.test/{{1}}", "example": ["https://example.test/a"]}
CALL = {"type": "PHONE_NUMBER", "text": "Call", "phone_number": "+85258010001"}
STOP = {"type": "QUICK_REPLY", "text": "Stop"}
COUPON = {"type": "COPY_CODE", "example": "SAVE20"}
FLOW = {"type": "FLOW", "text": "Book", "flow_id": "8", "flow_action": "navigate", "navigate_screen": "ASK"}
HURRY = {"type": "LIMITED_TIME_OFFER", "limited_time_offer": {"text": "Hurry", "has_expiration": True}}
APP = {"package_name": "test.example.tea", "signature_hash": "K8a/AINcGX7"}
CARD = {"components": [PICTURE, {"type": "BODY", "text": "Oolong"}, {"type": "BUTTONS", "buttons": [STOP]}]}


def template(*components: Any, category: str = "MARKETING", **more: Any) -> dict[str, Any]:
    return {"name": "spring", "language": "en", "category": category, "components": list(components), **more}


def buttons(*several: Any) -> dict[str, Any]:
    return {"type": "BUTTONS", "buttons": list(several)}


def code(otp: str, **more: Any) -> dict[str, Any]:
    body = {"type": "BODY", "add_security_recommendation": True}
    footer = {"type": "FOOTER", "code_expiration_minutes": 10}
    return template(body, footer, buttons({"type": "OTP", "otp_type": otp, **more}), category="AUTHENTICATION")


NAMED = {"body_text_named_params": [{"param_name": "name", "example": "Ida"}]}
PARTS = "components.*."
# A submission, and the fields that may be left out.
SUBMITTED: dict[str, tuple[dict[str, Any], str]] = {
    "positional": (template(BODY, category="UTILITY", message_send_ttl_seconds=3600), "message_send_ttl_seconds"),
    "named": (
        template({"type": "BODY", "text": "Hi {{name}}, our tea is here.", "example": NAMED}, parameter_format="NAMED"),
        "",
    ),
    "text header": (template({"type": "HEADER", "format": "TEXT", "text": "Tea"}, PLAIN), ""),
    "header with a variable": (
        template({"type": "HEADER", "format": "TEXT", "text": "Tea {{1}}", "example": {"header_text": ["A"]}}, PLAIN),
        "",
    ),
    "picture": (template(PICTURE, PLAIN), ""),
    "place": (template({"type": "HEADER", "format": "LOCATION"}, PLAIN), ""),
    "footer": (template(PLAIN, {"type": "FOOTER", "text": "Harbour Tea"}), ""),
    "buttons": (template(PLAIN, buttons(STOP, LINK, CALL, COUPON)), ""),
    "flow": (template(PLAIN, buttons(FLOW)), "flow_action navigate_screen"),
    "offer": (
        template(PICTURE, PLAIN, HURRY),
        "limited_time_offer.has_expiration",
    ),
    "carousel": (template(PLAIN, {"type": "CAROUSEL", "cards": [CARD, CARD]}), ""),
    "copied code": (code("COPY_CODE"), "add_security_recommendation code_expiration_minutes"),
    "filled-in code": (
        code("ZERO_TAP", supported_apps=[APP], zero_tap_terms_accepted=True),
        "add_security_recommendation code_expiration_minutes",
    ),
}


def submit(body: dict[str, Any]) -> None:
    """All that the simulator asks of a submission before it is taken."""
    asked = shaped(Submission, body)
    style = asked.get("parameter_format", "POSITIONAL")
    check_head(asked["name"], asked["language"], asked["category"], style)
    check_ttl(asked["category"], asked.get("message_send_ttl_seconds"))
    check_components(asked["components"], asked["category"], style, {HANDLE})


def short(spelled: str) -> str:
    """The last steps of a way: what stands before them is in the case's name."""
    return spelled.replace(PARTS, "").replace("buttons.*.", "").replace("cards.*.", "")


@pytest.mark.parametrize("case", SUBMITTED)
def test_a_submission_needs_all_but_the_written_fields(case: str) -> None:
    body, optional = SUBMITTED[case]
    assert code_of(submit, body) == 0
    assert {short(way) for way in left_out(body, submit)} == set(optional.split())


# What is no more than a hint to Meta; and one example may stand without its list.
HINTS = {"add_security_recommendation", "flow_action", "navigate_screen", "flow_id", "example"}


@pytest.mark.parametrize("case", SUBMITTED)
def test_a_submitted_field_of_another_kind_is_refused(case: str) -> None:
    body, _ = SUBMITTED[case]
    assert {short(way) for way in swallowed(body, submit, of_another_kind)} - HINTS == set()


TOO_MUCH: list[dict[str, Any]] = [
    template({"type": "BODY", "text": "x" * 1025}),
    template({"type": "HEADER", "format": "TEXT", "text": "x" * 61}, PLAIN),
    template(PLAIN, {"type": "FOOTER", "text": "x" * 61}),
    template(PLAIN, {"type": "FOOTER", "text": "Bye {{1}}"}),
    template(PLAIN, buttons(*({**STOP, "text": f"No {at}"} for at in range(11)))),
    template(PLAIN, buttons(LINK, {**LINK, "text": "2"}, {**LINK, "text": "3"})),
    template(PLAIN, buttons(STOP, LINK, {**STOP, "text": "No"})),
    template(PLAIN, buttons({**LINK, "url": "https://example.test/{{1}}/tea"})),
    template(PLAIN, buttons({**STOP, "text": "x" * 26})),
    template(PLAIN, {"type": "CAROUSEL", "cards": [CARD]}),
    template(PLAIN, {"type": "CAROUSEL", "cards": [CARD] * 11}),
    template(PLAIN, {"type": "CAROUSEL", "cards": [CARD, {"components": [PICTURE]}]}),
    template(PLAIN, {"type": "CAROUSEL", "cards": [CARD, CARD]}, category="UTILITY"),
    template({"type": "HEADER", "format": "TEXT", "text": "Tea"}, PLAIN, HURRY),
    template(PICTURE, PLAIN, {"type": "LIMITED_TIME_OFFER", "limited_time_offer": {"text": "x" * 17}}),
    template(PLAIN, category="UTILITY", message_send_ttl_seconds=43201),
    template({"type": "BODY", "text": "{{1}} is here for you today.", "example": {"body_text": [["Ida"]]}}),
    template({"type": "BODY", "text": "Hello {{2}}, our tea is here.", "example": {"body_text": [["Ida"]]}}),
    code("ONE_TAP"),
    code("ZERO_TAP", supported_apps=[APP]),
    code("ONE_TAP", supported_apps=[{**APP, "signature_hash": "short"}]),
    code("ONE_TAP", supported_apps=[APP] * 6),
]  # fmt: skip


@pytest.mark.parametrize("body", TOO_MUCH)
def test_a_submission_over_a_limit_is_refused_with_100(body: dict[str, Any]) -> None:
    assert code_of(submit, body) == 100


def text(said: str, **more: Any) -> dict[str, Any]:
    return {"type": "text", "text": said, **more}


def button(kind: str, index: int, **parameter: Any) -> dict[str, Any]:
    return {"type": "button", "sub_type": kind, "index": index, "parameters": [parameter]}


PHOTO = {"type": "header", "parameters": [{"type": "image", "image": {"link": "https://example.test/a.png"}}]}
SECTIONS = [{"title": "Tea", "product_items": [{"product_retailer_id": "oolong"}]}]
TO_IDA = {"type": "body", "parameters": [text("Ida")]}
HARBOUR = {"latitude": 22.3, "longitude": 114.2, "name": "HK", "address": "Pier 7"}
CATALOGUE, CHOICE = {"type": "CATALOG", "text": "All"}, {"type": "MPM", "text": "Ours"}
# The template's components, the send's, and the fields of the send's that may be left out.
SENT: dict[str, tuple[list[Any], list[Any], str]] = {
    "body": ([BODY], [TO_IDA], ""),
    "picture": ([PICTURE, PLAIN], [PHOTO], ""),
    "place": (
        [{"type": "HEADER", "format": "LOCATION"}, PLAIN],
        [{"type": "header", "parameters": [{"type": "location", "location": HARBOUR}]}],
        "parameters.*.location.name parameters.*.location.address",
    ),
    "link": ([PLAIN, buttons(LINK)], [button("url", 0, type="text", text="t/8f2")], ""),
    "quick reply": ([PLAIN, buttons(STOP)], [button("quick_reply", 0, type="payload", payload="S")], "parameters"),
    "coupon": ([PLAIN, buttons(COUPON)], [button("copy_code", 0, type="coupon_code", coupon_code="SAVE20")], ""),
    "flow": (
        [PLAIN, buttons(FLOW)],
        [button("flow", 0, type="action", action={"flow_token": "t", "flow_action_data": {"day": "Monday"}})],
        "parameters parameters.*.action.flow_token parameters.*.action.flow_action_data",
    ),
    "catalogue": (
        [PLAIN, buttons(CATALOGUE)],
        [button("CATALOG", 0, type="action", action={"thumbnail_product_retailer_id": "oolong"})],
        "parameters",
    ),
    "choice of products": (
        [PLAIN, buttons(CHOICE)],
        [button("mpm", 0, type="action", action={"thumbnail_product_retailer_id": "o", "sections": SECTIONS})],
        "",
    ),
    "offer": (
        [PICTURE, PLAIN, HURRY],
        [PHOTO, {"type": "limited_time_offer", "limited_time_offer": {"expiration_time_ms": 1790000000000}}],
        "",
    ),
    "carousel": (
        [PLAIN, {"type": "CAROUSEL", "cards": [{"components": [PICTURE]}] * 2}],
        [{"type": "carousel", "cards": [{"card_index": at, "components": [PHOTO]} for at in (0, 1)]}],
        "",
    ),
}


@pytest.fixture
def shelf(tmp_path: Path) -> TemplateShelf:
    return TemplateShelf(tmp_path / "templates.json")


def sending(shelf: TemplateShelf, components: list[Any]) -> Any:
    """A check of what a send of this template gives."""
    shelf.add(Template("1", "spring", "en", "MARKETING", copy.deepcopy(components), "POSITIONAL", 0.0, "APPROVED"))
    message = {"name": "spring", "language": {"code": "en"}}
    return lambda given: check_template(shelf, {**message, "components": given}, to_phone=True)


@pytest.mark.parametrize("case", SENT)
def test_a_send_needs_all_but_the_written_fields(shelf: TemplateShelf, case: str) -> None:
    components, given, optional = SENT[case]
    check = sending(shelf, components)
    assert code_of(check, given) == 0
    assert {way.removeprefix("*.") for way in left_out(given, check)} == set(optional.split())


@pytest.mark.parametrize("case", SENT)
def test_a_sent_field_of_another_kind_is_refused(shelf: TemplateShelf, case: str) -> None:
    components, given, _ = SENT[case]
    free = {"parameters.*.action.flow_action_data.day"}  # the flow's own affair
    found = {way.removeprefix("*.") for way in swallowed(given, sending(shelf, components), of_another_kind)}
    assert found - free == set()
