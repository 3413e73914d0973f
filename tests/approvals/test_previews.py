"""Previews: the maker's own, for thirty minutes, as they were made."""

from datetime import timedelta
from typing import Any
from uuid import uuid4

import pytest
from django.db import DatabaseError, connection, transaction

from accounts.actor import Actor
from approvals.calls import call
from approvals.models import Preview
from tests.approvals.tea_room import agent_of, previewed, refused, sam_at_rest, tamper, tea_agent, wish
from tests.factories import NOON, AgentFactory, PersonFactory, other_tenant

pytestmark = [pytest.mark.django_db, pytest.mark.usefixtures("tea_room")]

JUST_BEFORE_THE_END = NOON + timedelta(minutes=30) - timedelta(seconds=1)
THE_END = NOON + timedelta(minutes=30)


def no_to(preview: str, actor: Actor, now: Any = NOON) -> list[dict[str, str]]:
    no = refused(lambda: call("tea.pot.serve", wish(preview_id=preview), actor, now))
    return [reason.as_dict() for reason in no.reasons]


def test_a_preview_can_be_used_until_its_last_second() -> None:
    agent = tea_agent()
    answer = call("tea.pot.serve", wish(preview_id=previewed(agent)), agent, JUST_BEFORE_THE_END)
    assert answer.request is not None
    assert answer.request.state == "pending"


def test_an_expired_preview_is_refused_with_when_and_what_to_do() -> None:
    agent = tea_agent()
    assert no_to(previewed(agent), agent, THE_END) == [
        {
            "code": "preview_expired",
            "text": "This preview expired at 2026-03-02T04:30:00+00:00.",
            "fix": "Call tea.pot.preview again: the world may have changed since.",
            "field": "preview_id",
        }
    ]


def test_somebody_elses_preview_is_as_unknown_as_none() -> None:
    agent = tea_agent()
    sibling = Actor.of_agent(AgentFactory(name="Night shift"), agent.face)
    stranger = Actor.of_agent(
        AgentFactory(owner=PersonFactory(organisation=other_tenant(), role="marketer")), agent.face
    )
    mine = previewed(agent)
    unknown = no_to(str(uuid4()), agent)
    assert unknown == [
        {
            "code": "preview_not_found",
            "text": "You have no such preview of tea.pot.preview.",
            "fix": "Call tea.pot.preview and pass the preview_id of its answer.",
            "field": "preview_id",
        }
    ]
    for other in (sibling, stranger, sam_at_rest()):
        assert no_to(mine, other) == unknown


def test_the_owner_of_an_agent_cannot_use_its_preview_either() -> None:
    agent = tea_agent()
    mine = previewed(agent)
    owner = sam_at_rest()
    assert agent_of(agent).owner == owner.person
    assert [reason["code"] for reason in no_to(mine, owner)] == ["preview_not_found"]


def test_a_preview_made_by_another_tool_does_not_carry_this_write() -> None:
    agent = tea_agent()
    tasted = call("tea.pot.taste", {"blend": "jasmine"}, agent, NOON).preview_id
    assert [reason["code"] for reason in no_to(str(tasted), agent)] == ["preview_not_found"]


@pytest.mark.parametrize(
    "change",
    [
        "contract = jsonb_set(contract, '{blend}', '\"oolong\"')",
        "contract = jsonb_set(contract, '{cups}', '1000')",
        "contract = contract || '{\"sugar\": 3}'",
        "contract = contract - 'price'",
        "seal = repeat('0', 64)",
    ],
)
def test_a_preview_altered_past_the_triggers_is_refused(change: str) -> None:
    agent = tea_agent()
    mine = previewed(agent)
    tamper(f"UPDATE approvals_preview SET {change} WHERE id = %s", mine)
    assert [reason["code"] for reason in no_to(mine, agent)] == ["seal_broken"]


def test_the_database_lets_nobody_change_a_preview() -> None:
    mine = previewed(tea_agent())
    for change in ("seal = repeat('0', 64)", "contract = '{}'", "maker = 'person:mei'", "expires_at = now()"):
        with (
            pytest.raises(DatabaseError, match="Cannot update rows"),
            transaction.atomic(),
            connection.cursor() as cursor,
        ):
            cursor.execute(f"UPDATE approvals_preview SET {change} WHERE id = %s", [mine])
    with pytest.raises(DatabaseError, match="Cannot update rows"), transaction.atomic():
        Preview.objects.filter(pk=mine).update(tainted=True)


def test_a_preview_can_be_asked_for_twice_under_two_keys() -> None:
    """Possession of a preview is not a ticket that is used up: every wish gets its own request and its own decision."""
    agent = tea_agent()
    mine = previewed(agent)
    first = call("tea.pot.serve", wish("first-key", preview_id=mine), agent, NOON).request
    second = call("tea.pot.serve", wish("second-key", preview_id=mine), agent, NOON).request
    assert first is not None
    assert second is not None
    assert first.action_request_id != second.action_request_id
