"""Stripe's forms: `line_items[0][price_data][currency]=hkd` as nested objects and lists."""

import re
from typing import Any
from urllib.parse import parse_qsl

_STEP = re.compile(r"\[([^\]]*)\]")


def read_form(raw: bytes) -> dict[str, Any]:
    """The fields of a form. What is numbered 0, 1, 2 becomes a list."""
    fields: dict[str, Any] = {}
    for name, value in parse_qsl(raw.decode("utf-8", "replace"), keep_blank_values=True):
        place = fields
        *way, last = [name.partition("[")[0], *_STEP.findall(name)]
        for step in way:
            place = place.setdefault(step, {})
        place[last] = value
    found = _lists(fields)
    assert isinstance(found, dict)
    return found


def _lists(value: Any) -> Any:
    if not isinstance(value, dict):
        return value
    inner = {name: _lists(one) for name, one in value.items()}
    if inner and list(inner) == [str(number) for number in range(len(inner))]:
        return list(inner.values())
    return inner
