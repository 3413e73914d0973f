"""Carrying out: once, as it was approved, or not at all."""

from datetime import timedelta
from typing import Any
from uuid import uuid4

import pytest
from pydantic import create_model

from accounts.actor import Actor, Face
from approvals import decisions
from approvals.calls import call
from approvals.canonical import seal_of
from approvals.execution import carry_out
from approvals.models import ActionRequest, Decision, Policy, Preview
from approvals.registry import registry
from audit.models import Entry
from messaging.models import Segment
from tests.approvals import tea_room as room
from tests.approvals.tea_room import (
    agent_of,
    approved,
    at_once,
    codes_of,
    fresh,
    poured,
    previewed,
    request_of,
    sam_at_rest,
    serving,
    tamper,
    tea_agent,
    wish,
)
from tests.factories import NOON, AgentFactory, PersonFactory, harbour_tea, mei_chan, other_tenant, sam_lee

pytestmark = [pytest.mark.django_db, pytest.mark.usefixtures("tea_room")]

A_MINUTE_LATER = NOON + timedelta(minutes=1)


def delivery(blend: str, agent: Actor | None = None, **ask: Any) -> ActionRequest:
    """An approved pot that is carried outside."""
    actor = agent or tea_agent()
    return approved(request_of(call("tea.pot.deliver", wish(f"key-{uuid4()}", blend=blend, **ask), actor, NOON)))


def ended(request: ActionRequest, now: Any = A_MINUTE_LATER) -> tuple[str, list[str], int]:
    """How it ended when it was carried out, why, and how many cups were poured."""
    after = carry_out(request.pk, now)
    assert fresh(request).state == after.state
    return after.state, codes_of(after), poured()


def test_an_approved_request_is_carried_out_as_its_requester_and_keeps_its_result() -> None:
    agent = tea_agent()
    after = carry_out(approved(serving(agent)).pk, A_MINUTE_LATER)
    assert (after.state, after.started_at, after.ended_at) == ("succeeded", A_MINUTE_LATER, A_MINUTE_LATER)
    assert after.result == {"blend": "jasmine", "guest": "Mei Chan"}
    assert Segment.objects.get().created_at == A_MINUTE_LATER
    assert [entry.actor_principal for entry in Entry.objects.filter(action="request.succeed")] == ["system:executor"]


def test_nothing_is_carried_out_that_nobody_has_approved() -> None:
    request = serving()
    assert ended(request) == ("pending", [], 0)


def test_what_was_carried_out_is_not_carried_out_again() -> None:
    request = approved(serving())
    assert ended(request) == ("succeeded", [], 1)
    assert ended(request) == ("succeeded", [], 1)


# Everything that stands under the seal of a request, and something else in its place.
SEALED = {
    "tool": "'tea.pot.brew'",
    "requester": "'person:00000000-0000-4000-8000-000000000000'",
    "face": "'rest'",
    "reason": "'Because I say so.'",
    "tainted": "NOT tainted",
    "role": "'admin'",
    "quorum": "2",
    "asks_password": "true",
    "policies": "'[\"Another rule\"]'",
    "people": "people + 1",
    "messages": "messages + 1",
    "money": "money + 0.000001",
    "expires_at": "expires_at + interval '1 microsecond'",
    "agent_id": "NULL",
    "owner_id": "NULL",
    "seal": "repeat('0', 64)",
}


@pytest.mark.parametrize("field", SEALED)
def test_a_sealed_field_altered_after_the_approval_voids_it(field: str) -> None:
    request = approved(serving(cups=3))
    tamper(f"UPDATE approvals_actionrequest SET {field} = {SEALED[field]} WHERE id = %s", request.pk)
    assert ended(request) == ("voided", ["seal_broken"], 0)


def test_no_field_of_a_request_is_forgotten_by_the_seal_unless_it_says_nothing_of_what_happens() -> None:
    names = {field.attname for field in ActionRequest._meta.concrete_fields}
    not_sealed = {
        "id",
        "state",
        "result",
        "reasons",
        "created_at",
        "approved_at",
        "started_at",
        "ended_at",
        "reserved_on",
    }
    by_reference = {"organisation_id", "preview_id"}  # each has a test of its own
    assert names == set(SEALED) | not_sealed | by_reference


def test_a_request_moved_to_another_tenant_is_voided() -> None:
    request = approved(serving())
    tamper("UPDATE approvals_actionrequest SET organisation_id = %s WHERE id = %s", other_tenant().pk, request.pk)
    assert ended(request) == ("voided", ["seal_broken"], 0)


def test_a_request_given_another_preview_is_voided() -> None:
    agent = tea_agent()
    request = approved(serving(agent))
    tamper("UPDATE approvals_actionrequest SET preview_id = %s WHERE id = %s", previewed(agent, cups=9), request.pk)
    assert ended(request) == ("voided", ["seal_broken"], 0)


@pytest.mark.parametrize(
    "change",
    [
        "contract = jsonb_set(contract, '{cups}', '1000000')",
        "contract = jsonb_set(contract, '{blend}', '\"oolong\"')",
        "contract = jsonb_set(contract, '{price}', '\"0.01\"')",
        "contract = contract || '{\"sugar\": 3}'",
        "contract = contract - 'cups'",
        "seal = repeat('0', 64)",
    ],
)
def test_a_contract_altered_after_the_approval_voids_it(change: str) -> None:
    request = approved(serving())
    tamper(f"UPDATE approvals_preview SET {change} WHERE id = %s", request.preview_id)
    assert ended(request) == ("voided", ["seal_broken"], 0)


def test_a_contract_altered_and_sealed_anew_is_voided_by_the_decision_that_stood_on_the_old_seal() -> None:
    """Even somebody who knows how seals are made would have to alter what Mei signed."""
    request = approved(serving())
    contract = {**request.preview.contract, "cups": 1_000_000}
    tamper("UPDATE approvals_preview SET contract = contract || '{\"cups\": 1000000}', seal = %s WHERE id = %s",
           seal_of(contract), request.preview_id)  # fmt: skip
    assert Preview.objects.get(pk=request.preview_id).is_untouched
    tamper("UPDATE approvals_actionrequest SET seal = %s WHERE id = %s", seal_of(fresh(request).terms()), request.pk)
    assert fresh(request).is_untouched
    assert ended(request) == ("voided", ["seal_broken"], 0)


def test_a_decision_removed_after_the_approval_voids_it() -> None:
    request = approved(serving())
    tamper("DELETE FROM approvals_decision")
    assert ended(request) == ("voided", ["seal_broken"], 0)


def test_one_of_two_decisions_removed_after_the_approval_voids_it() -> None:
    Policy.objects.create(organisation=harbour_tea(), name="Two", quorum=2)
    request = serving()
    approved(request)
    approved(request, PersonFactory(username="lin.yip", role="compliance"))
    tamper("DELETE FROM approvals_decision WHERE person_id = %s", mei_chan().pk)
    assert ended(request) == ("voided", ["seal_broken"], 0)


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


def test_a_guard_that_has_turned_voids_it_with_its_reason() -> None:
    request = approved(serving())
    organisation = harbour_tea()
    organisation.sending_stopped_at = NOON
    organisation.save()
    assert ended(request) == ("voided", ["water_is_cold"], 0)


def test_all_that_stands_against_it_is_told_at_once() -> None:
    request = approved(serving())
    organisation, mei = harbour_tea(), mei_chan()
    organisation.sending_stopped_at = NOON
    organisation.save()
    mei.role = "admin"
    mei.save()
    assert ended(request, request.expires_at) == ("voided", ["expired", "approver_lost_role", "water_is_cold"], 0)


def test_an_approval_that_came_to_its_end_expires() -> None:
    request = approved(serving())
    last = request.expires_at
    assert ended(request, last) == ("expired", ["expired"], 0)


def test_an_approval_counts_until_its_last_second() -> None:
    request = approved(serving())
    assert ended(request, request.expires_at - timedelta(seconds=1)) == ("succeeded", [], 1)


def test_a_tool_that_no_longer_exists_voids_what_waits_for_it() -> None:
    request = approved(serving())
    del registry.tools["tea.pot.serve"]
    assert ended(request) == ("voided", ["unreadable"], 0)


def test_a_contract_that_a_newer_version_cannot_read_is_voided(monkeypatch: pytest.MonkeyPatch) -> None:
    request = approved(serving())
    newer = create_model("Newer", __base__=room.PotContract, saucer=(str, ...))
    object.__setattr__(registry.tools["tea.pot.serve"], "takes", newer)
    try:
        assert ended(request) == ("voided", ["unreadable"], 0)
    finally:
        object.__setattr__(registry.tools["tea.pot.serve"], "takes", room.PotContract)


def test_a_crash_fails_the_request_and_keeps_nothing_of_its_effect() -> None:
    request = approved(serving(blend="scalding"))
    assert ended(request) == ("failed", ["internal_error"], 0)
    assert fresh(request).result is None


def test_a_no_of_the_tool_itself_fails_the_request_and_keeps_nothing_of_its_effect() -> None:
    request = approved(serving(blend="bitter"))
    assert ended(request) == ("failed", ["too_bitter"], 0)


@pytest.mark.django_db(transaction=True)
def test_twenty_threads_have_exactly_one_effect() -> None:
    request = approved(serving())
    outcomes = at_once(*[lambda: carry_out(request.pk, A_MINUTE_LATER)] * 20)
    assert [outcome.state for outcome in outcomes] == ["succeeded"] * 20
    assert poured() == 1
    assert Entry.objects.filter(action="request.start").count() == 1
    assert Entry.objects.filter(action="request.succeed").count() == 1


@pytest.mark.django_db(transaction=True)
def test_a_withdrawal_and_a_worker_at_once_leave_one_of_both() -> None:
    agent = tea_agent()
    for _ in range(3):
        Segment.objects.all().delete()
        request = approved(serving(agent))
        at_once(
            lambda request=request: carry_out(request.pk, A_MINUTE_LATER),
            lambda request=request: decisions.withdraw(request.pk, agent, A_MINUTE_LATER),
        )
        assert (fresh(request).state, poured()) in {("succeeded", 1), ("withdrawn", 0)}


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


def test_a_decision_by_a_rule_is_recorded_as_one() -> None:
    answer = call("tea.pot.empty", wish(blend="jasmine"), tea_agent(), NOON)
    assert Decision.objects.get(request=request_of(answer)).rule == "floor: nobody is asked"


def test_the_face_of_the_wish_is_the_face_of_its_execution() -> None:
    request = serving(Actor.of_agent(AgentFactory(name="By REST"), Face.REST))
    assert request.face == "rest"
    assert ended(approved(request)) == ("succeeded", [], 1)
