"""Webhooks in Meta's shapes of 2026, and the one item that they say."""

from datetime import UTC, datetime
from typing import Any

from messaging.whatsapp.webhooks import parse

AT_NOON = datetime(2026, 3, 2, 4, 0, tzinfo=UTC)


def only(raw: bytes) -> Any:
    items = parse(raw)
    assert len(items) == 1
    return items[0]


TEMPLATE = {
    "message_template_id": 778899,
    "message_template_name": "visit_reminder",
    "message_template_language": "en-US",
}
