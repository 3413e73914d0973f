"""What may stand beside an entry: small JSON values that point at people, and never are people's data.

Callers pass ids. What still looks like a phone number, an e-mail address, a token or a secret is masked here, because
an entry cannot be taken back.
"""

import json
import math
import re
from collections.abc import Mapping
from datetime import date, datetime
from decimal import Decimal
from enum import Enum
from uuid import UUID

from django.utils.functional import Promise

MOST_BYTES = 16 * 1024
_DEEPEST = 8

_SECRET_NAMES = frozenset(
    {"password", "secret", "app_secret", "token", "access_token", "api_key", "authorization", "otp", "credential"}
)

# In this order: a token may contain what looks like a phone number.
_MASKS: tuple[tuple[re.Pattern[str], str], ...] = (
    (re.compile(r"\bcs_[0-9a-f]{6,}_[\w-]{16,}"), "[masked key]"),  # an agent's key
    (re.compile(r"\bEAA[A-Za-z0-9]{20,}"), "[masked token]"),  # Meta's access tokens
    (re.compile(r"\beyJ[\w-]{8,}\.[\w-]{8,}\.[\w-]*"), "[masked token]"),  # JSON web tokens
    (re.compile(r"(?i)\b(?:bearer|basic)\s+[\w.~+/=-]{8,}"), "[masked token]"),
    # Anything long, unbroken, with capitals, small letters and digits is taken for a secret; digests and UUIDs are not.
    (re.compile(r"(?<![\w/+-])(?=[\w/+-]*[a-z])(?=[\w/+-]*[A-Z])(?=[\w/+-]*\d)[\w/+-]{32,}=*"), "[masked token]"),
    (re.compile(r"(?<![\w.%+-])[\w.%+-]+@[\w-]+(?:\.[\w-]+)+"), "[masked e-mail]"),
    (re.compile(r"[+＋](?:[\s().\-]*\d){7,}"), "[masked phone]"),
    # Without a plus only 10 to 15 digits on their own: a WhatsApp id is a phone number spelt like that.
    (re.compile(r"(?<![\w.:-])\d{10,15}(?![\w:-])"), "[masked phone]"),
)  # fmt: skip

_ENCODER = json.JSONEncoder(ensure_ascii=False)

# Most of what is recorded are names of fields and codes; none of the patterns fits so few small letters.
_PLAIN_WORD = re.compile(r"[a-z_.]{0,24}")


class BadFacts(ValueError):
    """Facts that cannot be kept. Says which one, why, and what to pass instead."""


def clean(facts: Mapping[str, object]) -> dict[str, object]:
    """The facts as JSON-ready values with personal data and secrets masked. Raises BadFacts."""
    return {_text(str(name)): _value(name, value, 1) for name, value in facts.items()}


def spelt(kept: Mapping[str, object]) -> str:
    """Clean facts as JSON, for a jsonb column: the database spells them in its own way. Raises BadFacts."""
    text = _ENCODER.encode(kept)
    size = len(text) if text.isascii() else len(text.encode())
    if size > MOST_BYTES:
        raise BadFacts(f"the facts take {size} bytes, more than {MOST_BYTES}: record counts and ids, not contents")
    return text


def masked(text: str) -> str:
    """The text with everything that looks like personal data or a secret masked."""
    if _PLAIN_WORD.fullmatch(text):
        return text
    for pattern, instead in _MASKS:
        text = pattern.sub(instead, text)
    return text


def _value(name: str, value: object, depth: int) -> object:
    if depth > _DEEPEST:
        raise BadFacts(f"{name}: nested deeper than {_DEEPEST} levels: record the ids of what it describes")
    if name.rpartition(".")[2].lower() in _SECRET_NAMES and value not in (None, ""):
        return "[masked secret]"
    if isinstance(value, Mapping):
        return {_text(str(key)): _value(f"{name}.{key}", item, depth + 1) for key, item in value.items()}
    if isinstance(value, list | tuple | set | frozenset):
        items = sorted(value, key=str) if isinstance(value, set | frozenset) else value
        return [_value(f"{name}[]", item, depth + 1) for item in items]
    return _scalar(name, value)


def _scalar(name: str, value: object) -> object:
    if isinstance(value, Enum):
        value = value.value
    if value is None or isinstance(value, bool | int):
        return value
    if isinstance(value, float):
        if not math.isfinite(value):
            raise BadFacts(f"{name}: {value} is not a number that JSON can hold: pass None")
        return value
    if isinstance(value, datetime | date):
        return value.isoformat()
    if isinstance(value, UUID | Decimal):
        return str(value)
    if isinstance(value, str | Promise):
        return _text(str(value))
    raise BadFacts(f"{name}: a {type(value).__name__} cannot be recorded: pass its id or a plain value")


def _text(text: str) -> str:
    """Masked, and without what a jsonb column refuses: NUL and halves of surrogate pairs."""
    if len(text) > MOST_BYTES:
        raise BadFacts(f"a text of {len(text)} letters is more than {MOST_BYTES}: record counts and ids, not contents")
    storable = text.replace("\x00", "\ufffd").encode("utf-8", "replace").decode()
    return masked(storable)
