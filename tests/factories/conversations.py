"""Teams, queues and what customers and they say to each other."""

from datetime import timedelta
from typing import Any

import factory
from factory.django import DjangoModelFactory

from messaging.models import Conversation, InboundMessage, Queue, Team
from tests.factories.contacts import ContactFactory, SenderFactory
from tests.factories.people import NOON, OrganisationFactory


class TeamFactory(DjangoModelFactory[Team]):
    """`members` are the people of the team."""

    class Meta:
        model = Team
        skip_postgeneration_save = True

    organisation = factory.SubFactory(OrganisationFactory)
    name = factory.Sequence(lambda number: f"Team {number}")

    @factory.post_generation
    def members(self: Team, create: bool, extracted: Any, **_: Any) -> None:
        if create and extracted:
            self.members.set(extracted)


class QueueFactory(DjangoModelFactory[Queue]):
    class Meta:
        model = Queue

    organisation = factory.SubFactory(OrganisationFactory)
    name = factory.Sequence(lambda number: f"Queue {number}")


class ConversationFactory(DjangoModelFactory[Conversation]):
    """Somebody wrote an hour ago and waits for an answer."""

    class Meta:
        model = Conversation

    sender = factory.SubFactory(SenderFactory)
    organisation = factory.SelfAttribute("sender.organisation")
    contact = factory.SubFactory(ContactFactory, organisation=factory.SelfAttribute("..organisation"))
    queue = factory.SubFactory(QueueFactory, organisation=factory.SelfAttribute("..organisation"))
    opened_at = NOON - timedelta(hours=1)
    last_inbound_at = factory.SelfAttribute("opened_at")
    waiting_since = factory.SelfAttribute("opened_at")
    window_until = factory.LazyAttribute(lambda one: one.opened_at + timedelta(hours=24))


class InboundMessageFactory(DjangoModelFactory[InboundMessage]):
    """What the conversation's customer wrote."""

    class Meta:
        model = InboundMessage

    conversation = factory.SubFactory(ConversationFactory)
    organisation = factory.SelfAttribute("conversation.organisation")
    sender = factory.SelfAttribute("conversation.sender")
    contact = factory.SelfAttribute("conversation.contact")
    provider_id = factory.Sequence(lambda number: f"wamid.said.{number}")
    kind = "text"
    text = "Do you have oolong?"
    at = NOON - timedelta(hours=1)
    received_at = factory.SelfAttribute("at")
