"""Hypothesis strategies from JSON Schemas as we declare them: what a client that reads only the schema might send."""

import re
from collections.abc import Callable
from typing import Any

from hypothesis import strategies as st

Schema = dict[str, Any]
Strategy = st.SearchStrategy[Any]

LONGEST = 60
DEEPEST = 4
# Words that mean something to some tool, so that more than the first check is reached.
WORDS = (
    "",
    "tea",
    "tag:tea and country = HK",
    "everyone",
    "last_inbound < 90 days",
    "+85261234567",
    "en",
    "zh_HK",
    "marketing",
    "MARKETING",
    "name",
    "1",
    "spring_tea",
    "Hello {{1}}, tea is in.",
    "phone,name,consent_source,consent_at\n+85261239876,Dan,form,2026-01-05\n",
    "cGhvbmUKKzg1MjYxMjM5ODc2Cg==",
    "request.approve",
    "https://tea.example.test/{{1}}",
    "v1-0123456789ab",
)
TIMES = (
    "2026-03-02T14:00:00+08:00",
    "2026-03-01T00:00:00Z",
    "2026-02-30T00:00:00Z",
    "2026-03-02T14:00:00",
    "0001-01-01T00:00:00+14:00",
    "9999-12-31T23:59:59-12:00",
    "2026-03-29T02:30:00.999999+00:59",
    "2026-03-02T14:00:00+20:59",
)


def values(schema: Schema, ids: list[str], depth: int = 0, definitions: Schema | None = None) -> Strategy:
    """Values that fit this schema, most of them."""
    definitions = schema.get("$defs", definitions or {})
    if "$ref" in schema:
        return values(definitions[schema["$ref"].removeprefix("#/$defs/")], ids, depth + 1, definitions)
    if "const" in schema:
        return st.just(schema["const"])
    if "enum" in schema:
        return st.sampled_from(schema["enum"])
    options = schema.get("anyOf") or schema.get("oneOf")
    if options:
        return st.one_of([values(option, ids, depth, definitions) for option in options])
    made = _BY_TYPE.get(schema.get("type", ""), _anything)
    return made(schema, ids, depth, definitions)


def _anything(schema: Schema, ids: list[str], depth: int, definitions: Schema) -> Strategy:
    return st.none() | st.booleans() | st.integers(-(10**6), 10**6) | st.text(max_size=8)


def _text(schema: Schema, ids: list[str], depth: int, definitions: Schema) -> Strategy:
    if schema.get("format") == "uuid":
        return st.sampled_from(ids) | st.uuids().map(str)
    if schema.get("format") == "date-time":
        return st.sampled_from(TIMES)
    if "pattern" in schema:
        return st.from_regex(re.compile(schema["pattern"], re.ASCII), fullmatch=True).map(lambda text: text[:LONGEST])
    least, most = schema.get("minLength", 0), schema.get("maxLength", LONGEST)
    fitting = [word for word in WORDS if least <= len(word) <= most]
    free = st.text(min_size=least, max_size=max(least, min(most, LONGEST)))
    return st.sampled_from(fitting) | free if fitting else free


def _number(schema: Schema, ids: list[str], depth: int, definitions: Schema) -> Strategy:
    least, most = schema.get("minimum", -(10**12)), schema.get("maximum", 10**12)
    if schema["type"] == "integer":
        return st.integers(least, most)
    return st.floats(least, most, allow_nan=False, allow_infinity=False)


def _list(schema: Schema, ids: list[str], depth: int, definitions: Schema) -> Strategy:
    least = schema.get("minItems", 0)
    most = least if depth >= DEEPEST else min(schema.get("maxItems", 3), least + 3)
    inner = values(schema.get("items", {}), ids, depth + 1, definitions)
    return st.lists(inner, min_size=least, max_size=most)


def _object(schema: Schema, ids: list[str], depth: int, definitions: Schema) -> Strategy:
    parts = {name: values(part, ids, depth + 1, definitions) for name, part in schema.get("properties", {}).items()}
    required = {name: part for name, part in parts.items() if name in schema.get("required", ())}
    optional = {name: part for name, part in parts.items() if name not in required}
    if not parts and isinstance(schema.get("additionalProperties"), dict):
        inner = values(schema["additionalProperties"], ids, depth + 1, definitions)
        return st.dictionaries(st.sampled_from(["1", "2", "first_name", "x"]), inner, max_size=3)
    return st.fixed_dictionaries(required, optional=optional)


_BY_TYPE: dict[str, Callable[[Schema, list[str], int, Schema], Strategy]] = {
    "string": _text,
    "integer": _number,
    "number": _number,
    "boolean": lambda *_: st.booleans(),
    "null": lambda *_: st.none(),
    "array": _list,
    "object": _object,
}
