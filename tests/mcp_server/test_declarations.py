"""How tools look to an MCP client."""

from typing import Any

import pytest
from mcp.shared.exceptions import MCPError

from approvals.envelope import Envelope
from approvals.registry import registry
from mcp_server.declarations import declaration
from mcp_server.listing import page
from mcp_server.server import INSTRUCTIONS

pytestmark = pytest.mark.usefixtures("demo_tools")


def declared(name: str) -> Any:
    return declaration(registry.find(name))


def hints(name: str) -> tuple[bool, bool, bool, bool]:
    found = declared(name).annotations
    return found.read_only_hint, found.destructive_hint, found.idempotent_hint, found.open_world_hint


def test_the_wire_name_has_underscores_and_the_title_dots() -> None:
    tool = declared("demo.note.write")
    assert (tool.name, tool.title) == ("demo_note_write", "demo.note.write")


def test_a_setting_serves_dots(settings: Any) -> None:
    settings.MCP_DOTTED_NAMES = True
    tool = declared("demo.note.write")
    assert tool.name == "demo.note.write"
    assert "Read first: demo.notes.list, demo.note.preview." in tool.description


def test_the_description_says_what_to_read_who_agrees_and_what_is_guarded() -> None:
    assert declared("demo.note.write").description == (
        "Write a note that people will read. It hangs on the wall.\n\nUntil somebody takes it down.\n"
        "Read first: demo_notes_list, demo_note_preview.\n"
        "Approval: Waits for a compliance officer, whatever the policies say.\n"
        "Safety: Nobody reads a note that nobody has countersigned."
    )
    assert declared("demo.notes.list").description == "List the notes of the tea house."


def test_the_hints_are_true() -> None:
    """In this order: only reads, may destroy, may be repeated, reaches outside."""
    assert hints("demo.notes.list") == (True, False, True, False)
    assert hints("demo.action_request.status") == (True, False, True, False)
    assert hints("demo.note.preview") == (False, False, False, False)  # each call stores another preview
    assert hints("demo.note.write") == (False, True, True, True)  # it sends messages
    assert hints("demo.shelf.tidy") == (False, True, True, False)


def test_the_output_schema_is_the_envelope_described_once_and_allows_for_a_refusal() -> None:
    schema = declared("demo.note.write").output_schema
    assert schema["required"] == ["tool"]
    assert list(schema["properties"]) == [
        "tool", "data", "warnings", "masked", "untrusted", "next_actions", "request", "reasons",
    ]  # fmt: skip
    assert schema["properties"]["tool"] == {"type": "string"}
    assert schema["properties"]["data"]["anyOf"][0] == {
        "type": "object",
        "properties": {"text": {"type": "string", "description": "What was written down."}},
        "required": ["text"],
    }
    for field in Envelope.model_fields:
        assert field in INSTRUCTIONS


def test_only_a_preview_declares_a_preview_id() -> None:
    assert "preview_id" in declared("demo.note.preview").output_schema["properties"]
    assert "preview_id" not in declared("demo.notes.list").output_schema["properties"]


def test_all_tools_stand_on_one_page_in_the_order_of_their_names() -> None:
    every = sorted((declaration(tool) for tool in registry), key=lambda one: one.name)
    shown = page(every, None)
    assert [tool.name for tool in shown.tools] == [
        "demo_action_request_status",
        "demo_books_read",
        "demo_kettle_boil",
        "demo_note_preview",
        "demo_note_write",
        "demo_notes_list",
        "demo_shelf_tidy",
        "demo_tree_get",
    ]
    assert shown.next_cursor is None


def test_a_page_size_makes_pages_that_together_hold_every_tool_once(settings: Any) -> None:
    settings.MCP_PAGE_SIZE = 3
    every = sorted((declaration(tool) for tool in registry), key=lambda one: one.name)
    first = page(every, None)
    second = page(every, first.next_cursor)
    third = page(every, second.next_cursor)
    assert [len(one.tools) for one in (first, second, third)] == [3, 3, 2]
    assert third.next_cursor is None
    assert [tool.name for one in (first, second, third) for tool in one.tools] == [tool.name for tool in every]


@pytest.mark.parametrize("cursor", ["tea", "🫖", "====", "/w=="])
def test_a_cursor_that_is_not_ours_is_refused(cursor: str) -> None:
    with pytest.raises(MCPError, match="not one of ours"):
        page([], cursor)
