"""Files that Meta keeps, and the fetching of one."""

import hashlib
from datetime import datetime
from typing import Any

import responses

from messaging.models import Conversation, MediaFetch
from messaging.whatsapp.media.fetching import fetch_one
from tests.factories import NOON
from tests.messaging.whatsapp.media.shelves import sent_by_customer

GRAPH = "https://graph.facebook.com/v25.0"
FILE = "https://lookaside.fbsbx.com/whatsapp_business/attachments/?mid=700001"


def meta_has(content: bytes, url: str = FILE, **node: Any) -> None:
    """Meta keeps this file, and says where."""
    facts = {"url": url, "mime_type": "image/jpeg", "file_size": len(content), "id": "700001", **node}
    responses.get(f"{GRAPH}/700001", json={"sha256": hashlib.sha256(content).hexdigest(), **facts})
    responses.get(url, body=content)


def fetched(conversation: Conversation, content: bytes, now: datetime = NOON, **fields: Any) -> MediaFetch:
    fetch = sent_by_customer(conversation, content, **fields)
    fetch_one(fetch.pk, now)
    fetch.refresh_from_db()
    return fetch
