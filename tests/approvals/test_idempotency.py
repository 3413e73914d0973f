"""One wish, one effect: a key stands for its first arguments and is answered again."""

from datetime import timedelta
from typing import Any

import pytest

from accounts.actor import Actor, Face
from accounts.models import BudgetUse
from approvals.calls import call
from approvals.envelope import Envelope
from approvals.models import ActionRequest, IdempotentCall
from messaging.models import Segment
from tests.approvals.tea_room import (
    agent_of,
    approved,
    at_once,
    poured,
    previewed,
    refused,
    request_of,
    sam_at_rest,
    tea_agent,
    wish,
)
from tests.factories import NOON, AgentFactory, PersonFactory, other_tenant

pytestmark = [pytest.mark.django_db, pytest.mark.usefixtures("tea_room")]


def test_the_same_key_with_the_same_arguments_is_answered_again_and_not_done_again() -> None:
    agent = tea_agent()
    arguments = wish(blend="jasmine", cups=3)
    first = call("tea.pot.empty", arguments, agent, NOON)
    again = call("tea.pot.empty", arguments, agent, NOON)
    assert first.request is not None
    assert first.request.state == "succeeded"
    assert again == first
    assert (poured(), ActionRequest.objects.count()) == (1, 1)


def test_a_waiting_wish_is_not_made_twice_either() -> None:
    agent = tea_agent()
    arguments = wish(preview_id=previewed(agent, cups=7))
    first = call("tea.pot.serve", arguments, agent, NOON)
    assert call("tea.pot.serve", arguments, agent, NOON) == first
    assert ActionRequest.objects.count() == 1
    assert BudgetUse.objects.get().people == 7


def test_a_key_is_answered_again_after_its_preview_has_expired_and_its_request_was_decided() -> None:
    agent = tea_agent()
    arguments = wish(preview_id=previewed(agent))
    first = call("tea.pot.serve", arguments, agent, NOON)
    approved(request_of(first))
    assert call("tea.pot.serve", arguments, agent, NOON + timedelta(days=1)) == first


@pytest.mark.parametrize("other", [{"blend": "oolong"}, {"cups": 2}, {"reason": "Because."}])
def test_the_same_key_with_other_arguments_is_refused(other: dict[str, Any]) -> None:
    agent = tea_agent()
    call("tea.pot.empty", wish(blend="jasmine"), agent, NOON)
    no = refused(lambda: call("tea.pot.empty", {**wish(blend="jasmine"), **other}, agent, NOON))
    assert [reason.as_dict() for reason in no.reasons] == [
        {
            "code": "idempotency_key_reused",
            "text": "You have used this key for other arguments.",
            "fix": "Use a new key for a new wish; repeat the old arguments to read the old answer.",
            "field": "idempotency_key",
        }
    ]
    assert poured() == 1


def test_a_key_belongs_to_its_principal_its_tool_and_its_organisation() -> None:
    agent = tea_agent()
    sibling = Actor.of_agent(AgentFactory(name="Night shift"), Face.MCP)
    peak_coffee = PersonFactory(organisation=other_tenant(), role="marketer")
    stranger = Actor.of_agent(AgentFactory(owner=peak_coffee), Face.MCP)
    for number, actor in enumerate((agent, sibling, sam_at_rest(), stranger)):
        call("tea.pot.empty", wish(blend=f"blend {number}"), actor, NOON)
    call("tea.pot.warm", wish(blend="for the same key", cups=0), agent, NOON)
    assert poured() == 5


def test_a_refused_wish_does_not_burn_its_key() -> None:
    agent = tea_agent(people_per_day=2)
    preview = previewed(agent, cups=3)
    refused(lambda: call("tea.pot.serve", wish(preview_id=preview), agent, NOON))
    assert IdempotentCall.objects.count() == 0
    owner_gave_more = agent_of(agent)
    owner_gave_more.people_per_day = 3
    owner_gave_more.save()
    answer = call("tea.pot.serve", wish(preview_id=preview), agent, NOON)
    assert answer.request is not None
    assert answer.request.state == "pending"


def test_a_wish_that_broke_off_before_it_ran_is_carried_out_by_its_repetition(monkeypatch: pytest.MonkeyPatch) -> None:
    """The process died after the commit of the wish: the row is there, and nobody has carried it out."""
    agent = tea_agent()

    def die(*_: Any) -> None:
        raise KeyboardInterrupt

    with monkeypatch.context() as patched:
        patched.setattr("approvals.calls.carry_out", die)
        with pytest.raises(KeyboardInterrupt):
            call("tea.pot.empty", wish(blend="jasmine"), agent, NOON)
    assert poured() == 0
    answer = call("tea.pot.empty", wish(blend="jasmine"), agent, NOON)
    assert answer.request is not None
    assert (answer.request.state, poured()) == ("succeeded", 1)


@pytest.mark.django_db(transaction=True)
def test_ten_callers_at_once_have_one_effect_and_one_answer() -> None:
    agent = tea_agent()
    arguments = wish(blend="jasmine", cups=4)
    answers: list[Envelope[Any]] = at_once(*[lambda: call("tea.pot.empty", arguments, agent, NOON)] * 10)
    assert answers == [answers[0]] * 10
    assert answers[0].request is not None
    assert answers[0].request.state == "succeeded"
    assert (Segment.objects.count(), ActionRequest.objects.count(), IdempotentCall.objects.count()) == (1, 1, 1)


@pytest.mark.django_db(transaction=True)
def test_ten_callers_at_once_for_a_waiting_wish_reserve_the_budget_once() -> None:
    agent = tea_agent()
    arguments = wish(preview_id=previewed(agent, cups=4))
    answers: list[Envelope[Any]] = at_once(*[lambda: call("tea.pot.serve", arguments, agent, NOON)] * 10)
    assert answers == [answers[0]] * 10
    assert ActionRequest.objects.count() == 1
    assert BudgetUse.objects.get().people == 4
