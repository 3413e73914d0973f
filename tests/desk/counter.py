"""The counter of Harbour Tea: Ken answers for its team, Mei for the complaints, which nobody else sees."""

from datetime import timedelta
from typing import Any

from django.http import HttpResponse
from django.urls import reverse

from accounts.models import Person
from accounts.roles import Role
from approvals.defaults import default_policies
from approvals.versions import token_of
from messaging.models import Conversation, Message, Queue, Reply, Status, Team
from tests.desk.harbour import signed_in
from tests.factories import (
    NOON,
    ContactFactory,
    ConversationFactory,
    InboundMessageFactory,
    PersonFactory,
    QueueFactory,
    SenderFactory,
    SendFactory,
    TeamFactory,
    harbour_tea,
    ken_ho,
    mei_chan,
)

MINUTE = timedelta(minutes=1)
INBOX = "messaging_conversation_changelist"


def lin_yu() -> Person:
    """Support, of no team."""
    return PersonFactory(username="lin.yu", first_name="Lin", last_name="Yu", role=Role.SUPPORT)


def the_counter() -> Queue:
    """Where customers wait by default; Ken's team sees to it."""
    found = Queue.objects.filter(name="Counter").first()
    if found is None:
        team = Team.objects.filter(name="Counter").first() or TeamFactory(name="Counter", members=[ken_ho()])
        found = QueueFactory(name="Counter", team=team, is_default=True, organisation=harbour_tea())
    return found


def the_complaints() -> Queue:
    """Known to Mei's team alone."""
    return QueueFactory(
        name="Complaints", is_restricted=True, team=TeamFactory(name="Complaints", members=[mei_chan()])
    )


def ann_asks(text: str = "Do you have oolong?", **facts: Any) -> Conversation:
    """Ann Lee wrote at eleven and waits; the window stays open until eleven tomorrow. The usual policies hold."""
    default_policies(harbour_tea())
    contact = ContactFactory(name="Ann Lee", phone="+85261110001", tags=["tea"])
    return says(
        ConversationFactory(contact=contact, sender=SenderFactory(), queue=the_counter(), unread=1, **facts), text
    )


def says(conversation: Conversation, text: str, **facts: Any) -> Conversation:
    InboundMessageFactory(conversation=conversation, text=text, **facts)
    return conversation


def we_said(conversation: Conversation, text: str, status: Status = Status.DELIVERED) -> Message:
    """A reply of Ken's, half an hour ago."""
    at = NOON - timedelta(minutes=30)
    send = SendFactory(people=[conversation.contact], sender=conversation.sender, kind="reply", state="completed")
    Reply.objects.create(send=send, organisation=send.organisation, conversation=conversation, by="Ken Ho",
                         body={"type": "text", "text": {"body": text}}, made_at=at)  # fmt: skip
    return Message.objects.create(
        organisation=send.organisation, send=send, contact=conversation.contact, sender=conversation.sender,
        address=conversation.contact.phone, address_kind="phone", category="service", queued_at=at, handed_at=at,
        status=status,
    )  # fmt: skip


def do(person: Person, conversation: Conversation, deed: str, *, htmx: bool = True, **typed: Any) -> HttpResponse:
    """Send one of the forms of the conversation's page, as the page sends it."""
    conversation.refresh_from_db()
    form = {"key": "desk-first-wish", "version": token_of(conversation), **typed}
    headers = {"HX-Request": "true"} if htmx else {}
    address = reverse(f"admin:messaging_conversation_{deed}", args=(conversation.pk,))
    return signed_in(person).post(address, form, headers=headers)  # type: ignore[return-value]


def news(person: Person, conversation: Conversation, seen: str = "") -> HttpResponse:
    address = reverse("admin:messaging_conversation_news", args=(conversation.pk,))
    return signed_in(person).get(address, {"seen": seen})  # type: ignore[return-value]
