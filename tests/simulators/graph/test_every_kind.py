"""Every kind of message the API has, sound and broken in each field: the fields that may be left out are written down.

The simulator's rules are asked directly, without a process between: there are hundreds of broken messages.
"""

from collections.abc import Callable
from typing import Any

import pytest

from simulators.graph.freeform import KINDS, check_freeform
from tests.simulators.graph.breaking import broken, code_of, left_out, of_another_kind, places, swallowed

LINK = {"link": "https://example.test/tea.jpg"}
PICTURE = {"type": "image", "image": LINK}
BODY, FOOTER = {"text": "Which one?"}, {"text": "Harbour Tea"}
AROUND = {"header": {"type": "text", "text": "Tea"}, "body": BODY, "footer": FOOTER}
REPLY = {"type": "reply", "reply": {"id": "yes", "title": "Yes"}}
OPEN = {"name": "cta_url", "parameters": {"display_text": "Open", "url": "https://example.test/"}}
PRODUCT = {"catalog_id": "7", "product_retailer_id": "oolong"}
ITEMS = [{"title": "Tea", "product_items": [{"product_retailer_id": "oolong"}]}]
OPENING = {"screen": "ASK", "data": {"day": "Monday"}}
FLOW = {
    "flow_message_version": "3", "flow_id": "8", "flow_cta": "Book", "flow_token": "t", "mode": "published",
    "flow_action": "navigate", "flow_action_payload": OPENING,
}  # fmt: skip
CARD = {
    "name": {"formatted_name": "Ming", "first_name": "Ming"},
    "phones": [{"phone": "+85298765432", "wa_id": "85298765432", "type": "CELL"}],
}
ROWS = [{"id": "r1", "title": "Oolong", "description": "Roasted"}]


def cards(**one: Any) -> dict[str, Any]:
    return {"type": "carousel", "body": BODY, "action": {"cards": [{"card_index": at, **one} for at in (0, 1)]}}


def named(kind: str, name: str) -> dict[str, Any]:
    return {"type": kind, "body": BODY, "action": {"name": name}}


# kind, its object, the fields that may be left out
SOUND: list[tuple[str, Any, str]] = [
    ("text", {"body": "Hello", "preview_url": True}, "preview_url"),
    ("image", {**LINK, "caption": "Tea"}, "caption"),
    ("video", {**LINK, "caption": "Tea"}, "caption"),
    ("audio", {**LINK, "voice": True}, "voice"),
    ("document", {**LINK, "caption": "Tea", "filename": "tea.pdf"}, "caption filename"),
    ("sticker", LINK, ""),
    ("location", {"latitude": 22.3, "longitude": 114.2, "name": "HK", "address": "Pier 7"}, "name address"),
    ("contacts", [CARD], "*.name.first_name *.phones *.phones.*.phone *.phones.*.wa_id *.phones.*.type"),
    ("reaction", {"message_id": "wamid.X", "emoji": "👍"}, ""),
    ("interactive", {"type": "button", **AROUND, "action": {"buttons": [REPLY]}}, "header footer"),
    (
        "interactive",
        {"type": "list", **AROUND, "action": {"button": "Choose", "sections": [{"title": "A", "rows": ROWS}]}},
        "header footer action.sections.*.title action.sections.*.rows.*.description",
    ),
    ("interactive", {"type": "cta_url", **AROUND, "header": PICTURE, "action": OPEN}, "header footer"),
    (
        "interactive",
        {"type": "flow", **AROUND, "action": {"name": "flow", "parameters": FLOW}},
        "header footer action.parameters.flow_token action.parameters.mode action.parameters.flow_action "
        "action.parameters.flow_action_payload action.parameters.flow_action_payload.data",
    ),
    ("interactive", named("location_request_message", "send_location"), ""),
    ("interactive", named("contact_request", "request_contact_info"), ""),
    ("interactive", named("call_permission_request", "call_permission_request"), ""),
    (
        "interactive",
        {
            "type": "address_message",
            "body": BODY,
            "action": {"name": "address_message", "parameters": {"country": "IN"}},
        },
        "",
    ),
    ("interactive", {"type": "product", "body": BODY, "footer": FOOTER, "action": PRODUCT}, "body footer"),
    ("interactive", {"type": "product_list", **AROUND, "action": {"catalog_id": "7", "sections": ITEMS}}, "footer"),
    (
        "interactive",
        {
            "type": "catalog_message",
            "body": BODY,
            "footer": FOOTER,
            "action": {"name": "catalog_message", "parameters": {"thumbnail_product_retailer_id": "oolong"}},
        },
        "footer action.parameters",
    ),
    ("interactive", cards(type="cta_url", header=PICTURE, body=BODY, action=OPEN), "action.cards.*.body"),
    ("interactive", cards(type="product", action=PRODUCT), ""),
]
EACH = pytest.mark.parametrize(
    ("kind", "content", "optional"),
    SOUND,
    ids=[f"{kind} {body['type']}" if kind == "interactive" else kind for kind, body, _ in SOUND],
)


def checks(kind: str) -> Callable[[Any], Any]:
    return lambda content: check_freeform(kind, content)


@EACH
def test_only_what_may_be_left_out_can_be(kind: str, content: Any, optional: str) -> None:
    assert code_of(checks(kind), content) == 0
    assert left_out(content, checks(kind)) == set(optional.split())


@EACH
def test_a_field_of_another_kind_is_refused(kind: str, content: Any, optional: str) -> None:
    # what a flow's first screen is given is the flow's own affair
    free = {"action.parameters.flow_action_payload.data.day"}
    assert swallowed(content, checks(kind), of_another_kind) - free == set()


@EACH
def test_a_field_nobody_knows_is_refused_by_its_name(kind: str, content: Any, optional: str) -> None:
    objects = [
        way for way in places(content) if isinstance(_at(content, way), dict) and "flow_action_payload" not in way
    ]
    for way in objects:
        stranger = broken(content, way, lambda inner, key: inner[key].update(junk="yes"))
        assert code_of(checks(kind), stranger) == 100, way


# kind, its object, the code
OVER: list[tuple[str, Any, int]] = [
    ("text", {"body": "x" * 4097}, 100),
    ("image", {**LINK, "id": "1"}, 131009),
    ("video", {**LINK, "caption": "x" * 1025}, 100),
    ("document", {**LINK, "filename": "x" * 241}, 100),
    ("location", {"latitude": 22.3, "longitude": 181}, 131009),
    ("contacts", [CARD] * 258, 131009),
    ("interactive", {"type": "button", "body": {"text": "x" * 1025}, "action": {"buttons": [REPLY]}}, 100),
    ("interactive", {"type": "button", "body": BODY, "action": {"buttons": [REPLY] * 2}}, 131009),
    (
        "interactive",
        {"type": "button", "body": BODY, "footer": {"text": "x" * 61}, "action": {"buttons": [REPLY]}},
        100,
    ),
    (
        "interactive",
        {"type": "list", **AROUND, "header": PICTURE, "action": {"button": "A", "sections": [{"rows": ROWS}]}},
        131009,
    ),
    (
        "interactive",
        {"type": "list", "body": BODY, "action": {"button": "A", "sections": [{"rows": ROWS}, {"rows": ROWS}]}},
        131009,
    ),
    (
        "interactive",
        {"type": "flow", "body": BODY, "action": {"name": "flow", "parameters": {**FLOW, "flow_name": "b"}}},
        131009,
    ),
    (
        "interactive",
        {
            "type": "flow",
            "body": BODY,
            "action": {"name": "flow", "parameters": {**FLOW, "flow_action_payload": {"screen": "A", "data": {}}}},
        },
        131009,
    ),
    ("interactive", named("contact_request", "send_location"), 131009),
    ("interactive", {"type": "product", "header": PICTURE, "action": PRODUCT}, 100),
    (
        "interactive",
        {
            "type": "product_list",
            **AROUND,
            "action": {
                "catalog_id": "7",
                "sections": [{"title": "T", "product_items": [{"product_retailer_id": "o"}] * 31}],
            },
        },
        131009,
    ),
    ("interactive", {**cards(type="product", action=PRODUCT), "footer": FOOTER}, 100),
    ("interactive", cards(type="cta_url", header=PICTURE, body={"text": "a\nb\nc\nd"}, action=OPEN), 131009),
    ("interactive", {"type": "order_details", "body": BODY, "action": {}}, 131009),
]


@pytest.mark.parametrize(("kind", "content", "code"), OVER)
def test_what_is_over_a_limit_is_refused(kind: str, content: Any, code: int) -> None:
    assert code_of(checks(kind), content) == code


def test_every_kind_is_walked() -> None:
    assert {kind for kind, _, _ in SOUND} == set(KINDS)


def _at(content: Any, way: tuple[Any, ...]) -> Any:
    for key in way:
        content = content[key]
    return content
