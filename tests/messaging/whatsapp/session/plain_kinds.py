"""One message of every kind without buttons: as its author writes it, and as the Cloud API has to get it."""

from typing import Any
from uuid import UUID

from messaging.whatsapp.session.parts import Found

PHOTO = "0b6d7a3e-2a51-4d53-9a3e-6f2f6a3f0001"
HERS = "0b6d7a3e-2a51-4d53-9a3e-6f2f6a3f0002"
FOUND = Found(media={UUID(PHOTO): "998877"}, messages={UUID(HERS): "wamid.HERS"})
MEDIA = {"id": "998877"}

# name -> (as written, body)
PLAIN: dict[str, tuple[dict[str, Any], dict[str, Any]]] = {
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
}
