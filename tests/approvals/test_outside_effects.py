"""What leaves the house: after the commit, once, and unsure where nobody saw the end."""

from typing import Any
from uuid import uuid4

import pytest

from accounts.actor import Actor
from approvals.calls import call
from approvals.execution import carry_out
from approvals.models import ActionRequest
from approvals.registry import registry
from tests.approvals import tea_menu as room
from tests.approvals.carrying_out import A_MINUTE_LATER, ended
from tests.approvals.tea_room import approved, at_once, fresh, request_of, tea_agent, wish
from tests.factories import NOON

pytestmark = [pytest.mark.django_db, pytest.mark.usefixtures("tea_room")]


def delivery(blend: str, agent: Actor | None = None, **ask: Any) -> ActionRequest:
    """An approved pot that is carried outside."""
    actor = agent or tea_agent()
    return approved(request_of(call("tea.pot.deliver", wish(f"key-{uuid4()}", blend=blend, **ask), actor, NOON)))


@pytest.mark.django_db(transaction=True)
def test_what_leaves_the_house_leaves_after_the_commit() -> None:
    request = delivery("jasmine")
    after = carry_out(request.pk, A_MINUTE_LATER)
    assert (after.state, after.result) == ("succeeded", {"blend": "jasmine, delivered", "guest": "Mei Chan"})
    assert room.DELIVERED == ["jasmine"]


@pytest.mark.parametrize("blend", ["gunpowder", "oolong"])
def test_an_outside_effect_nobody_knows_the_end_of_is_unsure_and_never_tried_again(blend: str) -> None:
    request = delivery(blend)
    assert ended(request) == ("unsure", ["outcome_unknown"], 1)
    assert ended(request) == ("unsure", ["outcome_unknown"], 1)
    assert [blend] == room.DELIVERED


def test_an_outside_effect_that_was_refused_fails_the_request() -> None:
    assert ended(delivery("sencha")) == ("failed", ["no_such_street"], 1)


def test_nothing_leaves_the_house_when_the_inside_part_fails() -> None:
    assert ended(delivery("scalding")) == ("failed", ["internal_error"], 0)
    assert room.DELIVERED == []


@pytest.mark.django_db(transaction=True)
def test_twenty_threads_leave_the_house_once() -> None:
    request = delivery("jasmine")
    at_once(*[lambda: carry_out(request.pk, A_MINUTE_LATER)] * 20)
    assert room.DELIVERED == ["jasmine"]
    assert fresh(request).state == "succeeded"


def test_a_worker_that_died_outside_leaves_a_request_that_nobody_begins_again(monkeypatch: pytest.MonkeyPatch) -> None:
    request = delivery("jasmine")

    def die(*_: Any) -> None:
        raise KeyboardInterrupt

    tool = registry.tools["tea.pot.deliver"]
    object.__setattr__(tool, "outside", die)
    try:
        with pytest.raises(KeyboardInterrupt):
            carry_out(request.pk, A_MINUTE_LATER)
    finally:
        object.__setattr__(tool, "outside", room.carry_to_the_guest)
    assert ended(request) == ("executing", [], 1)
    assert room.DELIVERED == []
