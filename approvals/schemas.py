"""A tool's JSON Schemas as clients read them: without generated titles, with references only where a type is recursive.

Many clients follow no `$ref`, and a title that repeats a field's name costs every reader of the list tokens.
"""

from collections.abc import Iterator
from functools import cache
from typing import Any

from approvals.envelope import envelope_of
from approvals.registry import Tool

Schema = dict[str, Any]

_PREFIX = "#/$defs/"
# Keywords whose values are data or names, not schemas.
_DATA = frozenset({"default", "const", "enum", "examples", "required"})
_MAPS_OF_SCHEMAS = frozenset({"properties", "patternProperties", "$defs"})
_DROPPED = frozenset({"title", "$defs"})


@cache
def input_schema(tool: Tool) -> Schema:
    """What a caller passes, as an object schema that refuses unknown fields. Made once a tool: leave it as it is."""
    return plain(tool.ask.model_json_schema(mode="validation"))


@cache
def output_schema(tool: Tool) -> Schema:
    """What the tool answers: the envelope around its own data. Made once a tool: leave it as it is."""
    return plain(envelope_of(tool).model_json_schema(mode="serialization"))


def plain(schema: Schema) -> Schema:
    """The same schema without titles, its definitions written where they are used; recursive ones stay in `$defs`."""
    definitions: dict[str, Schema] = schema.get("$defs", {})
    recursive = {name for name in definitions if name in _reachable(name, definitions)}
    cleaned: Schema = _cleaned(schema, definitions, recursive)
    kept = {name: _cleaned(definitions[name], definitions, recursive) for name in sorted(recursive)}
    return {**cleaned, "$defs": kept} if kept else cleaned


def without_titles(schema: Schema) -> Schema:
    """The same schema without generated titles, its references left as they are."""
    cleaned: Schema = _cleaned(schema, {}, set())
    return cleaned


def _cleaned(node: Any, definitions: dict[str, Schema], recursive: set[str]) -> Any:
    if isinstance(node, list):
        return [_cleaned(item, definitions, recursive) for item in node]
    if not isinstance(node, dict):
        return node
    name = _referred(node)
    if name in definitions and name not in recursive:
        beside = {key: value for key, value in node.items() if key != "$ref"}
        return _cleaned({**definitions[name], **beside}, definitions, recursive)
    cleaned = {
        key: _value(key, value, definitions, recursive)
        for key, value in node.items()
        if key not in _DROPPED or (key == "title" and not isinstance(value, str))
    }
    return _told_apart(cleaned) if definitions else cleaned


def _told_apart(node: Schema) -> Schema:
    """OpenAPI's `discriminator` points at definitions, which are inlined; what it means is that its field is needed."""
    discriminator = node.pop("discriminator", None)
    if isinstance(discriminator, dict):
        name = discriminator["propertyName"]
        node["oneOf"] = [
            {**option, "required": sorted({*option.get("required", ()), name})} if "properties" in option else option
            for option in node["oneOf"]
        ]
    return node


def _value(key: str, value: Any, definitions: dict[str, Schema], recursive: set[str]) -> Any:
    if key in _DATA:
        return value
    if key in _MAPS_OF_SCHEMAS:
        return {name: _cleaned(schema, definitions, recursive) for name, schema in value.items()}
    return _cleaned(value, definitions, recursive)


def _referred(node: Schema) -> str | None:
    reference = node.get("$ref")
    return reference.removeprefix(_PREFIX) if isinstance(reference, str) else None


def _reachable(name: str, definitions: dict[str, Schema]) -> set[str]:
    """The definitions that this one refers to, however indirectly."""
    found: set[str] = set()
    waiting = list(_references(definitions[name]))
    while waiting:
        other = waiting.pop()
        if other not in found:
            found.add(other)
            waiting.extend(_references(definitions[other]))
    return found


def _references(node: Any) -> Iterator[str]:
    if isinstance(node, dict):
        name = _referred(node)
        if name is not None:
            yield name
        for value in node.values():
            yield from _references(value)
    elif isinstance(node, list):
        for item in node:
            yield from _references(item)
