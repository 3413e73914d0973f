"""`mcp_read`: reading one row through MCP over HTTP, against an empty tool on the same server."""

import asyncio
import os
import sys
import time
from collections.abc import Awaitable, Callable, Iterator
from statistics import median

import httpx2
from django.utils import timezone
from mcp.client.session import ClientSession
from mcp.client.streamable_http import streamable_http_client

from accounts.credentials import create_agent
from accounts.roles import AGENT_SCOPES, Role
from benchmarks import world
from benchmarks.measuring import Bar, Outcome
from benchmarks.processes import free_port, started
from messaging.models import Contact

CALLS = 200
LISTINGS = 20


def run(rounds: int, scale: int) -> Iterator[Outcome]:
    where = world.organisation("bench-mcp")
    world.contacts(where, 1_000, first=4_000_000)
    owner = world.person(where, "bench-owner", Role.COMPLIANCE)
    _agent, key = create_agent(where, owner, f"bench {timezone.now():%H%M%S%f}", scopes=sorted(AGENT_SCOPES))
    contact = str(Contact.objects.filter(organisation=where).values_list("key", flat=True)[0])
    port = free_port()
    command = [sys.executable, "-m", "benchmarks.mcp_server_with_empty_tool", str(port)]
    with started(command, port, {**os.environ}):
        reading = Outcome("mcp_read", "ms p50", "ms p50 of an empty tool", Bar(3.0, above=False))
        listing = Outcome("mcp_list_tools", "ms p50", "ms (50 allowed)", Bar(1.0, above=False))
        asyncio.run(_measure(port, key, contact, rounds, reading, listing))
    yield reading
    yield listing


async def _measure(port: int, key: str, contact: str, rounds: int, reading: Outcome, listing: Outcome) -> None:
    async with (
        httpx2.AsyncClient(headers={"Authorization": f"Bearer {key}"}) as http,
        streamable_http_client(f"http://127.0.0.1:{port}/mcp", http_client=http) as streams,
        ClientSession(streams[0], streams[1]) as session,
    ):
        await session.initialize()
        tools = await session.list_tools()
        reading.notes.append(f"{CALLS} calls a round, {len(tools.tools)} tools listed")
        for _round in range(rounds):
            reading.reference.append(await _p50_of_tool(session, "bench_empty", {}))
            reading.measured.append(await _p50_of_tool(session, "whatsapp_contact_get", {"contact_id": contact}))
            listing.measured.append(await _p50(session.list_tools, LISTINGS))
            listing.reference.append(50.0)


async def _p50_of_tool(session: ClientSession, name: str, arguments: dict[str, str]) -> float:
    async def call() -> None:
        answer = await session.call_tool(name, arguments)
        assert not answer.is_error, answer.content

    return await _p50(call, CALLS)


async def _p50(ask: Callable[[], Awaitable[object]], times: int) -> float:
    took = []
    for _time in range(times):
        began = time.perf_counter()
        await ask()
        took.append((time.perf_counter() - began) * 1000)
    return median(took)
