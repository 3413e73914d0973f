"""What the database refuses by itself, to raw SQL as to anybody."""

from collections.abc import Callable
from typing import Any
from uuid import uuid4

import pytest
from django.db import DatabaseError, connection, transaction

from accounts.actor import Actor, Face
from approvals.models import ActionRequest, Decision, Policy, State
from tests.approvals.tea_room import agent_of, approved, asked, fresh, request_of, serving, tea_agent
from tests.factories import PersonFactory, harbour_tea, mei_chan, other_tenant, sam_lee

pytestmark = [pytest.mark.django_db, pytest.mark.usefixtures("tea_room")]

NOBODY_DECIDES = "nobody decides their own request or another organisation's"


def sql(statement: str, *values: Any) -> None:
    with connection.cursor() as cursor:
        cursor.execute(statement, values)


def refused_by_the_database(words: str, act: Callable[[], Any]) -> None:
    with pytest.raises(DatabaseError, match=words), transaction.atomic():
        act()


def decide(request: ActionRequest, person: Any, verdict: str = "approve", seal: str = "", rule: str = "") -> None:
    sql(
        "INSERT INTO approvals_decision (id, request_id, person_id, rule, verdict, seal, note, at)"
        " VALUES (%s, %s, %s, %s, %s, %s, '', now())",
        uuid4(), request.pk, person.pk if person else None, rule, verdict, seal or request.seal,
    )  # fmt: skip


def set_state(request: ActionRequest, state: str) -> None:
    sql("UPDATE approvals_actionrequest SET state = %s WHERE id = %s", state, request.pk)


def test_a_decision_of_the_requester_is_refused() -> None:
    mei = mei_chan()
    request = request_of(asked("tea.pot.brew", Actor.of_person(mei, Face.REST)))
    refused_by_the_database(NOBODY_DECIDES, lambda: decide(request, mei))
    sql("UPDATE approvals_actionrequest SET owner_id = NULL WHERE id = %s", request.pk)
    refused_by_the_database(NOBODY_DECIDES, lambda: decide(request, mei))


def test_a_decision_of_the_agents_owner_is_refused_then_and_now() -> None:
    actor = tea_agent(owner=mei_chan())
    request = serving(actor)
    refused_by_the_database(NOBODY_DECIDES, lambda: decide(request, mei_chan()))
    agent = agent_of(actor)
    agent.owner = sam_lee()
    agent.save()
    refused_by_the_database(NOBODY_DECIDES, lambda: decide(request, mei_chan()))
    refused_by_the_database(NOBODY_DECIDES, lambda: decide(request, sam_lee()))


def test_a_decision_of_another_tenant_is_refused() -> None:
    stranger = PersonFactory(username="rival", role="compliance", organisation=other_tenant())
    nobody = PersonFactory(username="drifter", role="compliance", organisation=None)
    for person in (stranger, nobody):
        refused_by_the_database(NOBODY_DECIDES, lambda person=person: decide(serving(), person))


def test_a_person_decides_once() -> None:
    request = serving()
    decide(request, mei_chan())
    refused_by_the_database("one_decision_a_person", lambda: decide(request, mei_chan(), "reject"))


def test_a_decision_is_a_persons_or_a_rules_and_never_both_or_neither() -> None:
    refused_by_the_database("decided_by_person_or_rule", lambda: decide(serving(), None))
    refused_by_the_database("decided_by_person_or_rule", lambda: decide(serving(), mei_chan(), rule="policy: x"))


def test_a_decision_is_never_changed_or_deleted() -> None:
    request = serving()
    approved(request)
    for change in ("verdict = 'reject'", "seal = ''", "person_id = NULL, rule = 'x'", "note = 'x'", "at = now()"):
        refused_by_the_database("they are frozen", lambda change=change: sql(f"UPDATE approvals_decision SET {change}"))
    refused_by_the_database("they are frozen", lambda: sql("DELETE FROM approvals_decision"))
    refused_by_the_database("they are frozen", lambda: Decision.objects.update(verdict="reject"))
    refused_by_the_database("they are frozen", lambda: request.decisions.all().delete())


def test_a_request_is_not_approved_without_a_decision() -> None:
    request = serving()
    refused_by_the_database("1 approvals on this seal are needed, there are 0", lambda: set_state(request, "approved"))
    refused_by_the_database(
        "approvals on this seal", lambda: ActionRequest.objects.filter(pk=request.pk).update(state=State.APPROVED)
    )


def test_a_request_is_not_approved_by_too_few() -> None:
    Policy.objects.create(organisation=harbour_tea(), name="Two", quorum=2)
    request = serving()
    decide(request, mei_chan())
    refused_by_the_database("2 approvals on this seal are needed, there are 1", lambda: set_state(request, "approved"))
    decide(request, PersonFactory(username="lin.yip", role="compliance"))
    set_state(request, "approved")
    assert fresh(request).state == "approved"


def test_a_decision_on_another_seal_or_with_another_verdict_approves_nothing() -> None:
    other_seal, other_verdict = serving(), serving()
    decide(other_seal, mei_chan(), seal="0" * 64)
    decide(other_verdict, mei_chan(), "changes")
    for request in (other_seal, other_verdict):
        refused_by_the_database("there are 0", lambda request=request: set_state(request, "approved"))


def test_a_request_cannot_be_made_to_need_nobody() -> None:
    request = serving()
    refused_by_the_database(
        "request_quorum_at_least_one",
        lambda: sql("UPDATE approvals_actionrequest SET quorum = 0 WHERE id = %s", request.pk),
    )


@pytest.mark.parametrize("state", [state for state in State.values if state != State.PENDING])
def test_a_request_is_born_waiting(state: str) -> None:
    request = serving()
    columns = [field.column for field in ActionRequest._meta.concrete_fields if field.column not in ("id", "state")]
    kept = ", ".join(columns)
    refused_by_the_database(
        "an action request begins as pending",
        lambda: sql(
            f"INSERT INTO approvals_actionrequest (id, state, {kept})"
            f" SELECT gen_random_uuid(), %s, {kept} FROM approvals_actionrequest WHERE id = %s",
            state,
            request.pk,
        ),
    )


LEGAL = {
    "pending": {"approved", "rejected", "withdrawn", "expired", "voided"},
    "approved": {"executing", "withdrawn", "expired", "voided"},
    "executing": {"succeeded", "failed", "unsure"},
}


@pytest.mark.parametrize("source", State.values)
def test_a_request_takes_no_step_that_its_life_does_not_have(source: str) -> None:
    request = serving()
    decide(request, mei_chan())
    path = {"pending": [], "approved": ["approved"], "executing": ["approved", "executing"]}
    for step in path.get(source) or (["approved", "executing", source] if source in LEGAL["executing"] else [source]):
        if step != "pending":
            set_state(request, step)
    for target in State.values:
        if target != source and target not in LEGAL.get(source, set()):
            refused_by_the_database(
                f"an action request does not move from {source} to {target}",
                lambda target=target: set_state(request, target),
            )


def test_the_state_cannot_be_assigned() -> None:
    request = serving()
    with pytest.raises(AttributeError):
        request.state = State.APPROVED
