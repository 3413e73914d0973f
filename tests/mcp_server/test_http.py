"""A real server over HTTP, used by the SDK's own client and by hand."""

import json
from typing import Any

import anyio
import httpx2
import pytest
from django.utils import timezone
from mcp import Client
from mcp.client.streamable_http import streamable_http_client
from mcp.shared.exceptions import MCPError

from accounts.models import Agent
from approvals.models import ActionRequest
from tests.demo_tools.fixtures import agent_with_key
from tests.factories import PersonFactory, other_tenant

pytestmark = [pytest.mark.django_db(transaction=True), pytest.mark.usefixtures("demo_tools")]

WHY = {"idempotency_key": "note-for-monday", "reason": "Sam wants it on the wall."}
PING = {"jsonrpc": "2.0", "id": 1, "method": "ping"}


def session(address: str, key: str, do: Any, mode: str = "auto") -> Any:
    """What `do(client)` returns or raises, in a session with this key."""

    async def run() -> Any:
        async with httpx2.AsyncClient(headers={"Authorization": f"Bearer {key}"}) as line:
            transport = streamable_http_client(f"{address}/mcp", http_client=line)
            async with Client(transport, mode=mode) as client:
                try:
                    return await do(client)
                except MCPError as error:  # raised in here it would come out inside of groups
                    return error

    result = anyio.run(run)
    if isinstance(result, MCPError):
        raise result
    return result


def by_hand(address: str, method: str = "POST", **headers: str) -> httpx2.Response:
    accepted = {"Accept": "application/json, text/event-stream", **headers}
    return httpx2.request(method, f"{address}/mcp", json=PING if method == "POST" else None, headers=accepted)


@pytest.mark.parametrize("mode", ["auto", "legacy"])
def test_a_client_lists_reads_previews_and_asks(http_server: str, mode: str) -> None:
    _agent, key = agent_with_key()

    async def do(client: Client) -> None:
        assert "a person has countersigned" in (client.instructions or "")
        tools = await client.list_tools()
        assert [tool.name for tool in tools.tools] == [
            "demo_action_request_status",
            "demo_kettle_boil",
            "demo_note_preview",
            "demo_note_write",
            "demo_notes_list",
            "demo_shelf_tidy",
            "demo_tree_get",
        ]
        assert tools.next_cursor is None
        read = await client.call_tool("demo_notes_list", {"limit": 5})
        assert read.structured_content["data"] == {"notes": [{"title": "Order oolong", "phone": "+852••••567"}]}
        assert not read.is_error
        preview = await client.call_tool("demo_note_preview", {"text": "Drink more tea"})
        made = await client.call_tool(
            "demo_note_write", {"preview_id": preview.structured_content["preview_id"], **WHY}
        )
        assert made.structured_content["request"]["state"] == "pending"
        assert made.structured_content["request"]["anything_sent"].startswith("Nothing has been done or sent")

    session(http_server, key, do, mode)
    request = ActionRequest.objects.get()
    assert (request.face, request.state, request.agent_id) == ("mcp", "pending", Agent.objects.get().pk)


def test_the_text_is_the_same_json_as_the_structured_content(http_server: str) -> None:
    _agent, key = agent_with_key()
    read = session(http_server, key, lambda client: client.call_tool("demo.notes.list", {}))
    assert json.loads(read.content[0].text) == read.structured_content
    assert '","data":{' in read.content[0].text


def test_without_a_valid_key_nothing_is_served(http_server: str) -> None:
    _agent, key = agent_with_key()
    assert by_hand(http_server, Authorization=f"Bearer {key}").status_code == 200
    for wrong in ({}, {"Authorization": "Bearer cs_0000000000_wrong"}, {"Authorization": f"Basic {key}"}):
        answer = by_hand(http_server, **wrong)
        assert answer.status_code == 401
        assert answer.headers["WWW-Authenticate"].startswith("Bearer ")
        assert answer.json()["error"] == "invalid_token"
    Agent.objects.update(disabled_at=timezone.now())
    assert by_hand(http_server, Authorization=f"Bearer {key}").status_code == 401


def test_a_page_of_another_origin_and_an_unknown_host_are_refused(http_server: str) -> None:
    _agent, key = agent_with_key()
    bearer = {"Authorization": f"Bearer {key}"}
    assert by_hand(http_server, **bearer, Origin="https://evil.example").status_code == 403
    assert by_hand(http_server, Origin="https://evil.example").status_code == 403
    assert by_hand(http_server, **bearer, Origin=http_server).status_code == 200
    assert by_hand(http_server, **bearer, Host="evil.example").status_code == 421


def test_there_is_no_stream_to_open_and_no_session_to_end(http_server: str) -> None:
    _agent, key = agent_with_key()
    for method in ("GET", "DELETE", "PUT"):
        answer = by_hand(http_server, method, Authorization=f"Bearer {key}")
        assert (answer.status_code, answer.headers["Allow"]) == (405, "POST")


@pytest.mark.parametrize(
    ("name", "arguments"), [("demo_books_read", {}), ("demo.books.read", {}), ("demo_tea_approve", {"approve": True})]
)
def test_a_tool_that_the_caller_may_not_use_is_as_unknown_as_one_that_is_not_there(
    http_server: str, name: str, arguments: dict[str, Any]
) -> None:
    _agent, key = agent_with_key()
    with pytest.raises(MCPError) as error:
        session(http_server, key, lambda client: client.call_tool(name, arguments))
    assert error.value.code == -32602
    assert error.value.message == f"There is no tool '{name}'. List the tools and use a name from there."


def test_a_toolset_hides_what_does_not_belong_to_it(http_server: str) -> None:
    _agent, key = agent_with_key(toolset="read-only")
    tools = session(http_server, key, lambda client: client.list_tools())
    names = [tool.name for tool in tools.tools]
    assert names == ["demo_action_request_status", "demo_kettle_boil", "demo_notes_list", "demo_tree_get"]
    with pytest.raises(MCPError, match="There is no tool 'demo_shelf_tidy'"):
        session(http_server, key, lambda client: client.call_tool("demo_shelf_tidy", {"shelf": "tea", **WHY}))


def test_a_refusal_is_a_result_that_a_model_can_read(http_server: str) -> None:
    _agent, key = agent_with_key()
    no = session(http_server, key, lambda client: client.call_tool("demo_shelf_tidy", {"shelf": "top", **WHY}))
    assert no.is_error
    assert no.content[0].text == (
        "too_high: Nobody reaches the top shelf. Choose another shelf. (shelf)\nno_ladder: There is no ladder. Buy one."
    )
    assert no.structured_content == {
        "tool": "demo.shelf.tidy",
        "reasons": [
            {
                "code": "too_high",
                "text": "Nobody reaches the top shelf.",
                "fix": "Choose another shelf.",
                "field": "shelf",
            },
            {"code": "no_ladder", "text": "There is no ladder.", "fix": "Buy one."},
        ],
    }


def test_wrong_arguments_are_a_refusal_that_names_them(http_server: str) -> None:
    _agent, key = agent_with_key()
    no = session(http_server, key, lambda client: client.call_tool("demo_notes_list", {"limit": 0, "colour": "red"}))
    assert no.is_error
    assert [(reason["code"], reason["field"]) for reason in no.structured_content["reasons"]] == [
        ("invalid_argument", "limit"),
        ("invalid_argument", "colour"),
    ]
    assert not ActionRequest.objects.exists()


def test_another_tenants_preview_is_as_unknown_as_none(http_server: str) -> None:
    stranger = PersonFactory(organisation=other_tenant(), username="li.po", role="marketer")
    _theirs, their_key = agent_with_key(owner=stranger)
    theirs = session(http_server, their_key, lambda client: client.call_tool("demo_note_preview", {"text": "Coffee"}))
    preview_id = theirs.structured_content["preview_id"]
    _agent, key = agent_with_key()
    no = session(
        http_server, key, lambda client: client.call_tool("demo_note_write", {"preview_id": preview_id, **WHY})
    )
    assert [reason["code"] for reason in no.structured_content["reasons"]] == ["preview_not_found"]


def test_a_crash_tells_a_reference_and_nothing_else(http_server: str) -> None:
    _agent, key = agent_with_key()
    broken = session(http_server, key, lambda client: client.call_tool("demo_kettle_boil", {}))
    assert broken.is_error
    assert broken.content[0].text.startswith("internal_error: Something broke off on our side")
    assert "kettle is" not in broken.content[0].text
    assert "85291234567" not in broken.content[0].text


def test_bodies_that_are_not_json_rpc_are_refused_without_a_crash(http_server: str) -> None:
    _agent, key = agent_with_key()
    headers = {
        "Authorization": f"Bearer {key}", "Content-Type": "application/json",
        "Accept": "application/json, text/event-stream",
    }  # fmt: skip
    for body in (b"{", b"[]", b"null", b"[" * 100_000, b'{"jsonrpc":"2.0","id":1,"method":"tools/call","params":[]}'):
        answer = httpx2.post(f"{http_server}/mcp", content=body, headers=headers)
        assert answer.status_code in (200, 400), (body[:40], answer.text)
        assert "Traceback" not in answer.text
    large = httpx2.post(f"{http_server}/mcp", content=b" " * (24 * 1024 * 1024 + 1), headers=headers)
    assert large.status_code == 413
