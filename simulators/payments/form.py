"""Stripe's form bodies: `line_items[0][price_data][currency]=hkd` is a tree."""

import re
from typing import Any
from urllib.parse import parse_qsl

_STEP = re.compile(r"\[([^\]]*)\]")


def tree(raw: bytes) -> dict[str, Any]:
    """The nested parameters of a body; lists are dicts by their index as text."""
    found: dict[str, Any] = {}
    for name, value in parse_qsl(raw.decode(errors="replace"), keep_blank_values=True):
        first = name.partition("[")[0]
        at, path = found, [first, *_STEP.findall(name[len(first) :])]
        for step in path[:-1]:
            inner = at.setdefault(step, {})
            at = inner if isinstance(inner, dict) else {}
        at[path[-1]] = value
    return found
