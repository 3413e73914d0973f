"""Who may decide what, and on which words."""

from datetime import timedelta
from typing import Any
from uuid import uuid4

import pytest

from accounts.actor import Actor, Face
from approvals import decisions
from approvals.models import ActionRequest, Decision, Policy
from audit.models import Entry
from tests.approvals.officers import lin_yip
from tests.approvals.tea_room import (
    agent_of,
    approved,
    asked,
    at_desk,
    fresh,
    refused,
    request_of,
    serving,
    tamper,
    tea_agent,
)
from tests.factories import (
    NOON,
    AgentFactory,
    PersonFactory,
    ada_wong,
    harbour_tea,
    ken_ho,
    mei_chan,
    other_tenant,
    sam_lee,
    vera_ng,
)

pytestmark = [pytest.mark.django_db, pytest.mark.usefixtures("tea_room")]


def no_to(request: ActionRequest, actor: Actor, now: Any = NOON, **how: Any) -> list[str]:
    """Why this actor may not approve; nothing of it stays."""
    codes = refused(lambda: decisions.approve(request.pk, actor, now, **{"seal": request.seal, **how})).codes
    assert fresh(request).state == request.state
    assert not Decision.objects.filter(request=request, person=actor.person).exists() or "already_decided" in codes
    return codes


def test_a_compliance_officer_approves_at_the_desk_on_the_seal_they_read() -> None:
    request = serving()
    after = decisions.approve(request.pk, at_desk(mei_chan()), NOON, seal=request.seal, note="  Enjoy. ")
    decision = after.decisions.get()
    assert (after.state, after.approved_at) == ("approved", NOON)
    assert (decision.person, decision.verdict, decision.seal, decision.note, decision.at) == (
        mei_chan(), "approve", request.seal, "Enjoy.", NOON,
    )  # fmt: skip
    assert list(Entry.objects.filter(action="request.approve").values_list("actor_principal", "face")) == [
        (f"person:{mei_chan().pk}", "desk")
    ]


def test_nobody_approves_their_own_wish() -> None:
    mei = mei_chan()
    request = request_of(asked("tea.pot.brew", Actor.of_person(mei, Face.REST)))
    assert no_to(request, at_desk(mei)) == ["four_eyes"]


def test_nobody_approves_what_their_agent_asked_for() -> None:
    request = serving(tea_agent(owner=mei_chan()))
    assert no_to(request, at_desk(mei_chan())) == ["four_eyes"]


def test_nobody_approves_what_any_of_their_agents_asked_for_whoever_else_owns_agents() -> None:
    """Mei owns two agents; her own agent's wish stays hers to leave alone, while Lin's agent changes nothing."""
    AgentFactory(owner=mei_chan(), name="Day shift")
    AgentFactory(owner=lin_yip(), name="Night shift")
    request = serving(tea_agent(owner=mei_chan(), name="Late shift"))
    assert no_to(request, at_desk(mei_chan())) == ["four_eyes"]
    assert approved(request, lin_yip()).state == "approved"


def test_nobody_approves_what_an_agent_asked_for_that_they_have_taken_over_since() -> None:
    actor = tea_agent()
    request = serving(actor)
    agent = agent_of(actor)
    agent.owner = mei_chan()
    agent.save()
    assert no_to(request, at_desk(mei_chan())) == ["four_eyes"]


def test_its_first_owner_does_not_approve_it_after_handing_the_agent_on() -> None:
    actor = tea_agent(owner=mei_chan())
    request = serving(actor)
    agent = agent_of(actor)
    agent.owner = sam_lee()
    agent.save()
    assert no_to(request, at_desk(mei_chan())) == ["four_eyes"]


def test_a_superuser_is_no_exception() -> None:
    mei = mei_chan()
    mei.is_superuser = True
    mei.save()
    own = request_of(asked("tea.pot.brew", Actor.of_person(mei, Face.REST)))
    assert no_to(own, at_desk(mei)) == ["four_eyes"]
    root = PersonFactory(username="root", role="viewer", is_superuser=True)
    assert no_to(own, at_desk(root)) == ["role_missing"]


def test_another_tenants_officer_is_answered_as_if_there_were_no_such_request() -> None:
    stranger = PersonFactory(username="rival", role="compliance", organisation=other_tenant())
    request = serving()
    theirs = refused(lambda: decisions.approve(request.pk, at_desk(stranger), NOON, seal=request.seal))
    unknown = refused(lambda: decisions.approve(uuid4(), at_desk(stranger), NOON, seal=request.seal))
    assert theirs.codes == ["request_not_found"]
    assert theirs.reasons == unknown.reasons
    for act in (decisions.reject, decisions.ask_for_changes):
        assert refused(lambda act=act: act(request.pk, at_desk(stranger), NOON, note="No.")).reasons == unknown.reasons
    assert refused(lambda: decisions.withdraw(request.pk, at_desk(stranger), NOON)).reasons == unknown.reasons


@pytest.mark.parametrize("person", [ada_wong, ken_ho, vera_ng, sam_lee])
def test_without_the_role_nobody_decides(person: Any) -> None:
    request = serving(tea_agent(owner=PersonFactory(username="tom.fan", role="marketer")))
    assert "role_missing" in no_to(request, at_desk(person()))


def test_somebody_who_has_left_does_not_decide() -> None:
    request = serving()
    mei = mei_chan()
    mei.is_active = False
    mei.save()
    assert no_to(request, at_desk(mei)) == ["role_missing"]


@pytest.mark.parametrize("face", [Face.REST, Face.MCP, Face.SYSTEM])
def test_nobody_decides_from_anywhere_but_the_desk(face: Face) -> None:
    assert no_to(serving(), Actor.of_person(mei_chan(), face)) == ["people_decide"]


def test_an_agent_never_decides_whatever_face_it_wears() -> None:
    request = serving()
    agent = AgentFactory(owner=mei_chan(), name="Helpful")
    for face in Face:
        assert no_to(request, Actor.of_agent(agent, face)) == ["people_decide"]


def test_the_system_never_decides() -> None:
    assert no_to(serving(), Actor.system(harbour_tea(), "sweep")) == ["people_decide"]


def test_a_seal_of_something_else_than_was_shown_is_refused() -> None:
    request = serving()
    assert no_to(request, at_desk(mei_chan()), seal="") == ["seal_broken"]
    assert no_to(request, at_desk(mei_chan()), seal="0" * 64) == ["seal_broken"]


@pytest.mark.parametrize("change", ["reason = 'Because I say so.'", "quorum = 3", "asks_password = true"])
def test_a_request_that_was_altered_while_it_waited_is_not_approved(change: str) -> None:
    request = serving()
    tamper(f"UPDATE approvals_actionrequest SET {change} WHERE id = %s", request.pk)
    assert no_to(request, at_desk(mei_chan())) == ["seal_broken"]


def test_a_contract_that_was_altered_while_it_waited_is_not_approved() -> None:
    request = serving(cups=1)
    tamper("UPDATE approvals_preview SET contract = jsonb_set(contract, '{cups}', '500') WHERE id = %s",
           request.preview_id)  # fmt: skip
    assert no_to(request, at_desk(mei_chan())) == ["seal_broken"]


def test_a_password_is_not_optional_where_it_is_asked_for() -> None:
    Policy.objects.create(organisation=harbour_tea(), name="Careful", asks_password=True)
    request = serving()
    assert no_to(request, at_desk(mei_chan())) == ["password_missing"]
    assert approved(request).state == "approved"


def test_one_person_counts_once_however_often_they_approve() -> None:
    Policy.objects.create(organisation=harbour_tea(), name="Two", quorum=2)
    request = serving()
    assert approved(request).state == "pending"
    assert no_to(request, at_desk(mei_chan())) == ["already_decided"]
    assert approved(request, lin_yip()).state == "approved"
    entries = Entry.objects.filter(action__startswith="request.").order_by("pk")
    assert list(entries.values_list("action", flat=True)) == ["request.made", "request.seconded", "request.approve"]


def test_nothing_is_decided_after_its_time() -> None:
    request = serving()
    almost = request.expires_at - timedelta(seconds=1)
    assert no_to(request, at_desk(mei_chan()), request.expires_at) == ["expired"]
    assert approved(request, now=almost).state == "approved"


def test_what_is_decided_stays_decided() -> None:
    request = serving()
    approved(request)
    request = fresh(request)
    assert no_to(request, at_desk(lin_yip())) == ["wrong_state"]
    no = refused(lambda: decisions.reject(request.pk, at_desk(lin_yip()), NOON, note="No."))
    assert no.codes == ["wrong_state"]


def test_the_gate_is_asked_again_when_somebody_approves() -> None:
    request = serving()
    organisation = harbour_tea()
    organisation.sending_stopped_at = NOON
    organisation.save()
    assert no_to(request, at_desk(mei_chan())) == ["water_is_cold"]


def test_every_reason_against_deciding_is_told_at_once() -> None:
    request = serving(tea_agent(owner=ada_wong()))
    assert no_to(request, at_desk(ada_wong()), request.expires_at) == ["role_missing", "four_eyes", "expired"]
