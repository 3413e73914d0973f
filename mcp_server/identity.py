"""Whose key this is. Over HTTP it comes with each request, over stdio it lies in the environment; none, no entry.

The key is looked up for every call, so that a disabled agent stops in the middle of a session.
"""

from collections.abc import Awaitable, Callable
from typing import Any

from django.utils import timezone
from mcp.server.auth.middleware.auth_context import get_access_token
from mcp.server.auth.provider import AccessToken, TokenVerifier
from mcp.shared.exceptions import MCPError
from mcp_types import INVALID_REQUEST

from accounts.credentials import agent_for_key
from accounts.models import Agent
from mcp_server.threads import DatabaseThreads

Identify = Callable[[], Awaitable[Agent]]

_REFUSED = "This key is unknown, disabled, or its owner is no longer active. Ask an administrator for a new one."


class AgentToken(AccessToken):
    """An accepted bearer key with the agent it belongs to."""

    agent: Any


class BearerKeys(TokenVerifier):
    """Checks `Authorization: Bearer cs_...`. Keys are issued here and nowhere else, so they have no other audience."""

    def __init__(self, threads: DatabaseThreads) -> None:
        self.threads = threads

    async def verify_token(self, token: str) -> AccessToken | None:
        agent = await self.threads.run(lambda: agent_for_key(token, timezone.now()))
        if agent is None:
            return None
        return AgentToken(token=token, client_id=str(agent.pk), scopes=agent.scopes, agent=agent)


async def agent_of_request() -> Agent:
    """The agent whose key came with this HTTP request."""
    token = get_access_token()
    if not isinstance(token, AgentToken):
        raise MCPError(INVALID_REQUEST, _REFUSED)
    agent: Agent = token.agent
    return agent


def agent_of_key(key: str, threads: DatabaseThreads) -> Identify:
    """For stdio: the agent of this key, as it is now."""

    async def identify() -> Agent:
        agent = await threads.run(lambda: agent_for_key(key, timezone.now()))
        if agent is None:
            raise MCPError(INVALID_REQUEST, _REFUSED)
        return agent

    return identify
