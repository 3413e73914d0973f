"""A webhook's body for reading: its shape and what the provider says of it, without people's words, numbers and names.

Texts are shown where their name is known to hold none of those; of what Meta adds later the shape is shown alone.
"""

import json
from collections.abc import Collection
from typing import Any, Final

from django.utils.translation import gettext as _

from audit.facts import masked

_HIDDEN: Final = "••••"
# Names of our own numbers and of moments: digits that would be taken for somebody's phone.
_OUR_NUMBERS: Final = frozenset(
    {"timestamp", "time", "expiration_timestamp", "phone_number_id", "display_phone_number", "business_account_id",
     "category_update_timestamp", "expiration"}
)  # fmt: skip
# Meta's own words, none of which a customer writes.
_METAS_WORDS: Final = frozenset(
    {"object", "field", "messaging_product", "type", "status", "event", "code", "category", "pricing_model",
     "recipient_type", "message_template_id", "message_template_name", "message_template_language",
     "message_template_category", "new_quality_score", "previous_quality_score", "new_category", "previous_category",
     "correct_category", "reason", "value", "decision", "restriction_type", "current_limit", "mime_type",
     "max_daily_conversations_per_business", "violation_type", "waba_ban_state", "alert_type", "alert_severity"}
)  # fmt: skip


def readable(body: bytes, accounts: Collection[str]) -> str:
    """A body's entries for these accounts (Meta's ids), as indented JSON without what is somebody's own."""
    try:
        whole = json.loads(body)
        entries = [entry for entry in whole["entry"] if str(entry["id"]) in accounts]
    except (ValueError, TypeError, KeyError, RecursionError):
        return _("%d bytes that cannot be read as a webhook of WhatsApp.") % len(body)
    shown = [{**_without_people("", entry), "id": str(entry["id"])} for entry in entries]
    return json.dumps(shown, indent=2, ensure_ascii=False)


def _without_people(name: str, value: Any) -> Any:
    if isinstance(value, dict):
        return {masked(str(key)): _without_people(str(key), item) for key, item in value.items()}
    if isinstance(value, list):
        return [_without_people(name, item) for item in value]
    if value is None or isinstance(value, bool) or name in _OUR_NUMBERS:
        return value
    if name in _METAS_WORDS:
        return masked(value) if isinstance(value, str) else value
    return value if isinstance(value, int | float) and abs(value) < 1_000_000 else _HIDDEN
