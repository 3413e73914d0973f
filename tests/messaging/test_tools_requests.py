"""whatsapp.action_request.status, .audit_logs.list and .policy_rules.get: telling, and changing nothing."""

from datetime import timedelta
from typing import Any
from uuid import uuid4

import pytest

from accounts.actor import Actor, Face
from approvals import decisions
from approvals.calls import call
from approvals.execution import carry_out
from approvals.models import ActionRequest, Decision, Policy
from approvals.registry import registry
from audit.models import Entry
from tests.approvals.tea_room import approved, at_desk, refused, request_of
from tests.factories import (
    NOON,
    AgentFactory,
    ContactFactory,
    PersonFactory,
    SuppressionFactory,
    ada_wong,
    harbour_tea,
    mei_chan,
    other_tenant,
    sam_lee,
    vera_ng,
)
from tests.messaging.spring_tea import tea_assistant

pytestmark = pytest.mark.django_db


def wished(actor: Actor) -> ActionRequest:
    """Somebody asks for an opt-out to be lifted, which waits for Mei."""
    ann = ContactFactory(organisation=actor.organisation)
    SuppressionFactory(contact=ann)
    arguments = {
        "contact_ids": [str(ann.key)], "change": "opt_in", "channel": "any", "source": "call", "evidence": "tape 17",
        "customers_own_act": True, "occurred_at": "2026-03-02T11:00:00+08:00", "idempotency_key": f"key-{uuid4()}",
        "reason": "She called.",
    }  # fmt: skip
    return request_of(call("whatsapp.consent.update", arguments, actor, NOON))


def status(actor: Actor, request_id: Any) -> Any:
    return call("whatsapp.action_request.status", {"action_request_id": str(request_id)}, actor, NOON).data


def test_a_waiting_request_says_so_in_plain_words() -> None:
    agent = tea_assistant()
    told = status(agent, wished(agent).pk)
    assert (told["tool"], told["reason"], told["result"], told["decisions"]) == (
        "whatsapp.consent.update", "She called.", None, [],
    )  # fmt: skip
    assert told["request"]["state"] == "pending"
    assert told["request"]["anything_sent"] == "Nothing has been done or sent: a person has to decide first."


def test_a_decided_request_tells_by_what_kind_and_with_which_result_but_not_by_whom() -> None:
    agent = tea_assistant()
    request = wished(agent)
    decisions.approve(request.pk, at_desk(mei_chan()), NOON, seal=request.seal, note="She did.")
    assert status(agent, request.pk)["request"]["anything_sent"] == "Approved; nothing has been done or sent yet."
    carry_out(request.pk, NOON)
    told = status(agent, request.pk)
    assert (told["request"]["state"], told["request"]["decided_by"]) == ("succeeded", "person")
    assert told["result"] == {"changed": 1, "change": "opt_in"}
    assert [(one["verdict"], one["by"], one["note"]) for one in told["decisions"]] == [
        ("approve", "person", "She did.")
    ]
    assert "Mei" not in str(told)
    assert len(told["audit"]) == Entry.objects.filter(request_id=request.pk).count() > 3


def test_a_rejected_request_tells_the_note_so_that_the_next_one_can_be_better() -> None:
    agent = tea_assistant()
    request = wished(agent)
    decisions.ask_for_changes(request.pk, at_desk(mei_chan()), NOON, note="Which recording?")
    told = status(agent, request.pk)
    assert told["request"]["anything_sent"] == "Nothing was done or sent, and nothing will be."
    assert [(one["verdict"], one["note"]) for one in told["decisions"]] == [("changes", "Which recording?")]


def test_asking_a_hundred_times_carries_nothing_out() -> None:
    agent = tea_assistant()
    request = approved(wished(agent))
    before = Entry.objects.exclude(action="tool.read").count()
    for _ in range(20):
        assert status(agent, request.pk)["request"]["state"] == "approved"
    assert Entry.objects.exclude(action="tool.read").count() == before
    assert Decision.objects.count() == 1


def test_an_agent_sees_what_its_owners_agents_asked_for_and_nobody_elses() -> None:
    agent = tea_assistant()
    request = wished(agent)
    sibling = Actor.of_agent(AgentFactory(name="Night shift"), Face.MCP)
    assert status(sibling, request.pk)["request"]["state"] == "pending"
    tom = Actor.of_agent(AgentFactory(owner=PersonFactory(username="tom.fan", role="marketer")), Face.MCP)
    stranger = Actor.of_agent(AgentFactory(owner=PersonFactory(organisation=other_tenant(), role="admin")), Face.MCP)
    unknown = refused(lambda: status(agent, uuid4()))
    for other in (tom, stranger):
        no = refused(lambda other=other: status(other, request.pk))
        assert [reason.as_dict() for reason in no.reasons] == [reason.as_dict() for reason in unknown.reasons]


def test_people_see_all_requests_of_their_organisation_and_none_of_another() -> None:
    request = wished(tea_assistant())
    for person in (sam_lee(), mei_chan(), vera_ng()):
        assert status(Actor.of_person(person, Face.REST), request.pk)["request"]["state"] == "pending"
    rival = PersonFactory(username="rival", role="admin", organisation=other_tenant())
    assert refused(lambda: status(Actor.of_person(rival, Face.REST), request.pk)).codes == ["request_not_found"]


def audit(actor: Actor, **ask: Any) -> list[dict[str, Any]]:
    rows: list[dict[str, Any]] = call("whatsapp.audit_logs.list", ask, actor, NOON).data["entries"]
    return rows


def test_the_audit_is_read_by_who_may_and_by_nobody_else() -> None:
    request = wished(tea_assistant())
    for person in (mei_chan(), ada_wong()):
        assert audit(Actor.of_person(person, Face.REST), action="request.made")[0]["subject_id"] == str(request.pk)
    for actor in (tea_assistant(), Actor.of_person(sam_lee(), Face.REST), Actor.of_person(vera_ng(), Face.REST)):
        assert refused(lambda actor=actor: audit(actor)).codes == ["scope_missing"]


def test_the_audit_is_narrowed_by_action_subject_and_time_and_shows_no_other_tenant() -> None:
    mei = Actor.of_person(mei_chan(), Face.REST)
    request = wished(tea_assistant())
    rival = PersonFactory(username="rival", role="admin", organisation=other_tenant())
    assert audit(Actor.of_person(rival, Face.REST)) == []
    assert [row["action"] for row in audit(mei, subject_id=str(request.pk))] == ["request.made"]
    assert audit(mei, action="request.made", since=(NOON + timedelta(seconds=1)).isoformat()) == []
    assert audit(mei, action="request.made", until=NOON.isoformat()) == []
    assert len(audit(mei, action="request.made", since=NOON.isoformat())) == 1


def test_the_rules_are_told_with_every_floor_and_the_organisations_own_policies() -> None:
    Policy.objects.create(organisation=harbour_tea(), name="Two above a thousand", quorum=2, from_people=1000)
    Policy.objects.create(organisation=other_tenant(), name="Not ours")
    Policy.objects.create(organisation=harbour_tea(), name="Switched off", enabled=False)
    told = call("whatsapp.policy_rules.get", {}, tea_assistant(), NOON).data
    assert [(policy["name"], policy["quorum"], policy["when"]) for policy in told["policies"]] == [
        ("Two above a thousand", 2, "from 1000 people")
    ]
    assert set(told["floors"]) == {tool.name for tool in registry if tool.approval is not None}
    assert told["floors"]["whatsapp.broadcast.schedule"] == (
        "Waits for a compliance officer, whatever the policies say."
    )
