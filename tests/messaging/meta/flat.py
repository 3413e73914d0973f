"""Short ways to use flat tools, and the people of their tests."""

from datetime import datetime
from typing import Any

from accounts.actor import Actor, Face
from approvals.calls import call
from approvals.reasons import Reason, Refused
from tests.factories import NOON, AgentFactory, ken_ho, mei_chan

ANN = "85261234567"


def mei() -> Actor:
    """She sees personal data and every conversation."""
    return Actor.of_person(mei_chan(), Face.REST)


def ken() -> Actor:
    """He answers customers and sees no numbers."""
    return Actor.of_person(ken_ho(), Face.REST)


def kens_agent(toolset: str = "") -> Actor:
    return Actor.of_agent(AgentFactory(owner=ken_ho(), name="Answering assistant", toolset=toolset), Face.MCP)


def asked(tool: str, actor: Actor | None = None, now: datetime = NOON, **arguments: Any) -> dict[str, Any]:
    """What a flat tool answers, its keys alone."""
    data = call(tool, arguments, actor or mei(), now).data
    assert isinstance(data, dict)
    return data


def refused(tool: str, actor: Actor | None = None, now: datetime = NOON, **arguments: Any) -> list[Reason]:
    """Why it does not."""
    try:
        call(tool, arguments, actor or mei(), now)
    except Refused as no:
        return list(no.reasons)
    raise AssertionError(f"{tool} answered")
