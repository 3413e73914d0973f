"""JSON as gateways write it: a value that cannot be kept costs itself, and neither its call nor its siblings."""

from typing import Any

import orjson

from messaging.whatsapp.webhooks.reading import clean, decode


def read_json(raw: bytes) -> Any:
    """The body as JSON. Half of a letter, which gateways cut off where a long text is parted, becomes the replacement
    character. Raises `Malformed`.
    """
    try:
        return orjson.loads(raw)
    except orjson.JSONDecodeError:
        return _cleaned(decode(raw))


def _cleaned(value: Any) -> Any:
    """What was read leniently is never deep."""
    if isinstance(value, str):
        return clean(value)
    if isinstance(value, list):
        return [_cleaned(one) for one in value]
    return {clean(key): _cleaned(one) for key, one in value.items()} if isinstance(value, dict) else value
