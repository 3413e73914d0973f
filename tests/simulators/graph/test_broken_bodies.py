"""However broken a body is, the answer is one of Meta's errors and not a crash of the simulator."""

import copy
import json
import random
from collections.abc import Iterator
from typing import Any

from simulators.process import GraphSimulator
from tests.simulators.graph.business import BODY, IDA, Business

JUNK: list[Any] = [None, 0, -1, "", [], {}, "x" * 5000, [1], [None], {"a": 1}, True, 1.5, "{{1}}", [[]], ["a"]]
CODE = {"type": "currency", "currency": {"fallback_value": "$1", "code": "USD", "amount_1000": 1000}}
SEND = {
    "messaging_product": "whatsapp",
    "to": IDA,
    "type": "template",
    "template": {
        "name": "order_left",
        "language": {"code": "en"},
        "components": [{"type": "body", "parameters": [{"type": "text", "text": "Ida"}, CODE]}],
    },
    "context": {"message_id": "wamid.X"},
}
ASK = {
    "messaging_product": "whatsapp",
    "to": IDA,
    "type": "interactive",
    "interactive": {
        "type": "button",
        "body": {"text": "Which?"},
        "action": {"buttons": [{"type": "reply", "reply": {"id": "a", "title": "A"}}]},
    },
}
LINK = {"type": "URL", "text": "L", "url": "https://example.test/{{1}}", "example": ["https://example.test/a"]}
CARD = {
    "components": [
        {"type": "HEADER", "format": "IMAGE", "example": {"header_handle": ["4::x"]}},
        {"type": "BUTTONS", "buttons": [LINK]},
    ]
}
TEMPLATE = {
    "name": "broken",
    "language": "en",
    "category": "MARKETING",
    "components": [
        {"type": "HEADER", "format": "TEXT", "text": "News {{1}} today", "example": {"header_text": ["M"]}},
        {"type": "BODY", "text": BODY, "example": {"body_text": [["Ida", "1001"]]}},
        {"type": "BUTTONS", "buttons": [LINK, {"type": "COPY_CODE", "example": "SAVE"}]},
        {"type": "LIMITED_TIME_OFFER", "limited_time_offer": {"text": "Hurry", "has_expiration": True}},
        {"type": "CAROUSEL", "cards": [CARD, CARD]},
    ],
}
PROFILE = {
    "messaging_product": "whatsapp",
    "websites": ["https://example.test/"],
    "about": "Here",
    "vertical": "RETAIL",
}
SUBSCRIPTION = {"override_callback_uri": "x:", "verify_token": "v"}
BLOCK = {"messaging_product": "whatsapp", "block_users": [{"user": "+85290000000"}]}


def places(found: Any, way: tuple[Any, ...] = ()) -> Iterator[tuple[Any, ...]]:
    """The ways to everything inside."""
    inner = found.items() if isinstance(found, dict) else enumerate(found) if isinstance(found, list) else ()
    for key, value in inner:
        yield (*way, key)
        yield from places(value, (*way, key))


def broken(body: dict[str, Any], chance: random.Random) -> dict[str, Any]:
    """The body with one place taken out or filled with junk."""
    body = json.loads(json.dumps(body))
    *way, last = chance.choice(list(places(body)))
    inner: Any = body
    for key in way:
        inner = inner[key]
    if chance.random() < 0.2:
        del inner[last]
    else:
        inner[last] = copy.deepcopy(chance.choice(JUNK))
    return body


def test_no_broken_body_crashes_it(business: Business, simulator: GraphSimulator) -> None:
    business.approved()
    simulator.inbound(IDA)
    simulator.misbehave(template_creations_per_hour=0)
    calls: dict[str, list[dict[str, Any]]] = {
        "555001/messages": [SEND, ASK],
        f"{simulator.waba_id}/message_templates": [TEMPLATE],
        "555001/whatsapp_business_profile": [PROFILE],
        f"{simulator.waba_id}/subscribed_apps": [SUBSCRIPTION],
        "555001/block_users": [BLOCK],
    }
    begin, chance = simulator.journal_end(), random.Random(5)
    for _ in range(400):
        path = chance.choice(list(calls))
        business.call("POST", path, json=broken(chance.choice(calls[path]), chance))
    for raw in (b"", b"{", b"[]", b"\xff\xfe", b'"text"'):
        business.call("POST", "555001/messages", data=raw, headers={"Content-Type": "application/json"})

    crashed = [line["problem"] for line in simulator.journal("request", begin) if line["decision"] == "crashed"]
    assert crashed == []
