"""Who acts, with which rights: a person's by role, an agent's never more than its owner's."""

from itertools import product

import pytest
from django.core.exceptions import ValidationError
from django.db import IntegrityError, transaction

from accounts.actor import Actor, ActorKind, Face
from accounts.credentials import create_agent
from accounts.models import Agent
from accounts.roles import AGENT_SCOPES, AUDIT, CONFIGURATION, DECIDE, PERSONAL_DATA, SCOPES_OF_ROLE, Role
from tests.factories import AgentFactory, PersonFactory, harbour_tea, mei_chan, other_tenant, sam_lee

READ, PREVIEW, REQUEST = "whatsapp:read", "whatsapp:preview", "whatsapp:request"


@pytest.mark.parametrize(
    ("role", "may"),
    [
        (Role.ADMIN, {READ, PREVIEW, REQUEST, PERSONAL_DATA, AUDIT, CONFIGURATION, DECIDE}),
        (Role.COMPLIANCE, {READ, PREVIEW, REQUEST, PERSONAL_DATA, AUDIT, CONFIGURATION, DECIDE}),
        (Role.MARKETER, {READ, PREVIEW, REQUEST}),
        (Role.SUPPORT, {READ}),
        (Role.VIEWER, {READ}),
    ],
)
def test_each_role_may_what_it_may(role: Role, may: set[str]) -> None:
    everything = {READ, PREVIEW, REQUEST, PERSONAL_DATA, AUDIT, CONFIGURATION, DECIDE}
    assert SCOPES_OF_ROLE[role] & everything == may


def test_no_agent_can_be_given_the_right_to_decide() -> None:
    assert DECIDE not in AGENT_SCOPES


@pytest.mark.django_db
def test_the_database_keeps_an_agent_from_deciding() -> None:
    agent = AgentFactory()
    with pytest.raises(IntegrityError, match="agent_scopes_never_decide"), transaction.atomic():
        Agent.objects.filter(pk=agent.pk).update(scopes=[READ, DECIDE])
    with pytest.raises(ValidationError, match="Not scopes of an agent: requests:decide"):
        create_agent(harbour_tea(), sam_lee(), "Decider", scopes=[DECIDE])


@pytest.mark.django_db
def test_an_agent_belongs_to_the_organisation_of_its_owner() -> None:
    with pytest.raises(ValidationError, match="another organisation"):
        create_agent(other_tenant(), sam_lee(), "Stray")


@pytest.mark.django_db
def test_a_person_acts_with_the_scopes_of_their_role_and_as_themselves() -> None:
    mei = mei_chan()
    actor = Actor.of_person(mei, Face.DESK)
    assert (actor.kind, actor.principal, actor.owner, actor.role) == (
        ActorKind.PERSON, f"person:{mei.pk}", mei, Role.COMPLIANCE,
    )  # fmt: skip
    assert actor.can(DECIDE)
    assert actor.sees_personal_data


@pytest.mark.django_db
def test_an_inactive_person_may_nothing() -> None:
    assert Actor.of_person(PersonFactory(role=Role.ADMIN, is_active=False), Face.DESK).scopes == frozenset()


@pytest.mark.django_db
def test_a_person_without_an_organisation_cannot_act() -> None:
    with pytest.raises(ValueError, match="belongs to no organisation"):
        Actor.of_person(PersonFactory(username="drifter", organisation=None), Face.DESK)


@pytest.mark.django_db
@pytest.mark.parametrize("role", list(Role))
def test_an_agent_may_what_both_its_key_and_its_owner_may(role: Role) -> None:
    owner = PersonFactory(role=role)
    for scopes in ([], [READ], [READ, PERSONAL_DATA], sorted(AGENT_SCOPES)):
        actor = Actor.of_agent(AgentFactory(owner=owner, scopes=scopes), Face.MCP)
        assert actor.scopes == frozenset(scopes) & SCOPES_OF_ROLE[role]
        assert not actor.can(DECIDE)


@pytest.mark.django_db
def test_an_agent_may_nothing_once_its_owner_has_left() -> None:
    gone = PersonFactory(role=Role.ADMIN, is_active=False)
    moved = PersonFactory(role=Role.ADMIN)
    agents = [AgentFactory(owner=gone), AgentFactory(owner=moved)]
    moved.organisation = other_tenant()
    for agent in agents:
        assert Actor.of_agent(agent, Face.MCP).scopes == frozenset()


@pytest.mark.django_db
def test_an_agent_acts_for_its_owner_and_has_no_role() -> None:
    agent = AgentFactory()
    actor = Actor.of_agent(agent, Face.MCP)
    assert (actor.kind, actor.principal, actor.owner, actor.role, actor.label) == (
        ActorKind.AGENT, f"agent:{agent.pk}", sam_lee(), None, "Tea assistant",
    )  # fmt: skip


@pytest.mark.django_db
def test_the_system_acts_for_nobody_and_may_nothing() -> None:
    actor = Actor.system(harbour_tea(), "sweep")
    assert (actor.principal, actor.owner, actor.role, actor.scopes) == ("system:sweep", None, None, frozenset())


@pytest.mark.django_db
def test_no_two_actors_are_one_principal() -> None:
    sam = sam_lee()
    principals = [Actor.of_person(sam, face).principal for face in Face]
    assert len(set(principals)) == 1
    others = [Actor.of_agent(AgentFactory(), face).principal for _, face in product(range(2), Face)]
    assert len({*others, *principals, Actor.system(harbour_tea(), "sweep").principal}) == 10
