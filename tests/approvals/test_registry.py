"""A tool that is declared wrongly stops the start, with the tool's name and what is missing."""

from typing import Any

import pytest

from approvals.contracts import Answer, Ask, Contract
from approvals.floors import Always, Never
from approvals.registry import Call, Kind, Registry, registry, tool
from approvals.versions import check_token, token_of
from tests.approvals.tea_menu import PotAsk, PotContract, Poured, plan_pot
from tests.approvals.tea_room import refused

pytestmark = pytest.mark.usefixtures("tea_room")


def documented(call: Call, ask: PotAsk) -> Poured:
    """Pour."""
    return Poured(blend=ask.blend)


def undocumented(call: Call, ask: PotAsk) -> Poured:
    return Poured(blend=ask.blend)


def untyped(call, ask):  # type: ignore[no-untyped-def]
    """Pour."""


def write(call: Call, contract: PotContract) -> Poured:
    """Pour."""
    return Poured(blend=contract.blend)


def no_contract(call: Call, ask: PotAsk) -> Poured:
    """Pour."""
    return Poured(blend=ask.blend)


WRITE: dict[str, Any] = {"kind": Kind.WRITE, "scope": "whatsapp:request"}
READ: dict[str, Any] = {"kind": Kind.READ, "scope": "whatsapp:read"}


@pytest.mark.parametrize(
    ("declared", "run", "words"),
    [
        (READ, undocumented, "say in the docstring what it does"),
        (READ, untyped, "a tool is a function"),
        ({**READ, "approval": Never()}, documented, "only a write, declares approval="),
        ({**WRITE, "plan": plan_pot}, write, "only a write, declares approval="),
        ({**WRITE, "approval": Always()}, write, "stands on preview= or on plan="),
        (
            {**WRITE, "approval": Always(), "plan": plan_pot, "preview": "tea.pot.preview"},
            write,
            "stands on preview= or on plan=",
        ),
        ({**WRITE, "approval": Always(), "plan": plan_pot}, no_contract, "a write needs a Contract"),
        ({"kind": Kind.PREVIEW, "scope": "whatsapp:preview"}, no_contract, "a preview needs a Contract"),
    ],
)
def test_a_wrong_declaration_stops_the_start(declared: dict[str, Any], run: Any, words: str) -> None:
    with pytest.raises(TypeError, match=f"tea.new: .*{words}"):
        tool("tea.new", **declared)(run)
    assert registry.get("tea.new") is None


def test_a_name_is_declared_once_whether_dotted_or_on_the_wire() -> None:
    for name in ("tea.pot.serve", "tea.pot_serve"):
        with pytest.raises(ValueError, match="two tools are called"):
            tool(name, **READ)(documented)


def test_a_tool_is_found_by_its_dotted_name_and_by_its_wire_name() -> None:
    assert registry.find("tea.pot.serve") is registry.find("tea_pot_serve")
    assert refused(lambda: registry.find("tea.pot")).codes == ["unknown_tool"]


def test_an_unknown_tools_name_is_told_back_short_and_harmless() -> None:
    no = refused(lambda: Registry().find("\ud800" + "x" * 5000))
    assert len(str(no)) < 250
    str(no).encode()


def test_unknown_fields_are_errors_in_everything_that_is_asked_and_answered() -> None:
    for model in (Ask, Answer, Contract):
        assert model.model_config["extra"] == "forbid"


class Row:
    def __init__(self, pk: int, version: int) -> None:
        self.pk, self.version = pk, version


def test_a_version_token_belongs_to_one_version_of_one_row() -> None:
    tokens = {token_of(Row(pk, version)) for pk in (1, 2) for version in (1, 2)}
    assert len(tokens) == 4
    check_token(Row(1, 2), token_of(Row(1, 2)))
    for stale in (token_of(Row(1, 1)), token_of(Row(2, 2)), "", None):
        assert refused(lambda stale=stale: check_token(Row(1, 2), stale)).codes == ["stale_version"]
