"""Carrying out: once, as it was approved, or not at all."""

from datetime import timedelta
from typing import Any

import pytest
from pydantic import create_model

from accounts.actor import Actor, Face
from approvals.calls import call
from approvals.canonical import seal_of
from approvals.execution import carry_out
from approvals.models import ActionRequest, Decision, Policy, Preview
from approvals.registry import registry
from audit.models import Entry
from messaging.models import Segment
from tests.approvals import tea_menu as room
from tests.approvals.carrying_out import A_MINUTE_LATER, ended
from tests.approvals.tea_room import approved, fresh, previewed, request_of, serving, tamper, tea_agent, wish
from tests.factories import NOON, AgentFactory, PersonFactory, harbour_tea, mei_chan, other_tenant

pytestmark = [pytest.mark.django_db, pytest.mark.usefixtures("tea_room")]


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


def test_a_decision_by_a_rule_is_recorded_as_one() -> None:
    answer = call("tea.pot.empty", wish(blend="jasmine"), tea_agent(), NOON)
    assert Decision.objects.get(request=request_of(answer)).rule == "floor: nobody is asked"


def test_the_face_of_the_wish_is_the_face_of_its_execution() -> None:
    request = serving(Actor.of_agent(AgentFactory(name="By REST"), Face.REST))
    assert request.face == "rest"
    assert ended(approved(request)) == ("succeeded", [], 1)
