"""Values out of foreign JSON without surprises: storable texts, bounded times, the right type or `Unreadable`.

What parses is not always what can be kept: PostgreSQL takes neither NUL nor half surrogates, `int()` takes full-width
digits, and nesting ends in a RecursionError, which is no ValueError.
"""

import hashlib
import json
import re
from datetime import UTC, datetime
from typing import Any

import orjson

from messaging.carriers import Malformed
from messaging.whatsapp.addresses import BSUID

Object = dict[str, Any]
DEPTH_LIMIT = 100  # levels of nesting; Meta's deepest payloads have about ten
TEXT_LIMIT = 65_536  # characters; a customer's text has at most 4,096, a flow's answer may be longer
ID_LIMIT = 255
USER_ID_LIMIT = 160
_EARLIEST, _LATEST = 1_230_768_000, 4_102_444_800  # 2009 (before WhatsApp) and 2100, in unix seconds
_SECONDS = re.compile(r"[0-9]{1,10}")
_WA_ID = re.compile(r"\+?([1-9][0-9]{4,14})")  # E.164: at most 15 digits
_TOKEN = re.compile(r'"(?:[^"\\]|\\.)*"|[\[\]{}]', re.DOTALL)


class Unreadable(ValueError):
    """One item of a webhook makes no sense. Its siblings are not concerned."""


def decode(raw: bytes) -> Any:
    """The body as JSON. One poisoned value must not cost its siblings, so what a strict parser refuses is read again
    leniently: NaN and giant numbers become null, half surrogates stay for `clean`, deep nesting is cut off."""
    try:
        return orjson.loads(raw)
    except orjson.JSONDecodeError:
        pass
    try:
        text = raw.decode("utf-8")
        return json.loads(_flattened(text), parse_int=_whole, parse_float=_finite, parse_constant=lambda _name: None)
    except UnicodeDecodeError:
        raise Malformed("The body is not UTF-8.") from None
    except (ValueError, RecursionError) as error:
        raise Malformed(f"The body is not JSON: {type(error).__name__}.") from None


def _flattened(text: str) -> str:
    """The same JSON with whatever nests deeper than the limit replaced by null."""
    kept: list[str] = []
    depth, start = 0, 0
    for token in _TOKEN.finditer(text):
        if token[0] in "[{":
            depth += 1
            if depth == DEPTH_LIMIT + 1:
                kept.append(text[start : token.start()] + "null")
        elif token[0] in "]}":
            if depth == DEPTH_LIMIT + 1:
                start = token.end()
            depth -= 1
    return "".join(kept) + text[start:]


def _whole(digits: str) -> int | None:
    return int(digits) if len(digits) <= 20 else None


def _finite(digits: str) -> float | None:
    number = float(digits)
    return number if abs(number) < float("inf") else None


def clean(value: str) -> str:
    """The text as it can be stored: NUL and half surrogates become the replacement character."""
    if not value.isascii():
        value = value.encode("utf-16-le", "surrogatepass").decode("utf-16-le", "replace")
    return value.replace("\x00", "\ufffd")


def text(source: Object, key: str, limit: int = TEXT_LIMIT) -> str:
    """The text under a key, cut at the limit; empty when it is missing or no text. Whole numbers count as text."""
    value = source.get(key)
    if value is None:
        return ""
    if isinstance(value, str):
        return clean(value if len(value) <= limit else value[:limit])
    if isinstance(value, int) and not isinstance(value, bool):
        return str(value)
    return ""


def required(source: Object, key: str, limit: int = ID_LIMIT) -> str:
    """The text an item cannot do without. Raises `Unreadable` when it is missing, empty or too long."""
    value = text(source, key, limit + 1)
    if not value or len(value) > limit:
        raise Unreadable(f"{key} is missing or longer than {limit} characters")
    return value


def inner(source: Object, key: str) -> Object:
    """The object under a key; empty when there is none."""
    value = source.get(key)
    return value if isinstance(value, dict) else {}


def listed(source: Object, key: str) -> list[Any]:
    """The list under a key; empty when it is missing. Raises `Unreadable` when it is something else."""
    value = source.get(key)
    if value is None:
        return []
    if not isinstance(value, list):
        raise Unreadable(f"{key} is not a list")
    return value


def as_object(value: Any) -> Object:
    """The value, if it is an object. Raises `Unreadable`."""
    if not isinstance(value, dict):
        raise Unreadable("the item is not an object")
    return value


def moment(source: Object, key: str) -> datetime:
    """The time under a key in UTC: unix seconds as text or number. Raises `Unreadable` beyond 2009 to 2100."""
    value = text(source, key, 32)
    if not _SECONDS.fullmatch(value) or not _EARLIEST <= int(value) <= _LATEST:
        raise Unreadable(f"{key} is not a time in unix seconds between 2009 and 2100")
    return datetime.fromtimestamp(int(value), UTC)


def moment_or_none(source: Object, key: str) -> datetime | None:
    """The time under a key, or None when it is missing or makes no sense."""
    if source.get(key) is None:
        return None
    try:
        return moment(source, key)
    except Unreadable:
        return None


def phone(source: Object, key: str) -> str:
    """The phone number under a key, with + and country code; empty when it is missing or no phone number."""
    match = _WA_ID.fullmatch(text(source, key, 32))
    return f"+{match[1]}" if match else ""


def user_id(source: Object, key: str, phone_key: str) -> str:
    """The business-scoped user id under a key, or the one that Meta put where the phone number belongs."""
    value = text(source, key, USER_ID_LIMIT + 1)
    if len(value) > USER_ID_LIMIT:
        raise Unreadable(f"{key} is longer than {USER_ID_LIMIT} characters")
    misplaced = text(source, phone_key, USER_ID_LIMIT)
    return value or (misplaced if BSUID.fullmatch(misplaced) else "")


def fingerprint(*parts: Any) -> str:
    """The same 32 hex digits for the same content, whatever the order of its keys."""
    try:
        content = json.dumps(parts, sort_keys=True, default=str)
    except RecursionError:
        content = json.dumps([part for part in parts if isinstance(part, str | int)])
    return hashlib.sha256(content.encode()).hexdigest()[:32]
