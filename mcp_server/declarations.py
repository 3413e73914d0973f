"""A tool as MCP declares it: wire name, title, description, schemas, and annotations that are true."""

from typing import Any

from django.conf import settings
from mcp_types import Tool as Declaration
from mcp_types import ToolAnnotations

from approvals.contracts import Contract
from approvals.describing import approval_in_words
from approvals.registry import Kind, Registry, Tool, registry
from approvals.schemas import Schema, input_schema, output_schema

REASONS: Schema = {
    "type": "array",
    "description": "Only when it was refused: every reason.",
    "items": {
        "type": "object",
        "properties": {name: {"type": "string"} for name in ("code", "text", "fix", "field")},
        "required": ["code", "text", "fix"],
    },
}


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


def description(tool: Tool, tools: Registry = registry) -> str:
    """What it does, what to read before it, who has to agree, what it guards against."""
    lines = [tool.description]
    if tool.reads_first:
        known = [tools.get(name) for name in tool.reads_first]
        names = [served_name(one) if one else name for one, name in zip(known, tool.reads_first, strict=True)]
        lines.append(f"Read first: {', '.join(names)}.")
    if tool.kind is Kind.WRITE:
        lines.append(f"Approval: {approval_in_words(tool)}")
    if tool.safety:
        lines.append(f"Safety: {tool.safety}")
    return "\n".join(lines)


def answer_schema(tool: Tool) -> Schema:
    """The envelope. Its own fields are described once, in the server's instructions, not in every tool; and a refusal
    is allowed for, because some clients check the structured content of errors as well."""
    schema = output_schema(tool)
    fields = {name: field if name == "data" else _bare(field) for name, field in schema["properties"].items()}
    return {**schema, "properties": {**fields, "reasons": REASONS}}


def _bare(node: Any) -> Any:
    """The schema without descriptions and defaults."""
    if isinstance(node, dict):
        return {
            key: {name: _bare(field) for name, field in value.items()} if key == "properties" else _bare(value)
            for key, value in node.items()
            if key not in ("description", "default")
        }
    return [_bare(item) for item in node] if isinstance(node, list) else node


def annotations(tool: Tool) -> ToolAnnotations:
    """Hints by what a tool really does. A write repeated with its idempotency key does nothing more."""
    is_write, reads = tool.kind is Kind.WRITE, tool.kind in (Kind.READ, Kind.STATUS)
    return ToolAnnotations(
        title=tool.name,
        read_only_hint=reads,
        destructive_hint=is_write,
        idempotent_hint=reads or is_write,
        open_world_hint=is_write and _reaches_outside(tool),
    )


def _reaches_outside(tool: Tool) -> bool:
    """Whether carrying it out talks to a provider or sends messages."""
    sends = tool.contract is not None and tool.contract.message_category is not Contract.message_category
    return tool.outside is not None or sends
