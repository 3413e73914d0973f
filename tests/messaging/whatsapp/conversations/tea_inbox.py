"""Harbour Tea's inbox: Ken sees to everybody's queue and to Orders; Lawyers is restricted to Lucy's team."""

from dataclasses import dataclass, field
from datetime import datetime
from typing import Any
from uuid import uuid4

from accounts.actor import Actor, Face
from accounts.models import Person
from approvals.calls import call
from approvals.envelope import Envelope
from approvals.models import Policy
from approvals.versions import token_of
from messaging.models import Conversation, Queue, Sender
from tests.approvals.tea_room import refused
from tests.factories import (
    NOON,
    AgentFactory,
    ContactFactory,
    ConversationFactory,
    InboundMessageFactory,
    PersonFactory,
    QueueFactory,
    SenderFactory,
    TeamFactory,
    harbour_tea,
    ken_ho,
)


def lucy_ma() -> Person:
    """Support, too, of the team behind the restricted queue."""
    return PersonFactory(username="lucy.ma", first_name="Lucy", last_name="Ma", role="support")  # type: ignore[no-any-return,no-untyped-call]


@dataclass
class TeaInbox:
    sender: Sender = field(init=False)
    everybodys: Queue = field(init=False)
    orders: Queue = field(init=False)
    lawyers: Queue = field(init=False)

    def __post_init__(self) -> None:
        """Under a policy that lets at once happen what no floor asks a person for."""
        Policy.objects.create(
            organisation=harbour_tea(), name="At once", tools="whatsapp.*", outcome=Policy.Outcome.AUTOMATIC
        )
        self.sender = SenderFactory(account__organisation=harbour_tea())
        self.everybodys = QueueFactory(name="Customers", is_default=True)
        self.orders = QueueFactory(name="Orders", team=TeamFactory(name="Orders", members=[ken_ho()]), reply_minutes=5)
        team = TeamFactory(name="Legal", members=[lucy_ma()])
        self.lawyers = QueueFactory(name="Lawyers", team=team, is_restricted=True)

    def conversation(self, name: str = "Ann", queue: Queue | None = None, **fields: Any) -> Conversation:
        """Somebody of this name wrote an hour ago."""
        contact = ContactFactory(name=name)
        facts = {"sender": self.sender, "queue": queue or self.everybodys, "contact": contact}
        made: Conversation = ConversationFactory(**facts, **fields)
        InboundMessageFactory(conversation=made, at=made.opened_at)
        return made


def ken() -> Actor:
    return Actor.of_person(ken_ho(), Face.DESK)


def lucy() -> Actor:
    return Actor.of_person(lucy_ma(), Face.DESK)


def kens_agent() -> Actor:
    return Actor.of_agent(AgentFactory(owner=ken_ho()), Face.MCP)


def read(name: str, actor: Actor, now: datetime = NOON, **ask: Any) -> Any:
    return call(f"whatsapp.{name}", ask, actor, now).data


def previewed(actor: Actor, *conversations: Conversation, now: datetime = NOON, **ask: Any) -> Envelope[Any]:
    ids = [str(one.pk) for one in conversations]
    return call("whatsapp.handover.preview", {"conversation_ids": ids, **ask}, actor, now)


def wish(**arguments: Any) -> dict[str, Any]:
    return {"idempotency_key": f"key-{uuid4()}", "reason": "She asked for it.", **arguments}


def assigned(actor: Actor, *conversations: Conversation, now: datetime = NOON, **ask: Any) -> Envelope[Any]:
    preview = previewed(actor, *conversations, now=now, **ask).preview_id
    return call("whatsapp.conversation.assign", wish(preview_id=str(preview)), actor, now)


def closed(actor: Actor, conversation: Conversation, now: datetime = NOON, **ask: Any) -> Envelope[Any]:
    conversation.refresh_from_db()
    facts = {"base_version_token": token_of(conversation), "outcome": "She has her tea", **ask}
    return call("whatsapp.conversation.close", wish(conversation_id=str(conversation.pk), **facts), actor, now)


def tagged(actor: Actor, now: datetime = NOON, **ask: Any) -> Envelope[Any]:
    return call("whatsapp.tag.apply", wish(**ask), actor, now)


def state(answer: Envelope[Any]) -> str:
    assert answer.request is not None
    return answer.request.state


def fresh(conversation: Conversation) -> Conversation:
    return Conversation.objects.get(pk=conversation.pk)


def codes(action: Any) -> list[str]:
    return refused(action).codes
