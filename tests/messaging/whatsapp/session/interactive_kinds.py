"""One interactive message of every kind: as its author writes it, and as the Cloud API has to get it."""

from typing import Any

from tests.messaging.whatsapp.session.plain_kinds import MEDIA, PHOTO


def _interactive(kind: str, action: dict[str, Any], **around: Any) -> dict[str, Any]:
    return {"type": "interactive", "interactive": {"type": kind, **around, "action": action}}


_OPEN = {"name": "cta_url", "parameters": {"display_text": "Open", "url": "https://harbour-tea.test/shop"}}

# name -> (as written, body)
INTERACTIVE: dict[str, tuple[dict[str, Any], dict[str, Any]]] = {
    "buttons": (
        {
            "kind": "buttons",
            "header": {"kind": "image", "asset_id": PHOTO},
            "text": "Which one?",
            "footer": "Harbour Tea",
            "buttons": [{"id": "green", "title": "Green tea"}, {"id": "black", "title": "Black tea"}],
        },
        _interactive(
            "button",
            {
                "buttons": [
                    {"type": "reply", "reply": {"id": "green", "title": "Green tea"}},
                    {"type": "reply", "reply": {"id": "black", "title": "Black tea"}},
                ]
            },
            header={"type": "image", "image": MEDIA},
            body={"text": "Which one?"},
            footer={"text": "Harbour Tea"},
        ),
    ),
    "buttons under a document": (
        {
            "kind": "buttons",
            "header": {"kind": "document", "asset_id": PHOTO, "filename": "teas.pdf"},
            "text": "Which one?",
            "buttons": [{"id": "green", "title": "Green tea"}],
        },
        _interactive(
            "button",
            {"buttons": [{"type": "reply", "reply": {"id": "green", "title": "Green tea"}}]},
            header={"type": "document", "document": {**MEDIA, "filename": "teas.pdf"}},
            body={"text": "Which one?"},
        ),
    ),
    "list": (
        {
            "kind": "list",
            "header": {"kind": "text", "text": "Teas"},
            "text": "Which one?",
            "footer": "Harbour Tea",
            "button": "Choose",
            "sections": [
                {"title": "Green", "rows": [{"id": "g1", "title": "Sencha", "description": "From Japan"}]},
                {"title": "Black", "rows": [{"id": "b1", "title": "Keemun"}]},
            ],
        },
        _interactive(
            "list",
            {
                "button": "Choose",
                "sections": [
                    {"title": "Green", "rows": [{"id": "g1", "title": "Sencha", "description": "From Japan"}]},
                    {"title": "Black", "rows": [{"id": "b1", "title": "Keemun"}]},
                ],
            },
            header={"type": "text", "text": "Teas"},
            body={"text": "Which one?"},
            footer={"text": "Harbour Tea"},
        ),
    ),
    "link": (
        {"kind": "link", "text": "See the shop", "label": "Open", "url": "https://harbour-tea.test/shop"},
        _interactive("cta_url", _OPEN, body={"text": "See the shop"}),
    ),
    "location request": (
        {"kind": "location_request", "text": "Where shall we bring it?"},
        _interactive("location_request_message", {"name": "send_location"}, body={"text": "Where shall we bring it?"}),
    ),
    "contact request": (
        {"kind": "contact_request", "text": "May we have your number?"},
        _interactive("contact_request", {"name": "request_contact_info"}, body={"text": "May we have your number?"}),
    ),
    "flow": (
        {
            "kind": "flow",
            "text": "Tell us about it",
            "flow_id": "1234567890",
            "label": "Begin",
            "token": "t-1",
            "screen": "WHAT",
            "data": {"order": "1001"},
        },
        _interactive(
            "flow",
            {
                "name": "flow",
                "parameters": {
                    "flow_message_version": "3",
                    "flow_id": "1234567890",
                    "flow_cta": "Begin",
                    "flow_token": "t-1",
                    "mode": "published",
                    "flow_action": "navigate",
                    "flow_action_payload": {"screen": "WHAT", "data": {"order": "1001"}},
                },
            },
            body={"text": "Tell us about it"},
        ),
    ),
    "flow by name": (
        {"kind": "flow", "text": "Tell us about it", "flow_name": "returns", "label": "Begin"},
        _interactive(
            "flow",
            {
                "name": "flow",
                "parameters": {
                    "flow_message_version": "3",
                    "flow_name": "returns",
                    "flow_cta": "Begin",
                    "mode": "published",
                    "flow_action": "data_exchange",
                },
            },
            body={"text": "Tell us about it"},
        ),
    ),
    "product": (
        {"kind": "product", "text": "This one", "catalog_id": "42", "product_retailer_id": "SENCHA-100"},
        _interactive("product", {"catalog_id": "42", "product_retailer_id": "SENCHA-100"}, body={"text": "This one"}),
    ),
    "product without words": (
        {"kind": "product", "catalog_id": "42", "product_retailer_id": "SENCHA-100"},
        _interactive("product", {"catalog_id": "42", "product_retailer_id": "SENCHA-100"}),
    ),
    "product list": (
        {
            "kind": "product_list",
            "header": {"text": "Teas"},
            "text": "Ours",
            "catalog_id": "42",
            "sections": [{"title": "Green", "products": ["SENCHA-100", "SENCHA-250"]}],
        },
        _interactive(
            "product_list",
            {
                "catalog_id": "42",
                "sections": [
                    {
                        "title": "Green",
                        "product_items": [
                            {"product_retailer_id": "SENCHA-100"},
                            {"product_retailer_id": "SENCHA-250"},
                        ],
                    }
                ],
            },
            header={"type": "text", "text": "Teas"},
            body={"text": "Ours"},
        ),
    ),
    "catalogue": (
        {"kind": "catalogue", "text": "All we have", "footer": "Harbour Tea", "thumbnail": "SENCHA-100"},
        _interactive(
            "catalog_message",
            {"name": "catalog_message", "parameters": {"thumbnail_product_retailer_id": "SENCHA-100"}},
            body={"text": "All we have"},
            footer={"text": "Harbour Tea"},
        ),
    ),
    "carousel": (
        {
            "kind": "carousel",
            "text": "Two of ours",
            "cards": [
                {
                    "header": {"kind": "image", "asset_id": PHOTO},
                    "text": text,
                    "label": "Open",
                    "url": "https://harbour-tea.test/shop",
                }
                for text in ("Sencha", "")
            ],
        },
        _interactive(
            "carousel",
            {
                "cards": [
                    {
                        "card_index": 0,
                        "type": "cta_url",
                        "header": {"type": "image", "image": MEDIA},
                        "body": {"text": "Sencha"},
                        "action": _OPEN,
                    },
                    {
                        "card_index": 1,
                        "type": "cta_url",
                        "header": {"type": "image", "image": MEDIA},
                        "action": _OPEN,
                    },
                ]
            },
            body={"text": "Two of ours"},
        ),
    ),
}
