"""The search surface: a handful of tools, and three to find, read and call the others. All through the same door."""

from collections import Counter
from typing import Annotated, Any

from django.utils.translation import gettext_lazy as _
from mcp_types import CallToolResult, ToolAnnotations
from mcp_types import Tool as Declaration
from pydantic import Field

from accounts.actor import Actor
from approvals.arguments import read
from approvals.contracts import Ask
from approvals.describing import description_of, safety_of, summary_of
from approvals.reasons import Refused
from approvals.registry import Kind, Tool
from approvals.schemas import Schema, input_schema, plain
from approvals.toolsets import offered_to
from mcp_server.calling import answered, not_offered, refused, use
from mcp_server.declarations import REASONS, description, served_name

FIND, DESCRIBE, CALL = "find_tools", "describe_tool", "call_tool"

# How many tools are listed besides the three.
HANDFUL = 5

ToolName = Annotated[str, Field(max_length=200, description="A tool's name, with underscores or dots.")]


class FindAsk(Ask):
    query: Annotated[str, Field(max_length=500, description="Words, like “broadcast schedule”. Empty: all.")]
    limit: Annotated[int, Field(ge=1, le=50, description="How many to show.")] = 10


class DescribeAsk(Ask):
    name: ToolName


class CallAsk(Ask):
    name: ToolName
    arguments: Annotated[dict[str, Any], Field(description="The tool's own arguments.")] = {}


ASKS: dict[str, type[Ask]] = {FIND: FindAsk, DESCRIBE: DescribeAsk, CALL: CallAsk}

_TEXTS = {
    FIND: _("Find tools by words. Begin here: most tools are not in the list."),
    DESCRIBE: _("Read one tool: its description and the schema of the arguments that call_tool passes on."),
    CALL: _("Call a tool that find_tools or describe_tool named. The answer is that tool's own."),
}
_TEXT: Schema = {"type": "string"}
_ANSWERS: dict[str, dict[str, Schema]] = {
    FIND: {"tools": {"type": "array", "items": {"type": "object", "additionalProperties": _TEXT}}},
    DESCRIBE: {"name": _TEXT, "title": _TEXT, "description": _TEXT, "input_schema": {"type": "object"}},
    CALL: {"tool": _TEXT},
}


def handful(actor: Actor) -> list[Tool]:
    """What is listed: where a request stands, and what most other tools say to read first."""
    offered = offered_to(actor)
    named = Counter(name for tool in offered for name in tool.reads_first)
    often = sorted(offered, key=lambda tool: (tool.kind is not Kind.STATUS, -named[tool.name], tool.name))
    return [tool for tool in often if tool.kind is Kind.STATUS or named[tool.name]][:HANDFUL]


def declarations() -> list[Declaration]:
    """The three tools of the search. Calling may turn out to be anything, so its hints are those of the worst."""
    return [
        Declaration(
            name=name,
            title=name,
            description=str(_TEXTS[name]),
            input_schema=plain(model.model_json_schema()),
            output_schema={"type": "object", "properties": {**_ANSWERS[name], "reasons": REASONS}},
            annotations=ToolAnnotations(
                title=name,
                read_only_hint=name != CALL,
                destructive_hint=name == CALL,
                idempotent_hint=name != CALL,
                open_world_hint=name == CALL,
            ),
        )
        for name, model in ASKS.items()
    ]


def use_search(name: str, arguments: dict[str, Any], actor: Actor) -> CallToolResult:
    """One of the three. Raises MCPError for a tool that the actor cannot use, like a direct call."""
    try:
        ask = read(ASKS[name], arguments)
    except Refused as no:
        return refused(name, no)
    if isinstance(ask, CallAsk):
        return use(ask.name, ask.arguments, actor)
    if isinstance(ask, FindAsk):
        found = find(ask.query, offered_to(actor))[: ask.limit]
        return answered({"tools": [_line(tool) for tool in found]})
    assert isinstance(ask, DescribeAsk)
    return answered(_described(_offered(ask.name, actor)))


def find(query: str, tools: list[Tool]) -> list[Tool]:
    """The tools that hold words of the query, those with most of them first; a word in the name counts double."""
    words = query.lower().replace(".", " ").replace("_", " ").split()
    if not words:
        return tools
    scores = {tool.name: _score(tool, words) for tool in tools}
    return sorted((tool for tool in tools if scores[tool.name]), key=lambda tool: (-scores[tool.name], tool.name))


def _score(tool: Tool, words: list[str]) -> int:
    text = f"{tool.description} {tool.safety} {description_of(tool)} {safety_of(tool)}".lower()
    return sum(2 * (word in tool.name) + (word in text) for word in words)


def _offered(name: str, actor: Actor) -> Tool:
    found = next((tool for tool in offered_to(actor) if name in (tool.name, tool.wire_name)), None)
    if found is None:
        raise not_offered(name)
    return found


def _line(tool: Tool) -> dict[str, str]:
    return {"name": served_name(tool), "title": tool.name, "kind": tool.kind.value, "description": summary_of(tool)}


def _described(tool: Tool) -> dict[str, Any]:
    return {
        "name": served_name(tool),
        "title": tool.name,
        "description": description(tool),
        "input_schema": input_schema(tool),
    }
