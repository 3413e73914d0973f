"""A server over stdio: who it is comes from the key in its environment and from nowhere else."""

import subprocess
import sys
from typing import Any

import anyio
import pytest
from django.core.management import CommandError, call_command
from django.db import connection
from django.utils import timezone
from mcp import Client
from mcp.shared.exceptions import MCPError

from accounts.models import Agent
from tests.demo_tools.fixtures import agent_with_key
from tests.mcp_server.conftest import PROJECT, environment, over_stdio

pytestmark = [pytest.mark.django_db(transaction=True), pytest.mark.usefixtures("demo_tools")]


def disable_agents() -> None:
    """In a thread of its own, which must not keep its connection."""
    Agent.objects.update(disabled_at=timezone.now())
    connection.close()


def test_a_client_uses_the_tools_until_the_agent_is_disabled() -> None:
    _agent, key = agent_with_key()

    async def run() -> None:
        async with Client(over_stdio(key)) as client:
            assert len((await client.list_tools()).tools) == 7
            read: Any = await client.call_tool("demo_notes_list", {})
            assert read.structured_content["masked"] == ["phone"]
            with pytest.raises(MCPError, match="There is no tool"):
                await client.call_tool("demo_books_read", {})
            await anyio.to_thread.run_sync(disable_agents)
            with pytest.raises(MCPError, match="unknown, disabled"):
                await client.call_tool("demo_notes_list", {})
            with pytest.raises(MCPError, match="unknown, disabled"):
                await client.list_tools(cache_mode="bypass")

    anyio.run(run)


def test_it_ends_with_its_client_and_writes_nothing_but_the_protocol() -> None:
    _agent, key = agent_with_key()
    ended = subprocess.run(
        [sys.executable, "manage.py", "mcp"],
        cwd=PROJECT, env=environment(COUNTERSIGN_KEY=key), stdin=subprocess.DEVNULL, capture_output=True, timeout=60,
        check=False,
    )  # fmt: skip
    assert (ended.returncode, ended.stdout) == (0, b"")


@pytest.mark.parametrize(
    ("key", "text"),
    [
        ("", "COUNTERSIGN_KEY is not set. Make a key with `manage.py agent_key` and put it into COUNTERSIGN_KEY."),
        ("cs_0000000000_wrong", "The key in COUNTERSIGN_KEY is unknown or disabled, or its owner is no longer active."),
        ("admin", "The key in COUNTERSIGN_KEY is unknown or disabled, or its owner is no longer active."),
    ],
)
def test_without_a_valid_key_it_does_not_start_and_says_why(
    monkeypatch: pytest.MonkeyPatch, key: str, text: str
) -> None:
    monkeypatch.setenv("COUNTERSIGN_KEY", key)
    with pytest.raises(CommandError) as error:
        call_command("mcp")
    assert str(error.value).startswith(text)
