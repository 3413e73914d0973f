"""What holds for every tool there is and will be."""

import re
from collections.abc import Iterator
from typing import Any, get_type_hints

import pytest

from accounts.roles import AGENT_SCOPES
from approvals.describing import summary_of
from approvals.registry import Kind, Registry, Tool, registry, tool
from approvals.schemas import Schema, input_schema, output_schema
from mcp_server import search
from mcp_server.declarations import declaration

TOOLS = list(registry)
WRITES = [one for one in TOOLS if one.kind is Kind.WRITE]

every_tool = pytest.mark.parametrize("one", TOOLS, ids=lambda one: one.name)
every_write = pytest.mark.parametrize("one", WRITES, ids=lambda one: one.name)


def fields(schema: Schema, path: str = "") -> Iterator[tuple[str, Schema]]:
    """Every field of a schema with its dotted path, however deep."""
    for name, field in schema.get("properties", {}).items():
        yield f"{path}.{name}".strip("."), field
        yield from fields(field, f"{path}.{name}")
    for key in ("anyOf", "oneOf", "allOf"):
        for option in schema.get(key, ()):
            yield from fields(option, path)
    for key in ("items", "additionalProperties"):
        if isinstance(schema.get(key), dict):
            yield from fields(schema[key], path)
    for name, definition in schema.get("$defs", {}).items():
        yield from fields(definition, name)


def speaks(field: Schema) -> bool:
    """Whether a field says what it is; one that can only be one word says it by that."""
    return bool(field.get("description")) or "const" in field


def test_the_registry_is_filled() -> None:
    assert registry.get("whatsapp.segments.list") is not None


@every_write
def test_what_a_preview_freezes_is_what_its_write_carries_out(one: Tool) -> None:
    if one.preview is not None:
        preview = registry.get(one.preview)
        assert preview is not None, f"there is no {one.preview}"
        assert preview.kind is Kind.PREVIEW
        assert preview.returns is one.takes
    else:
        assert one.plan is not None
        assert get_type_hints(one.plan)["return"] is one.takes


@every_write
def test_a_write_takes_a_key_and_a_reason(one: Tool) -> None:
    assert {"idempotency_key", "reason"} <= set(input_schema(one)["required"])


@every_tool
def test_names_fit_what_clients_allow(one: Tool) -> None:
    """Cursor counts server and tool to 60, others `mcp__server__tool` to 64: `countersign` leaves a name 46."""
    assert re.fullmatch(r"[a-z][a-z0-9_]*", one.wire_name)
    assert len(one.wire_name) <= 46


def test_no_name_is_one_of_the_searchs_own() -> None:
    assert {one.wire_name for one in TOOLS}.isdisjoint(search.ASKS)


def test_no_tool_decides() -> None:
    reads = {"sms_marketing.approval_policies.list"}
    words = {word for one in TOOLS if one.name not in reads for word in re.split(r"[._]", one.name)}
    assert words.isdisjoint({"approve", "approval", "reject", "decide", "decision", "countersign"})


@every_tool
def test_a_scope_is_one_that_an_agent_can_have(one: Tool) -> None:
    assert one.scope in AGENT_SCOPES


@every_tool
def test_nobody_is_sent_to_a_tool_that_is_not_there(one: Tool) -> None:
    """The catalogue's tools name each other; the text that agents read names those that there are."""
    told = re.search(r"^Read first: (.*)\.$", declaration(one).description or "", re.MULTILINE)
    names = told[1].split(", ") if told else []
    assert [name for name in names if registry.get(name) is None] == []
    assert one.wire_name not in names


@every_tool
def test_every_field_is_described(one: Tool) -> None:
    """What it takes and what it answers; the envelope's own fields are held by their own test."""
    bare = [f"takes {path}" for path, field in fields(input_schema(one)) if not speaks(field)]
    bare += [f"answers {path}" for path, field in fields(output_schema(one)) if not speaks(field)]
    assert bare == []


@every_tool
def test_it_refuses_fields_that_it_does_not_know(one: Tool) -> None:
    assert input_schema(one)["additionalProperties"] is False


@every_tool
def test_its_description_begins_with_a_sentence_that_fits_a_table(one: Tool) -> None:
    assert summary_of(one).endswith(".")
    assert len(summary_of(one)) <= 140


@every_tool
def test_no_generated_title_is_left(one: Tool) -> None:
    def titles(node: Any) -> Iterator[str]:
        if isinstance(node, dict):
            for key, value in node.items():
                if key == "title" and isinstance(value, str):
                    yield value
                yield from titles(value)
        elif isinstance(node, list):
            for item in node:
                yield from titles(item)

    seen = declaration(one)
    assert list(titles(seen.input_schema)) == []
    assert list(titles(seen.output_schema)) == []


def test_a_declaration_that_breaks_a_rule_stops_the_start() -> None:
    def undescribed(call: object, ask: int) -> int:
        return 1

    for run, declared, text in (
        (undescribed, {"kind": Kind.READ}, "say in the docstring"),
        (test_no_tool_decides, {"kind": Kind.READ}, "a tool is a function"),
    ):
        with pytest.raises(TypeError, match=text):
            tool("demo.wrong", scope="whatsapp:read", **declared)(run)
    assert registry.get("demo.wrong") is None


def test_two_tools_never_share_a_wire_name() -> None:
    some = Registry()
    one = TOOLS[0]
    some.add(one)
    with pytest.raises(ValueError, match="two tools are called"):
        some.add(one)
