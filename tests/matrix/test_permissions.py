"""Every tool tried by every role and kind of agent, against the table in `permissions`."""

import json
from collections.abc import Iterator

import pytest
import time_machine
from django.db import transaction
from django.test import Client
from mcp.shared.exceptions import MCPError

from accounts.actor import Actor, Face
from accounts.roles import SCOPES_OF_ROLE, Role
from approvals.calls import call
from approvals.reasons import Refused
from approvals.registry import Tool, registry
from mcp_server.calling import use
from tests.factories import NOON, AgentFactory
from tests.matrix.one_of_everything import TeaHouse
from tests.matrix.permissions import AGENTS, MAY, SCOPE_MISSING, UNKNOWN_TOOL, matrix
from tests.matrix.standing import houses as houses
from tests.matrix.standing import own as own
from tests.matrix.tea_houses import RIGHT, arguments_of, tools
from tests.thoroughness import THOROUGH

pytestmark = pytest.mark.django_db

MATRIX = matrix()
COLUMNS = [*Role, *AGENTS]


@pytest.fixture(autouse=True)
def noon() -> Iterator[None]:
    with time_machine.travel(NOON, tick=False):
        yield


@pytest.fixture
def actors(own: TeaHouse) -> dict[str, Actor]:
    """Column of the table -> who that is."""
    people = {str(role): own.actor(role) for role in Role}
    agents = {}
    for name, (role, scopes, toolset) in AGENTS.items():
        made = AgentFactory(owner=own.people[role], name=name, scopes=sorted(scopes), toolset=toolset)
        made.owner.is_active = name != "owner_left"
        agents[name] = Actor.of_agent(made, Face.MCP)
        made.owner.is_active = True
    return people | agents


def told(tool: Tool, own: TeaHouse, actor: Actor, arguments: dict[str, object] | None = None) -> str:
    """What the door says, in the table's letters. Whoever may use the tool is answered, not only let through."""
    try:
        call(tool.name, arguments_of(tool, own, actor) if arguments is None else arguments, actor, NOON)
    except Refused as no:
        return {"scope_missing": SCOPE_MISSING, "unknown_tool": UNKNOWN_TOOL}.get(no.codes[0], no.codes[0])
    return MAY


def test_every_tool_has_a_row_every_row_a_tool_and_every_column_somebody() -> None:
    assert sorted(MATRIX) == [tool.name for tool in tools()]
    assert all(list(row) == COLUMNS for row in MATRIX.values())
    assert sorted(RIGHT) == [tool.name for tool in tools() if tool.preview is None]


@pytest.mark.parametrize("tool", tools(), ids=lambda tool: tool.name)
def test_whoever_the_table_lets_use_a_tool_is_answered_and_all_others_are_refused(
    tool: Tool, own: TeaHouse, actors: dict[str, Actor]
) -> None:
    found = {}
    for column, actor in actors.items():
        # Somebody without the scope is refused before anybody looks at what they ask for.
        arguments = None if MATRIX[tool.name][column] == MAY else {}
        with transaction.atomic():
            found[column] = told(tool, own, actor, arguments)
            transaction.set_rollback(True)
    assert found == MATRIX[tool.name]


def test_nobody_is_refused_later_than_at_the_door(own: TeaHouse, actors: dict[str, Actor]) -> None:
    """Right arguments get whoever lacks the scope no further than none do: what they name is not looked at."""
    contact = registry.find("whatsapp.contact.get")
    for column in ("auditor", "sms_only", "nothing", "owner_left"):
        arguments = RIGHT[contact.name](own, actors[column])
        assert told(contact, own, actors[column], arguments) == SCOPE_MISSING


def test_the_tools_that_mcp_lists_and_calls_are_those_of_the_table(actors: dict[str, Actor]) -> None:
    for column in AGENTS:
        for name, row in MATRIX.items():
            if row[column] == MAY:
                continue
            with pytest.raises(MCPError) as unseen:
                use(name, {}, actors[column])
            with pytest.raises(MCPError) as absent:
                use("whatsapp.no.such.tool", {}, actors[column])
            assert str(unseen.value) == str(absent.value).replace("whatsapp.no.such.tool", name)


@pytest.mark.parametrize("role", list(Role))
def test_rest_lists_and_answers_what_the_table_says(role: Role, own: TeaHouse) -> None:
    client = Client()
    client.force_login(own.people[role])
    listed = [tool["name"] for tool in client.get("/api/tools").json()["tools"]]
    assert listed == [name for name, row in MATRIX.items() if row[role] == MAY]
    # Who may use what is one door's answer, tried with every tool above: here it is whether this face passes it on.
    one_of_each = {tuple(row.values()): name for name, row in MATRIX.items()}
    for name in MATRIX if THOROUGH else one_of_each.values():
        answer = client.post(f"/api/tools/{name}", json.dumps({"no": "such field"}), content_type="application/json")
        assert answer.status_code == (400 if MATRIX[name][role] == MAY else 403), name


def test_no_role_and_no_key_carries_the_right_to_decide_over_a_tool() -> None:
    assert not {tool.scope for tool in tools()} & {"requests:decide"}
    assert {role for role, scopes in SCOPES_OF_ROLE.items() if "requests:decide" in scopes} == {
        Role.ADMIN,
        Role.COMPLIANCE,
    }
    assert not any("requests:decide" in scopes for _role, scopes, _toolset in AGENTS.values())
