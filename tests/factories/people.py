"""Who acts: organisations, their people, the agent. It is noon in Hong Kong."""

from datetime import datetime
from zoneinfo import ZoneInfo

import factory
from factory.django import DjangoModelFactory

from accounts.models import Agent, Organisation, Person
from accounts.roles import AGENT_SCOPES, Role

HONG_KONG = ZoneInfo("Asia/Hong_Kong")
NOON = datetime(2026, 3, 2, 12, 0, tzinfo=HONG_KONG)
PASSWORD = "steeped-4-minutes"  # of everybody


class OrganisationFactory(DjangoModelFactory[Organisation]):
    class Meta:
        model = Organisation
        django_get_or_create = ("slug",)

    name = "Harbour Tea"
    slug = "harbour-tea"


def harbour_tea() -> Organisation:
    return OrganisationFactory()


def other_tenant() -> Organisation:
    return OrganisationFactory(name="Peak Coffee", slug="peak-coffee")


class PersonFactory(DjangoModelFactory[Person]):
    class Meta:
        model = Person
        django_get_or_create = ("username",)
        skip_postgeneration_save = True

    organisation = factory.SubFactory(OrganisationFactory)
    username = factory.Sequence(lambda number: f"person-{number}")
    email = factory.LazyAttribute(lambda person: f"{person.username}@harbour-tea.test")
    password = factory.django.Password(PASSWORD)
    role = Role.VIEWER
    is_staff = True


def mei_chan() -> Person:
    """The compliance officer."""
    return PersonFactory(username="mei.chan", first_name="Mei", last_name="Chan", role=Role.COMPLIANCE)


def sam_lee() -> Person:
    """The marketer, who owns the agent."""
    return PersonFactory(username="sam.lee", first_name="Sam", last_name="Lee", role=Role.MARKETER)


def ada_wong() -> Person:
    """The administrator."""
    return PersonFactory(username="ada.wong", first_name="Ada", last_name="Wong", role=Role.ADMIN)


def ken_ho() -> Person:
    """Support."""
    return PersonFactory(username="ken.ho", first_name="Ken", last_name="Ho", role=Role.SUPPORT)


def vera_ng() -> Person:
    """The viewer."""
    return PersonFactory(username="vera.ng", first_name="Vera", last_name="Ng", role=Role.VIEWER)


class AgentFactory(DjangoModelFactory[Agent]):
    """Sam's agent, with every scope there is. Where its key matters, use `accounts.credentials.create_agent`."""

    class Meta:
        model = Agent

    organisation = factory.SelfAttribute("owner.organisation")
    owner = factory.LazyFunction(sam_lee)
    name = "Tea assistant"
    key_prefix = factory.Sequence(lambda number: f"{number:010x}")
    key_hash = "0" * 64
    scopes = sorted(AGENT_SCOPES)
