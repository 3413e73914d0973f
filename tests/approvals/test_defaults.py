"""The policies an organisation begins with: a draft is kept at once, what leaves waits for a person."""

from decimal import Decimal

import pytest

from accounts.actor import Actor, Face
from accounts.budgets import Spend
from approvals.contracts import Contract
from approvals.defaults import default_policies
from approvals.models import Policy
from approvals.policies import Ruling, rule
from approvals.registry import registry
from tests.factories import AgentFactory, harbour_tea

pytestmark = pytest.mark.django_db


class Letters(Contract):
    """So many letters to so many people."""

    people: int

    def spend(self) -> Spend:
        return Spend(people=self.people, messages=self.people, money=Decimal(self.people))

    def message_category(self) -> str:
        return "marketing"


@pytest.fixture
def agent() -> Actor:
    default_policies(harbour_tea())
    return Actor.of_agent(AgentFactory(), Face.MCP)


def ruling(tool: str, agent: Actor, people: int, *, tainted: bool = False) -> Ruling:
    return rule(registry.find(tool), Letters(people=people), agent, tainted=tainted)


@pytest.mark.parametrize("tool", ["whatsapp.template_draft.upsert", "whatsapp.broadcast.create"])
def test_a_draft_is_kept_at_once_however_large(agent: Actor, tool: str) -> None:
    assert ruling(tool, agent, 5000).runs_at_once


def test_a_draft_asked_for_after_reading_customers_waits_for_a_person(agent: Actor) -> None:
    assert not ruling("whatsapp.broadcast.create", agent, 5, tainted=True).runs_at_once


@pytest.mark.parametrize(("people", "asks"), [(999, False), (1000, True)])
def test_a_thousand_people_ask_for_the_password_again(agent: Actor, people: int, asks: bool) -> None:
    found = ruling("whatsapp.broadcast.schedule", agent, people)
    assert (found.runs_at_once, found.asks_password, found.role) == (False, asks, "compliance")


def test_what_no_default_speaks_of_waits_for_a_person(agent: Actor) -> None:
    assert not ruling("whatsapp.contact.import", agent, 1).runs_at_once


def test_a_default_that_was_switched_off_stays_off() -> None:
    default_policies(harbour_tea())
    Policy.objects.filter(name="Broadcasts are drafted at once").update(enabled=False)
    default_policies(harbour_tea())
    assert Policy.objects.filter(organisation=harbour_tea()).count() == 8
    assert not Policy.objects.get(name="Broadcasts are drafted at once").enabled
