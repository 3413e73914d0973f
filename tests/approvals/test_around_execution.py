"""What a tool asks of others before its transaction, what follows in the house after its effect outside, and which
contracts of a shared preview it carries out.
"""

from collections.abc import Iterator
from typing import Any

import pytest
from django.db import connection

from approvals.calls import call
from approvals.contracts import Answer, Ask, Contract
from approvals.execution import OutcomeUnknown, carry_out
from approvals.floors import Always
from approvals.models import ActionRequest
from approvals.reasons import Reason, Refused
from approvals.registry import Call, Kind, Tool, registry
from tests.approvals.tea_room import approved, at_desk, codes_of, fresh, request_of, wish
from tests.factories import NOON, sam_lee

pytestmark = pytest.mark.django_db


class LeafAsk(Ask):
    leaf: str = "jasmine"


class LeafContract(Contract):
    leaf: str

    def is_for(self, tool: str) -> bool:
        return self.leaf != "dust"


class Served(Answer):
    leaf: str


class Kitchen:
    """What happened, in order, and what goes wrong."""

    def __init__(self) -> None:
        self.happened: list[str] = []
        self.trouble: dict[str, Exception] = {}

    def note(self, step: str) -> None:
        """A step within the test's own transaction has no savepoint; one of the product's has."""
        self.happened.append(f"{step} {'inside' if connection.savepoint_ids else 'outside'}")
        if step in self.trouble:
            raise self.trouble[step]


@pytest.fixture
def kitchen() -> Iterator[Kitchen]:
    made = Kitchen()

    def ahead(call: Call, asked: Any) -> None:
        made.note("ahead")

    def show(call: Call, ask: LeafAsk) -> LeafContract:
        made.note("show")
        return LeafContract(leaf=ask.leaf)

    def serve(call: Call, contract: LeafContract) -> Served:
        made.note("serve")
        return Served(leaf=contract.leaf)

    def carry(call: Call, contract: LeafContract, served: Served) -> Served:
        made.note("carry")
        return Served(leaf=f"{served.leaf}, carried")

    def bill(call: Call, contract: LeafContract, carried: Served) -> Served:
        made.note("bill")
        return Served(leaf=f"{carried.leaf}, billed")

    shown = Tool(
        "tea.leaf.show", Kind.PREVIEW, "whatsapp:preview", show, LeafAsk, LeafContract, "Show.", beforehand=ahead
    )
    served = Tool("tea.leaf.serve", Kind.WRITE, "whatsapp:request", serve, LeafContract, Served, "Serve.",
                  preview="tea.leaf.show", approval=Always(), ahead=ahead, outside=carry, follows=bill)  # fmt: skip
    registry.tools |= {shown.name: shown, served.name: served}
    yield made
    del registry.tools[shown.name], registry.tools[served.name]


def waiting(leaf: str = "jasmine") -> ActionRequest:
    sam = at_desk(sam_lee())
    preview = call("tea.leaf.show", {"leaf": leaf}, sam, NOON).preview_id
    return request_of(call("tea.leaf.serve", wish(preview_id=str(preview)), sam, NOON))


def test_others_are_asked_before_the_transaction_of_preview_and_execution(kitchen: Kitchen) -> None:
    request = approved(waiting())
    assert kitchen.happened == ["ahead outside", "show inside"]
    kitchen.happened.clear()
    request = carry_out(request.pk, NOON)
    assert kitchen.happened == ["ahead outside", "serve inside", "carry outside", "bill inside"]
    assert (request.state, request.result) == ("succeeded", {"leaf": "jasmine, carried, billed"})


def test_a_no_of_who_was_asked_ahead_ends_the_preview_and_voids_the_request(kitchen: Kitchen) -> None:
    request = approved(waiting())
    kitchen.trouble["ahead"] = Refused(Reason("shop_closed", "The shop is closed.", "Come back tomorrow."))
    with pytest.raises(Refused, match="closed"):
        call("tea.leaf.show", {}, at_desk(sam_lee()), NOON)
    kitchen.happened.clear()
    request = carry_out(request.pk, NOON)
    assert (request.state, codes_of(request), kitchen.happened) == ("voided", ["shop_closed"], ["ahead outside"])


def test_who_is_carried_out_already_asks_nobody(kitchen: Kitchen) -> None:
    request = approved(waiting())
    carry_out(request.pk, NOON)
    kitchen.happened.clear()
    assert carry_out(request.pk, NOON).state == "succeeded"
    assert kitchen.happened == []


def test_what_follows_is_undone_with_the_success_it_belongs_to(kitchen: Kitchen) -> None:
    request = approved(waiting())
    kitchen.trouble["bill"] = Refused(Reason("no_table", "Nobody sits there.", "Ask again."))
    request = carry_out(request.pk, NOON)
    assert (request.state, codes_of(request)) == ("failed", ["no_table"])


def test_what_breaks_after_the_effect_outside_is_unsure(kitchen: Kitchen) -> None:
    request = approved(waiting())
    kitchen.trouble["bill"] = RuntimeError("the till broke")
    assert carry_out(request.pk, NOON).state == "unsure"


def test_nothing_follows_what_is_not_known(kitchen: Kitchen) -> None:
    request = approved(waiting())
    kitchen.trouble["carry"] = OutcomeUnknown()
    carry_out(request.pk, NOON)
    assert (fresh(request).state, kitchen.happened[-1]) == ("unsure", "carry outside")


def test_a_contract_for_another_step_is_not_carried_out(kitchen: Kitchen) -> None:
    with pytest.raises(Refused) as no:
        waiting("dust")
    assert no.value.codes == ["preview_of_another"]
