"""Whoever asked and whoever approved must still have the right when it is carried out."""

from typing import Any

import pytest

from tests.approvals.carrying_out import ended
from tests.approvals.tea_room import agent_of, approved, sam_at_rest, serving, tea_agent
from tests.factories import NOON, mei_chan, other_tenant, sam_lee

pytestmark = [pytest.mark.django_db, pytest.mark.usefixtures("tea_room")]


@pytest.mark.parametrize(
    "change", [{"role": "admin"}, {"role": "marketer"}, {"is_active": False}, {"organisation": None}]
)
def test_an_approver_who_has_lost_the_right_voids_it(change: dict[str, Any]) -> None:
    request = approved(serving())
    mei = mei_chan()
    for name, value in change.items():
        setattr(mei, name, value)
    mei.save()
    assert ended(request) == ("voided", ["approver_lost_role"], 0)


def test_a_disabled_agents_wish_is_voided() -> None:
    actor = tea_agent()
    request = approved(serving(actor))
    agent = agent_of(actor)
    agent.disabled_at = NOON
    agent.save()
    assert ended(request) == ("voided", ["requester_disabled"], 0)


@pytest.mark.parametrize("scopes", [[], ["whatsapp:read", "whatsapp:preview"]])
def test_an_agent_that_may_not_ask_any_more_is_not_served(scopes: list[str]) -> None:
    actor = tea_agent()
    request = approved(serving(actor))
    agent = agent_of(actor)
    agent.scopes = scopes
    agent.save()
    assert ended(request) == ("voided", ["requester_disabled"], 0)


@pytest.mark.parametrize(
    "change", [{"is_active": False}, {"role": "viewer"}, {"organisation": None}, {"organisation": "other"}]
)
@pytest.mark.parametrize("through", ["agent", "rest"])
def test_a_requester_who_has_left_or_lost_the_right_is_not_served(change: dict[str, Any], through: str) -> None:
    request = approved(serving(tea_agent() if through == "agent" else sam_at_rest()))
    sam = sam_lee()
    for name, value in change.items():
        setattr(sam, name, other_tenant() if value == "other" else value)
    sam.save()
    assert ended(request) == ("voided", ["requester_disabled"], 0)
