"""Who has to be asked: the floor and every policy that speaks of the wish, the strictest winning."""

from datetime import timedelta
from decimal import Decimal
from typing import Any

import pytest

from accounts.actor import Actor
from approvals import decisions
from approvals.calls import call
from approvals.execution import carry_out
from approvals.models import ActionRequest, Decision, Policy, State
from tests.approvals.tea_room import (
    approved,
    asked,
    at_desk,
    codes_of,
    fresh,
    poured,
    previewed,
    refused,
    request_of,
    sam_at_rest,
    serving,
    tea_agent,
    wish,
)
from tests.factories import NOON, PersonFactory, ada_wong, harbour_tea, mei_chan, other_tenant

pytestmark = [pytest.mark.django_db, pytest.mark.usefixtures("tea_room")]

AUTOMATIC, PERSON, REFUSE = Policy.Outcome.AUTOMATIC, Policy.Outcome.PERSON, Policy.Outcome.REFUSE


def policy(outcome: str, name: str = "House rule", **fields: Any) -> Policy:
    return Policy.objects.create(**{"organisation": harbour_tea(), "name": name, "outcome": outcome, **fields})


def test_where_no_policy_speaks_a_person_decides() -> None:
    request = request_of(asked("tea.pot.brew", tea_agent()))
    assert (request.state, request.role, request.quorum, poured()) == ("pending", "compliance", 1, 0)


def test_an_automatic_policy_lets_it_run_at_once_and_is_named_as_who_decided() -> None:
    policy(AUTOMATIC)
    answer = asked("tea.pot.brew", tea_agent())
    assert answer.request is not None
    assert (answer.request.state, answer.request.decided_by, poured()) == ("succeeded", "policy", 1)
    decision = request_of(answer).decisions.get()
    assert (decision.person, decision.rule, decision.seal) == (None, "policy: House rule", request_of(answer).seal)


def test_a_floor_that_always_asks_cannot_be_loosened_by_an_automatic_policy() -> None:
    policy(AUTOMATIC)
    assert serving().state == "pending"


def test_a_floor_that_asks_in_some_cases_asks_in_those_whatever_the_policies_say() -> None:
    policy(AUTOMATIC)
    small = asked("tea.pot.warm", tea_agent(), cups=9)
    large = request_of(asked("tea.pot.warm", tea_agent(), cups=10))
    assert small.request is not None
    assert small.request.state == "succeeded"
    assert (large.state, large.quorum) == ("pending", 2)


def test_the_role_of_a_floor_cannot_be_changed_by_a_policy() -> None:
    policy(PERSON, role="admin", quorum=3)
    request = serving()
    assert (request.role, request.quorum) == ("compliance", 3)


def test_where_the_floor_leaves_it_to_the_policies_theirs_is_the_role() -> None:
    policy(PERSON, role="admin")
    assert request_of(asked("tea.pot.brew", tea_agent())).role == "admin"


def test_the_strictest_of_several_policies_wins() -> None:
    policy(AUTOMATIC, "All of it")
    policy(PERSON, "One is enough", role="admin", hours_to_decide=48)
    policy(PERSON, "Two are needed", quorum=2, asks_password=True, hours_to_decide=60)
    policy(PERSON, "Speaks of others", organisation=other_tenant(), quorum=9)
    policy(PERSON, "Is switched off", enabled=False, quorum=9)
    request = request_of(asked("tea.pot.brew", tea_agent()))
    assert (request.role, request.quorum, request.asks_password) == ("compliance", 2, True)
    assert request.expires_at == NOON + timedelta(hours=48)
    assert request.policies == ["One is enough", "Two are needed"]


def test_a_policy_cannot_give_more_time_than_three_days() -> None:
    policy(PERSON, hours_to_decide=500)
    assert serving().expires_at == NOON + timedelta(hours=72)


def test_a_policy_that_forbids_wins_over_all_others_and_is_named() -> None:
    policy(AUTOMATIC)
    policy(PERSON, "Ask me", quorum=2)
    policy(REFUSE, "Not on Mondays")
    no = refused(lambda: asked("tea.pot.brew", tea_agent()))
    assert [reason.as_dict() for reason in no.reasons] == [
        {
            "code": "forbidden_by_policy",
            "text": "The policy “Not on Mondays” forbids this.",
            "fix": "Ask an administrator whether the policy should change; nothing else will help.",
        }
    ]


def test_every_policy_that_forbids_is_told() -> None:
    policy(REFUSE, "Not on Mondays")
    policy(REFUSE, "Not at noon")
    assert refused(lambda: asked("tea.pot.brew", tea_agent())).codes == ["forbidden_by_policy", "forbidden_by_policy"]


def test_a_floor_of_never_runs_at_once_even_where_everything_is_forbidden() -> None:
    policy(REFUSE)
    policy(PERSON, quorum=5)
    answer = asked("tea.pot.empty", tea_agent(), cups=40)
    assert answer.request is not None
    assert (answer.request.state, poured()) == ("succeeded", 1)


def test_a_floor_that_is_never_for_some_contracts_runs_those_at_once_even_where_everything_is_forbidden() -> None:
    policy(REFUSE)
    answer = asked("tea.pot.warm", tea_agent(), cups=0)
    assert answer.request is not None
    assert (answer.request.state, poured()) == ("succeeded", 1)
    assert refused(lambda: asked("tea.pot.warm", tea_agent(), cups=1)).codes == ["forbidden_by_policy"]


def test_a_floor_of_never_asks_for_no_budget() -> None:
    answer = asked("tea.pot.empty", tea_agent(people_per_day=0, messages_per_day=0), cups=40)
    assert answer.request is not None
    assert answer.request.state == "succeeded"
    assert request_of(answer).reserved_on is None


@pytest.mark.parametrize(
    ("fields", "speaks"),
    [
        ({"tools": "tea.pot.brew"}, True),
        ({"tools": "tea.*"}, True),
        ({"tools": "tea.cup.*"}, False),
        ({"tools": "TEA.POT.BREW"}, False),
        ({"category": "marketing"}, True),
        ({"category": "utility"}, False),
        ({"from_people": 5}, True),
        ({"from_people": 6}, False),
        ({"from_money": Decimal("20.00")}, True),
        ({"from_money": Decimal("20.01")}, False),
        ({"only_tainted": True}, False),
        ({"only_agents": True}, True),
    ],
)
def test_a_policy_speaks_of_what_it_names(fields: dict[str, Any], speaks: bool) -> None:
    policy(PERSON, quorum=2, **fields)
    request = request_of(asked("tea.pot.brew", tea_agent(), cups=5, price="20.00"))
    assert request.quorum == (2 if speaks else 1)


def test_a_policy_for_agents_leaves_people_alone() -> None:
    policy(PERSON, quorum=2, only_agents=True)
    assert request_of(asked("tea.pot.brew", sam_at_rest())).quorum == 1


def test_what_is_asked_for_after_reading_customers_words_is_tainted_and_policy_may_ask_for_more() -> None:
    policy(PERSON, quorum=2, only_tainted=True)
    agent = tea_agent()
    call("tea.guestbook.read", {"cup_id": "00000000-0000-4000-8000-000000000001"}, agent, NOON)
    tainted = request_of(asked("tea.pot.brew", agent))
    half_an_hour_later = request_of(asked("tea.pot.brew", agent, now=NOON + timedelta(minutes=30)))
    assert (tainted.tainted, tainted.quorum) == (True, 2)
    assert (half_an_hour_later.tainted, half_an_hour_later.quorum) == (False, 1)


def test_reading_customers_words_between_the_preview_and_the_wish_taints_the_wish() -> None:
    agent = tea_agent()
    preview = previewed(agent)
    call("tea.guestbook.read", {"cup_id": "00000000-0000-4000-8000-000000000001"}, agent, NOON)
    assert request_of(call("tea.pot.serve", wish(preview_id=preview), agent, NOON)).tainted


def test_another_agents_reading_does_not_taint() -> None:
    call("tea.guestbook.read", {"cup_id": "00000000-0000-4000-8000-000000000001"}, tea_agent(), NOON)
    assert not request_of(asked("tea.pot.brew", tea_agent(name="Night shift"))).tainted


def test_two_people_have_to_approve_where_two_are_asked_for() -> None:
    policy(PERSON, quorum=2)
    request = serving()
    second = PersonFactory(username="lin.yip", role="compliance")
    assert approved(request).state == "pending"
    assert fresh(request).state == "pending"
    assert approved(request, second).state == "approved"


def test_the_password_is_asked_for_where_a_policy_wants_it() -> None:
    policy(PERSON, asks_password=True)
    request = serving()
    no = refused(lambda: decisions.approve(request.pk, at_desk(mei_chan()), NOON, seal=request.seal))
    assert [(reason.code, reason.field) for reason in no.reasons] == [("password_missing", "password")]
    assert approved(request).state == "approved"


def carried_out(request: Any, now: Any = NOON) -> Any:
    return carry_out(request.pk, now)


def test_a_policy_that_forbids_it_since_the_approval_voids_it() -> None:
    request = approved(serving())
    policy(REFUSE, "Not on Mondays")
    ended = carried_out(request)
    assert (ended.state, codes_of(ended), poured()) == ("voided", ["forbidden_by_policy"], 0)


def test_a_policy_that_asks_for_more_people_since_the_approval_voids_it() -> None:
    request = approved(serving())
    policy(PERSON, quorum=2)
    ended = carried_out(request)
    assert (ended.state, codes_of(ended), poured()) == ("voided", ["policy_changed"], 0)


def test_a_policy_that_is_as_strict_as_the_approval_was_changes_nothing() -> None:
    request = approved(serving())
    policy(PERSON, quorum=1)
    assert carried_out(request).state == "succeeded"


@pytest.mark.parametrize(("wish", "code"), [("tea.pot.deliver", "seal_broken"), ("tea.pot.brew", "policy_changed")])
def test_an_approval_that_somebody_wrote_into_the_database_as_a_rules_is_void(wish: str, code: str) -> None:
    """The decision names a rule, as if nobody had to be asked; but the floor asks, or the policies do."""
    request = request_of(asked(wish, tea_agent()))
    Decision.objects.create(request=request, rule="policy: House rule", verdict="approve", seal=request.seal, at=NOON)
    ActionRequest.objects.filter(pk=request.pk).update(state=State.APPROVED, approved_at=NOON)
    ended = carried_out(request)
    assert (ended.state, codes_of(ended), poured()) == ("voided", [code], 0)


def test_the_administrator_is_not_the_compliance_officer() -> None:
    request = serving()
    ada: Actor = at_desk(ada_wong())
    assert refused(lambda: decisions.approve(request.pk, ada, NOON, seal=request.seal)).codes == ["role_missing"]
