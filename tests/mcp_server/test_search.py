"""The search surface: a handful of tools, the others through find, describe and call, all through the same door."""

import signal
from typing import Any

import pytest
from mcp import Client
from mcp.shared.exceptions import MCPError

from approvals.models import ActionRequest
from approvals.registry import registry
from mcp_server.search import find
from tests.demo_tools.fixtures import agent_with_key
from tests.mcp_server.conftest import PATIENCE, start_http
from tests.mcp_server.test_http import WHY, session

pytestmark = [pytest.mark.django_db(transaction=True), pytest.mark.usefixtures("demo_tools")]


def searching(http_server: str, do: Any, **fields: Any) -> Any:
    _agent, key = agent_with_key(toolset="search", **fields)
    return session(http_server, key, do)


def test_the_list_is_a_handful_and_the_three(http_server: str) -> None:
    tools = searching(http_server, lambda client: client.list_tools()).tools
    assert [tool.name for tool in tools] == [
        "call_tool",
        "demo_action_request_status",
        "demo_note_preview",
        "demo_notes_list",
        "describe_tool",
        "find_tools",
    ]
    call = tools[0].annotations
    assert (call.read_only_hint, call.destructive_hint, call.open_world_hint) == (False, True, True)


def test_words_find_tools_the_best_first() -> None:
    names = [tool.name for tool in find("write a NOTE", list(registry))]
    assert names[0] == "demo.note.write"
    assert [tool.name for tool in find("kettle", list(registry))] == ["demo.kettle.boil"]
    assert find("coffee", list(registry)) == []
    assert len(find("", list(registry))) == 8


def test_finding_describing_and_calling_lead_to_the_same_answer(http_server: str) -> None:
    async def do(client: Client) -> None:
        found: Any = await client.call_tool("find_tools", {"query": "tidy shelf", "limit": 1})
        assert found.structured_content == {
            "tools": [
                {
                    "name": "demo_shelf_tidy",
                    "title": "demo.shelf.tidy",
                    "kind": "write",
                    "description": "Tidy a shelf, at once.",
                }
            ]
        }
        described: Any = await client.call_tool("describe_tool", {"name": "demo_shelf_tidy"})
        assert "shelf" in described.structured_content["input_schema"]["properties"]
        done: Any = await client.call_tool(
            "call_tool", {"name": "demo_shelf_tidy", "arguments": {"shelf": "tea", **WHY}}
        )
        assert done.structured_content["data"] == {"text": "The tea shelf is tidy."}
        direct: Any = await client.call_tool("demo_shelf_tidy", {"shelf": "tea", **WHY})
        assert direct.structured_content == done.structured_content

    searching(http_server, do)
    assert ActionRequest.objects.count() == 1


def test_the_search_shows_and_calls_nothing_that_the_caller_may_not_use(http_server: str) -> None:
    async def do(client: Client) -> None:
        found: Any = await client.call_tool("find_tools", {"query": "books"})
        assert found.structured_content == {"tools": []}
        for name in ("describe_tool", "call_tool"):
            with pytest.raises(MCPError, match="There is no tool 'demo_books_read'"):
                await client.call_tool(name, {"name": "demo_books_read"})
        with pytest.raises(MCPError, match="There is no tool 'call_tool'"):
            await client.call_tool("call_tool", {"name": "call_tool"})

    searching(http_server, do)


def test_wrong_arguments_of_the_three_are_refusals(http_server: str) -> None:
    no = searching(http_server, lambda client: client.call_tool("find_tools", {"limit": 51}))
    assert [reason["field"] for reason in no.structured_content["reasons"]] == ["query", "limit"]


def test_without_the_toolset_the_three_are_unknown(http_server: str) -> None:
    _agent, key = agent_with_key()
    with pytest.raises(MCPError, match="There is no tool 'find_tools'"):
        session(http_server, key, lambda client: client.call_tool("find_tools", {"query": ""}))


def test_the_option_makes_everybody_search_and_sigterm_ends_the_server_with_status_0() -> None:
    _agent, key = agent_with_key()
    process, address = start_http("--search")

    async def do(client: Client) -> list[str]:
        assert "find_tools" in (client.instructions or "")
        return [tool.name for tool in (await client.list_tools()).tools]

    assert "find_tools" in session(address, key, do)
    process.send_signal(signal.SIGTERM)
    assert process.wait(PATIENCE) == 0
