"""What an agent may set in motion in a day: taken when it asks, given back when nothing comes of it."""

from datetime import timedelta
from decimal import Decimal
from typing import Any

import pytest

from accounts.actor import Actor, Face
from accounts.models import BudgetUse
from approvals import decisions
from approvals.execution import carry_out
from approvals.models import ActionRequest
from tests.approvals.tea_room import (
    approved,
    asked,
    at_desk,
    at_once,
    fresh,
    refused,
    request_of,
    sam_at_rest,
    serving,
    tamper,
    tea_agent,
)
from tests.factories import NOON, AgentFactory, PersonFactory, harbour_tea, mei_chan, sam_lee

pytestmark = [pytest.mark.django_db, pytest.mark.usefixtures("tea_room")]


def used() -> tuple[int, int, Decimal]:
    """What Sam's agents have taken, over all days."""
    rows = list(BudgetUse.objects.filter(owner=sam_lee()))
    return (
        sum(row.people for row in rows),
        sum(row.messages for row in rows),
        sum((row.money for row in rows), Decimal()),
    )


def test_what_is_asked_for_is_taken_before_anybody_has_decided() -> None:
    serving(cups=30, price="12.50")
    assert used() == (30, 30, Decimal("12.50"))


@pytest.mark.parametrize(
    ("limits", "told"),
    [
        ({"people_per_day": 29}, "This needs 30 more; 0 of 29 (people_per_day) are used today."),
        ({"messages_per_day": 29}, "This needs 30 more; 0 of 29 (messages_per_day) are used today."),
        ({"money_per_day": Decimal("12.49")}, "This needs 12.50 more; 0.00 of 12.49 (money_per_day) are used today."),
    ],
)
def test_more_than_the_day_allows_is_refused_by_the_name_of_the_limit(limits: dict[str, Any], told: str) -> None:
    no = refused(lambda: serving(tea_agent(**limits), cups=30, price="12.50"))
    assert [(reason.code, str(reason.text)) for reason in no.reasons] == [("over_budget", told)]
    assert used() == (0, 0, Decimal())


def test_every_limit_that_would_break_is_told() -> None:
    agent = tea_agent(people_per_day=1, messages_per_day=1, money_per_day=Decimal(1))
    assert len(refused(lambda: serving(agent, cups=30, price="12.50")).reasons) == 3


def test_exactly_what_the_day_allows_is_given() -> None:
    agent = tea_agent(people_per_day=30, messages_per_day=30, money_per_day=Decimal("12.50"))
    assert serving(agent, cups=30, price="12.50").state == "pending"
    assert refused(lambda: serving(agent, cups=1)).codes == ["over_budget", "over_budget"]


def test_all_agents_of_one_owner_share_the_day() -> None:
    day_shift, night_shift = tea_agent(people_per_day=40), tea_agent(people_per_day=40, name="Night shift")
    serving(day_shift, cups=30)
    assert "over_budget" in refused(lambda: serving(night_shift, cups=11)).codes
    assert serving(night_shift, cups=10).people == 10


def test_another_owners_agent_has_a_day_of_its_own() -> None:
    serving(tea_agent(people_per_day=30), cups=30)
    tom = PersonFactory(username="tom.fan", role="marketer")
    assert serving(tea_agent(owner=tom, people_per_day=30), cups=30).people == 30


def test_the_day_is_that_of_the_organisations_calendar() -> None:
    agent = tea_agent(people_per_day=30)
    before_midnight = NOON.replace(hour=23, minute=59)
    serving(agent, before_midnight, cups=30)
    assert "over_budget" in refused(lambda: serving(agent, before_midnight, cups=1)).codes
    assert serving(agent, before_midnight + timedelta(minutes=1), cups=30).people == 30


def test_people_have_no_budget() -> None:
    assert serving(sam_at_rest(), cups=500_000).reserved_on is None
    assert used() == (0, 0, Decimal())


def ended(way: str, request: ActionRequest, agent: Actor) -> ActionRequest:
    mei, later = at_desk(mei_chan()), NOON + timedelta(minutes=1)
    if way == "rejected":
        return decisions.reject(request.pk, mei, NOON, note="No.")
    if way == "changes":
        return decisions.ask_for_changes(request.pk, mei, NOON, note="Fewer.")
    if way == "withdrawn":
        return decisions.withdraw(request.pk, agent, NOON)
    approved(request)
    if way == "withdrawn after the approval":
        return decisions.withdraw(request.pk, agent, NOON)
    if way == "voided":
        organisation = harbour_tea()
        organisation.sending_stopped_at = NOON
        organisation.save()
    return carry_out(request.pk, request.expires_at if way == "expired" else later)


@pytest.mark.parametrize(
    "way", ["rejected", "changes", "withdrawn", "withdrawn after the approval", "expired", "voided", "failed"]
)
def test_what_came_to_nothing_is_given_back_once(way: str) -> None:
    agent = tea_agent()
    serving(agent, cups=5)
    request = serving(agent, cups=30, price="12.50", blend="scalding" if way == "failed" else "jasmine")
    assert used() == (35, 35, Decimal("12.50"))
    assert ended(way, request, agent).state in ("rejected", "withdrawn", "expired", "voided", "failed")
    assert used() == (5, 5, Decimal())
    assert fresh(request).reserved_on is None


def test_what_was_carried_out_stays_taken() -> None:
    carry_out(approved(serving(cups=30)).pk, NOON)
    assert used() == (30, 30, Decimal())


def test_what_nobody_knows_the_outcome_of_stays_taken() -> None:
    request = approved(request_of(asked("tea.pot.deliver", tea_agent(), blend="gunpowder", cups=30)))
    assert carry_out(request.pk, NOON).state == "unsure"
    assert used() == (30, 30, Decimal())


def test_it_is_given_back_to_the_day_it_was_taken_from() -> None:
    agent = tea_agent()
    request = serving(agent, cups=30)
    serving(agent, NOON + timedelta(days=1), cups=7)
    decisions.reject(request.pk, at_desk(mei_chan()), NOON + timedelta(days=2), note="No.")
    assert list(BudgetUse.objects.order_by("day").values_list("people", flat=True)) == [0, 7]


def test_it_is_given_back_to_whom_it_was_taken_from_though_the_agent_changed_hands() -> None:
    actor = tea_agent()
    request = serving(actor, cups=30)
    tom = PersonFactory(username="tom.fan", role="marketer")
    assert actor.agent is not None
    actor.agent.owner = tom
    actor.agent.save()
    serving(Actor.of_agent(actor.agent, Face.MCP), cups=4)
    decisions.reject(request.pk, at_desk(mei_chan()), NOON, note="No.")
    assert used() == (0, 0, Decimal())
    assert BudgetUse.objects.get(owner=tom).people == 4


@pytest.mark.parametrize("people", [0, 3000])
def test_a_request_whose_numbers_were_altered_gives_nothing_back(people: int) -> None:
    serving(cups=5)
    request = approved(serving(tea_agent(name="Night shift"), cups=30))
    tamper("UPDATE approvals_actionrequest SET people = %s WHERE id = %s", people, request.pk)
    assert carry_out(request.pk, NOON).state == "voided"
    assert used()[0] == 35


@pytest.mark.django_db(transaction=True)
def test_sibling_agents_at_once_do_not_overshoot_the_day() -> None:
    agents = [Actor.of_agent(AgentFactory(name=f"Shift {n}", people_per_day=100), Face.MCP) for n in range(4)]
    acts = [lambda agent=agent: asked("tea.pot.brew", agent, cups=30) for agent in agents * 2]
    outcomes = at_once(*acts)
    given = [outcome for outcome in outcomes if getattr(outcome, "request", None)]
    assert len(given) == 3
    assert used()[0] == 90
    refusals = [outcome.codes for outcome in outcomes if outcome not in given]
    assert refusals == [["over_budget"]] * 5
    assert ActionRequest.objects.count() == 3
