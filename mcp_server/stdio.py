"""MCP over standard input and output: one client, one key, for as long as the client keeps the pipe open."""

import anyio
from mcp.server.stdio import stdio_server

from mcp_server.identity import agent_of_key
from mcp_server.server import build_server
from mcp_server.threads import DatabaseThreads


def serve(key: str, *, searching: bool = False) -> None:
    """Serve until the client closes our input."""
    with DatabaseThreads() as threads:
        anyio.run(_serve, key, threads, searching)


async def _serve(key: str, threads: DatabaseThreads, searching: bool) -> None:
    server = build_server(agent_of_key(key, threads), threads, searching=searching)
    async with stdio_server() as (incoming, outgoing):
        await server.run(incoming, outgoing, server.create_initialization_options())
