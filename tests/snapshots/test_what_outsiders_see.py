"""Each tool as an MCP client sees it and the OpenAPI document, pinned: a change to them is seen and meant.

`make snapshots` writes them anew; read the difference before you commit it.
"""

import json
from pathlib import Path

import pytest
from django.core.management import CommandError, call_command

from approvals.registry import Tool, registry
from mcp_server.declarations import declaration

PROJECT = Path(__file__).parents[2]
PINNED = Path(__file__).parent / "tools"


@pytest.mark.parametrize("tool", list(registry), ids=lambda tool: tool.name)
def test_a_tool_is_as_it_was(tool: Tool, updating: bool) -> None:
    file = PINNED / f"{tool.name}.json"
    seen = declaration(tool).model_dump(mode="json", by_alias=True, exclude_none=True)
    if updating:
        PINNED.mkdir(exist_ok=True)
        file.write_text(json.dumps(seen, ensure_ascii=False, indent=2) + "\n", "utf-8")
    assert file.exists(), "a new tool: run `make snapshots`"
    assert seen == json.loads(file.read_text("utf-8")), "run `make snapshots` if this change is meant"


def test_no_tool_has_gone(updating: bool) -> None:
    gone = {path.stem for path in PINNED.glob("*.json")} - {tool.name for tool in registry}
    if updating:
        for name in gone:
            (PINNED / f"{name}.json").unlink()
    else:
        assert gone == set(), "clients may still call these: run `make snapshots` if that is meant"


@pytest.mark.parametrize(
    "arguments", [("--docs",), (f"--openapi={PROJECT / 'docs' / 'openapi.json'}",)], ids=["docs", "openapi"]
)
def test_the_generated_documents_are_fresh(arguments: tuple[str, ...], updating: bool) -> None:
    if updating:
        call_command("tools", *arguments)
    try:
        call_command("tools", *arguments, "--check")
    except CommandError as error:
        pytest.fail(f"{error} (`make snapshots` does all of them)")
