"""Saying no: turned down by who may decide, withdrawn by who asked, and that always works."""

from typing import Any

import pytest

from accounts.actor import Actor, Face
from approvals import decisions
from approvals.models import Decision, Policy
from tests.approvals.officers import lin_yip
from tests.approvals.tea_room import approved, at_desk, fresh, refused, sam_at_rest, serving, tamper, tea_agent
from tests.factories import NOON, AgentFactory, ada_wong, harbour_tea, mei_chan, sam_lee

pytestmark = [pytest.mark.django_db, pytest.mark.usefixtures("tea_room")]


@pytest.mark.parametrize(("act", "verdict"), [(decisions.reject, "reject"), (decisions.ask_for_changes, "changes")])
def test_turning_down_ends_it_and_the_note_is_kept(act: Any, verdict: str) -> None:
    request = act(serving().pk, at_desk(mei_chan()), NOON, note="Too many cups.")
    assert (request.state, request.ended_at) == ("rejected", NOON)
    assert request.decisions.values_list("verdict", "note").get() == (verdict, "Too many cups.")


def test_turning_down_needs_a_reason_and_the_same_rights_as_approving() -> None:
    request = serving()
    without_a_note = refused(lambda: decisions.reject(request.pk, at_desk(mei_chan()), NOON, note="  "))
    assert [(one.code, one.field) for one in without_a_note.reasons] == [("note_missing", "note")]
    for actor in (at_desk(sam_lee()), Actor.of_person(mei_chan(), Face.REST), tea_agent(owner=mei_chan())):
        refused(lambda actor=actor: decisions.reject(request.pk, actor, NOON, note="No."))
    assert fresh(request).state == "pending"
    assert Decision.objects.count() == 0


def test_one_rejection_ends_it_however_many_have_approved() -> None:
    Policy.objects.create(organisation=harbour_tea(), name="Three", quorum=3)
    request = serving()
    approved(request)
    assert decisions.reject(request.pk, at_desk(lin_yip()), NOON, note="No.").state == "rejected"


def test_a_broken_seal_does_not_keep_anybody_from_saying_no() -> None:
    request = serving()
    tamper("UPDATE approvals_actionrequest SET reason = 'Altered.' WHERE id = %s", request.pk)
    assert decisions.reject(request.pk, at_desk(mei_chan()), NOON, note="Altered.").state == "rejected"


def test_a_wish_is_withdrawn_by_who_made_it_and_by_the_agents_owner() -> None:
    agent = tea_agent()
    assert decisions.withdraw(serving(agent).pk, agent, NOON).state == "withdrawn"
    assert decisions.withdraw(serving(agent).pk, at_desk(sam_lee()), NOON).state == "withdrawn"
    assert decisions.withdraw(approved(serving(agent)).pk, sam_at_rest(), NOON).state == "withdrawn"


def test_nobody_else_withdraws_it() -> None:
    request = serving()
    sibling = Actor.of_agent(AgentFactory(name="Night shift"), Face.MCP)
    for actor in (at_desk(mei_chan()), at_desk(ada_wong()), sibling):
        no = refused(lambda actor=actor: decisions.withdraw(request.pk, actor, NOON))
        assert no.codes == ["request_not_found"]
    assert fresh(request).state == "pending"
