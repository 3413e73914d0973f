"""Which tools an actor is shown: a toolset is a smaller surface for one job; an empty one shows what scopes allow."""

from accounts.actor import Actor, Face
from approvals.registry import Kind, Registry, Tool, registry

READ_ONLY = "read-only"
# Every tool, but MCP lists only a handful and lets the agent look for the others.
SEARCH = "search"


def toolsets(tools: Registry = registry) -> list[str]:
    """Every toolset an agent can be given: a family of tools, everything that changes nothing, or the search."""
    return [*sorted({tool.family for tool in tools}), READ_ONLY, SEARCH]


def toolsets_of(tool: Tool) -> list[str]:
    """The toolsets that make a tool a part of a smaller surface."""
    return [tool.family, READ_ONLY] if tool.kind in (Kind.READ, Kind.STATUS) else [tool.family]


def visible_to(actor: Actor, tool: Tool) -> bool:
    """Whether this tool belongs to the actor's toolset. Scopes are asked separately, with a clear no."""
    if tool.desk_only and actor.face not in (Face.DESK, Face.SYSTEM):
        return False
    toolset = actor.agent.toolset if actor.agent else ""
    return toolset in ("", SEARCH) or toolset in toolsets_of(tool)


def offered_to(actor: Actor) -> list[Tool]:
    """The tools this actor can use: what a tool list shows."""
    return [tool for tool in registry if visible_to(actor, tool) and tool.may_be_tried_by(actor)]
