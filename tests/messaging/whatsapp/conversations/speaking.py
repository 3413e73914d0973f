"""Short ways to speak about conversations."""

from datetime import datetime
from uuid import uuid4

from accounts.actor import Actor, Face
from accounts.models import Person
from messaging.models import Conversation, Reply
from tests.factories import AudienceFactory, SendFactory, harbour_tea


def inbox_actor() -> Actor:
    """Countersign, as it hears what comes in."""
    return Actor.system(harbour_tea(), "webhook inbox")


def desk(person: Person) -> Actor:
    return Actor.of_person(person, Face.DESK)


def replied(conversation: Conversation, at: datetime, words: str = "We do", origin: str = "team") -> Reply:
    """A reply of ours, on its way."""
    send = SendFactory(
        kind="reply",
        category="service",
        sender=conversation.sender,
        template=None,
        audience=AudienceFactory(organisation=conversation.organisation, segment=None),
        name=f"Reply {uuid4()}",
    )
    return Reply.objects.create(
        send=send,
        organisation=conversation.organisation,
        conversation=conversation,
        origin=origin,
        by="Ken Ho",
        body={"type": "text", "text": {"body": words}},
        made_at=at,
    )
