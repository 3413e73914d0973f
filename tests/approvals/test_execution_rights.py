"""Whoever asked must still have the right to when it is carried out."""

from typing import Any

import pytest

from tests.approvals.carrying_out import ended
from tests.approvals.tea_room import agent_of, approved, sam_at_rest, serving, tea_agent
from tests.factories import NOON, other_tenant, sam_lee

pytestmark = [pytest.mark.django_db, pytest.mark.usefixtures("tea_room")]


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
