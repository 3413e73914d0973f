"""Which tools an actor is shown. A toolset is a smaller surface for one job; leaving it empty shows what the scopes allow."""

from accounts.actor import Actor
from approvals.registry import Kind, Registry, Tool, registry

READ_ONLY = "read-only"


def toolsets(tools: Registry = registry) -> list[str]:
    """Every toolset an agent can be given: a family of tools, or everything that changes nothing."""
    return [*sorted({tool.family for tool in tools}), READ_ONLY]


def visible_to(actor: Actor, tool: Tool) -> bool:
    """Whether this tool belongs to the actor's toolset. Scopes are asked separately, with a clear no."""
    toolset = actor.agent.toolset if actor.agent else ""
    if not toolset:
        return True
    if toolset == READ_ONLY:
        return tool.kind in (Kind.READ, Kind.STATUS)
    return tool.family == toolset


def offered_to(actor: Actor) -> list[Tool]:
    """The tools this actor can use: what a tool list shows."""
    return [tool for tool in registry if visible_to(actor, tool) and actor.can(tool.scope)]
