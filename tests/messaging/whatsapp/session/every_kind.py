"""One message of every kind: as its author writes it, and as the Cloud API has to get it, written out."""

from typing import Any
from uuid import UUID

from pydantic import TypeAdapter

from messaging.whatsapp.session.message import AnyKind, SessionMessage
from messaging.whatsapp.session.parts import Found

PHOTO = "0b6d7a3e-2a51-4d53-9a3e-6f2f6a3f0001"
HERS = "0b6d7a3e-2a51-4d53-9a3e-6f2f6a3f0002"
FOUND = Found(media={UUID(PHOTO): "998877"}, messages={UUID(HERS): "wamid.HERS"})
MEDIA = {"id": "998877"}
ADAPTER: TypeAdapter[AnyKind] = TypeAdapter(SessionMessage)


def read(written: dict[str, Any]) -> AnyKind:
    return ADAPTER.validate_python(written)


def _interactive(kind: str, action: dict[str, Any], **around: Any) -> dict[str, Any]:
    return {"type": "interactive", "interactive": {"type": kind, **around, "action": action}}


_OPEN = {"name": "cta_url", "parameters": {"display_text": "Open", "url": "https://harbour-tea.test/shop"}}

# name -> (as written, body)
EVERY_KIND: dict[str, tuple[dict[str, Any], dict[str, Any]]] = {
    "text": (
        {"kind": "text", "text": "Hello Ann", "preview_url": True},
        {"type": "text", "text": {"body": "Hello Ann", "preview_url": True}},
    ),
    "image": (
        {"kind": "image", "asset_id": PHOTO, "caption": "Your parcel"},
        {"type": "image", "image": {**MEDIA, "caption": "Your parcel"}},
    ),
    "video": ({"kind": "video", "asset_id": PHOTO}, {"type": "video", "video": MEDIA}),
    "audio": ({"kind": "audio", "asset_id": PHOTO}, {"type": "audio", "audio": MEDIA}),
    "voice": (
        {"kind": "audio", "asset_id": PHOTO, "voice": True},
        {"type": "audio", "audio": {**MEDIA, "voice": True}},
    ),
    "document": (
        {"kind": "document", "asset_id": PHOTO, "caption": "How to brew", "filename": "brewing.pdf"},
        {"type": "document", "document": {**MEDIA, "caption": "How to brew", "filename": "brewing.pdf"}},
    ),
    "sticker": ({"kind": "sticker", "asset_id": PHOTO}, {"type": "sticker", "sticker": MEDIA}),
    "location": (
        {"kind": "location", "latitude": 22.28, "longitude": 114.16, "name": "Harbour Tea", "address": "Pier 9"},
        {
            "type": "location",
            "location": {"latitude": 22.28, "longitude": 114.16, "name": "Harbour Tea", "address": "Pier 9"},
        },
    ),
    "contacts": (
        {
            "kind": "contacts",
            "contacts": [
                {
                    "formatted_name": "Ken Ho",
                    "first_name": "Ken",
                    "company": "Harbour Tea",
                    "phones": [{"phone": "+852 2345 6789", "wa_id": "85223456789"}],
                    "emails": [{"email": "ken@harbour-tea.test"}],
                }
            ],
        },
        {
            "type": "contacts",
            "contacts": [
                {
                    "name": {"formatted_name": "Ken Ho", "first_name": "Ken"},
                    "phones": [{"phone": "+852 2345 6789", "type": "WORK", "wa_id": "85223456789"}],
                    "emails": [{"email": "ken@harbour-tea.test", "type": "WORK"}],
                    "org": {"company": "Harbour Tea"},
                }
            ],
        },
    ),
    "reaction": (
        {"kind": "reaction", "message_id": HERS, "emoji": "👍"},
        {"type": "reaction", "reaction": {"message_id": "wamid.HERS", "emoji": "👍"}},
    ),
    "reaction taken back": (
        {"kind": "reaction", "message_id": HERS, "emoji": ""},
        {"type": "reaction", "reaction": {"message_id": "wamid.HERS", "emoji": ""}},
    ),
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
