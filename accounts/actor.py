"""Who acts, and through which face. Faces build one, everything below takes one; nothing reads a request object."""

from dataclasses import dataclass
from enum import StrEnum

from django.utils.translation import gettext, gettext_noop

from accounts.models import Agent, Organisation, Person
from accounts.roles import PERSONAL_DATA, SCOPES_OF_ROLE, Role


class ActorKind(StrEnum):
    PERSON = "person"
    AGENT = "agent"
    SYSTEM = "system"


class Face(StrEnum):
    MCP = "mcp"
    REST = "rest"
    DESK = "desk"
    SYSTEM = "system"

    @property
    def label(self) -> str:
        """What people call it."""
        return {"desk": gettext("desk"), "system": "Countersign"}.get(self.value, self.value.upper())


# The parts of Countersign that act by themselves. The record keeps these names, pages translate them.
PARTS = (
    gettext_noop("executor"),
    gettext_noop("policy"),
    gettext_noop("sweep"),
    gettext_noop("delivery engine"),
    gettext_noop("webhook inbox"),
    gettext_noop("command line"),
    gettext_noop("login page"),
    gettext_noop("public pages"),
    gettext_noop("automations"),
    gettext_noop("payments"),
)


@dataclass(frozen=True, slots=True)
class Actor:
    organisation: Organisation
    kind: ActorKind
    face: Face
    principal: str
    label: str
    scopes: frozenset[str]
    person: Person | None = None
    agent: Agent | None = None

    @classmethod
    def of_person(cls, person: Person, face: Face) -> "Actor":
        """A signed-in person. Raises ValueError for one without an organisation: they cannot act for anybody."""
        if person.organisation is None:
            raise ValueError(f"{person.username} belongs to no organisation")
        scopes = SCOPES_OF_ROLE[Role(person.role)] if person.is_active else frozenset()
        return cls(
            person.organisation, ActorKind.PERSON, face, f"person:{person.pk}", str(person), scopes, person=person
        )

    @classmethod
    def of_agent(cls, agent: Agent, face: Face) -> "Actor":
        """An agent may do what its credential says and its owner could do themselves; never more, and never decide."""
        is_owned = agent.owner.is_active and agent.owner.organisation_id == agent.organisation_id
        owner = SCOPES_OF_ROLE[Role(agent.owner.role)] if is_owned else frozenset()
        return cls(
            agent.organisation,
            ActorKind.AGENT,
            face,
            f"agent:{agent.pk}",
            agent.name,
            frozenset(agent.scopes) & owner,
            agent=agent,
        )

    @classmethod
    def system(cls, organisation: Organisation, name: str) -> "Actor":
        """Countersign itself: beat, a lane, the webhook consumer."""
        return cls(organisation, ActorKind.SYSTEM, Face.SYSTEM, f"system:{name}", name, frozenset())

    @property
    def owner(self) -> Person | None:
        """The person behind: four eyes and budgets count by them."""
        return self.agent.owner if self.agent else self.person

    @property
    def role(self) -> Role | None:
        return Role(self.person.role) if self.person else None

    @property
    def sees_personal_data(self) -> bool:
        return PERSONAL_DATA in self.scopes

    def can(self, scope: str) -> bool:
        return scope in self.scopes
