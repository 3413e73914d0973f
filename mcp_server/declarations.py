"""A tool as MCP declares it: wire name, title, description, schemas, and annotations that are true."""

from collections.abc import Callable
from typing import Any

from django.conf import settings
from django.utils.translation import gettext as _
from mcp_types import Tool as Declaration
from mcp_types import ToolAnnotations

from approvals.contracts import Contract
from approvals.describing import approval_in_words, description_of, reads_first, safety_of
from approvals.registry import Kind, Tool, registry
from approvals.schemas import Schema, input_schema, output_schema

REASONS: Schema = {"type": "array", "items": {"type": "object"}}

# The envelope's fields that an answer of this kind fills; the others are null and not worth declaring in every tool.
_FILLED = {Kind.PREVIEW: ("preview_id", "expires_at"), Kind.WRITE: ("request",)}
_ALWAYS = ("tool", "data", "warnings", "masked", "untrusted", "next_actions")


def served_name(tool: Tool) -> str:
    """The name on the wire: underscores, unless the setting serves dots."""
    return tool.name if settings.MCP_DOTTED_NAMES else tool.wire_name


def declaration(tool: Tool) -> Declaration:
    return Declaration(
        name=served_name(tool),
        title=tool.name,
        description=description(tool),
        input_schema=input_schema(tool),
        output_schema=answer_schema(tool),
        annotations=annotations(tool),
    )


def description(tool: Tool) -> str:
    """What it does, what to read before it, who has to agree, what it guards against."""
    lines = [description_of(tool)]
    if first := reads_first(tool):
        lines.append(_("Read first: %s.") % ", ".join(served_name(other) for other in first))
    if tool.kind in (Kind.WRITE, Kind.COMPOSED):
        lines.append(_("Approval: %s") % approval_in_words(tool))
    if safety := safety_of(tool):
        lines.append(_("Safety: %s") % safety)
    return "\n".join(lines)


def answer_schema(tool: Tool) -> Schema:
    """The envelope around the tool's own answer, as short as it can be: it is sent with every list.

    The envelope's fields are described once, in the server's instructions. `reasons` is there because some clients
    check the structured content of refusals as well. Fields may be added later, so none is forbidden.
    """
    declared = output_schema(tool)
    if tool.is_flat:
        return _flat(declared)
    names = (*_ALWAYS, *_FILLED.get(tool.kind, ()))
    fields = {name: declared["properties"][name] for name in names}
    shortened = {name: _open(field) if name == "data" else _bare(_open(field)) for name, field in fields.items()}
    kept = {key: value for key, value in declared.items() if key not in ("properties", "additionalProperties")}
    return {**_open(kept), "properties": {**shortened, "reasons": REASONS}}


def _flat(declared: Schema) -> Schema:
    """A flat tool's own keys, none of them promised: a refusal, which has none of them, is checked as well."""
    own = declared if declared.get("type") == "object" else {"type": "object", "properties": {"result": declared}}
    kept = {key: value for key, value in _open(own).items() if key != "required"}
    return {**kept, "properties": {**kept["properties"], "reasons": REASONS}}


def _open(node: Any) -> Any:
    """The schema without `additionalProperties: false`."""
    return _without(node, lambda key, value: key == "additionalProperties" and value is False)


def _bare(node: Any) -> Any:
    """The schema without descriptions and defaults."""
    return _without(node, lambda key, value: key in ("description", "default"))


def _without(node: Any, dropped: Callable[[str, Any], bool]) -> Any:
    """The schema without these keywords, on every level; names of fields are not keywords."""
    if isinstance(node, list):
        return [_without(item, dropped) for item in node]
    if not isinstance(node, dict):
        return node
    return {
        key: {name: _without(field, dropped) for name, field in value.items()}
        if key in ("properties", "$defs")
        else _without(value, dropped)
        for key, value in node.items()
        if not dropped(key, value)
    }


def annotations(tool: Tool) -> ToolAnnotations:
    """Hints by what a tool really does. A write repeated with its idempotency key does nothing more; one that is
    composed of writes takes no key.
    """
    is_write, reads = tool.kind is Kind.WRITE, tool.kind in (Kind.READ, Kind.STATUS)
    writes = [tool] if is_write else [part for name in tool.through if (part := registry.find(name)).kind is Kind.WRITE]
    return ToolAnnotations(
        title=tool.name,
        read_only_hint=reads,
        destructive_hint=bool(writes),
        idempotent_hint=reads or is_write,
        open_world_hint=any(_reaches_outside(one) for one in writes),
    )


def _reaches_outside(tool: Tool) -> bool:
    """Whether carrying it out talks to a provider or sends messages."""
    messages = tool.contract is not None and tool.contract.message_category is not Contract.message_category
    return tool.outside is not None or (messages and tool.spends)
