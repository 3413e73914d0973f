"""Ann has written to Harbour Tea an hour before noon; Ken, who answers customers, sits at the desk."""

import uuid
from collections.abc import Iterator
from contextlib import contextmanager
from datetime import datetime, timedelta
from typing import Any

from accounts.actor import Actor, Face
from accounts.models import Person
from approvals.calls import call
from approvals.contracts import Ask
from approvals.envelope import Envelope
from approvals.floors import ByPolicy
from approvals.models import ActionRequest, Policy
from approvals.registry import Call, Kind, Tool, registry
from messaging.models import Contact, Conversation, InboundMessage, Reply, Send, Sender
from messaging.resends.contract import Resent
from messaging.whatsapp.conversations.arriving import hear
from messaging.whatsapp.session.contract import ReplyTerms
from messaging.whatsapp.session.freezing import freeze_reply
from messaging.whatsapp.session.guards import REPLY_GUARDS
from messaging.whatsapp.session.sending import send_reply
from tests.factories import NOON, ContactFactory, SenderFactory, ken_ho

PREVIEW, SEND = "test.reply.preview", "test.reply.send"
HELLO = {"type": "text", "text": {"body": "Your tea left this morning.", "preview_url": False}}


class ReplyAsk(Ask):
    conversation_id: uuid.UUID
    body: dict[str, Any] = HELLO


@contextmanager
def plain_reply_tools() -> Iterator[None]:
    """What everything that answers customers does beneath its own words: freeze a body, send it."""

    def preview(call: Call, ask: ReplyAsk) -> ReplyTerms:
        conversation = Conversation.objects.get(pk=ask.conversation_id)
        return ReplyTerms(**freeze_reply(call, conversation, ask.body))

    def send(call: Call, contract: ReplyTerms) -> Resent:
        made = send_reply(call, contract, Reply.Origin.TEAM)
        return Resent(broadcast_id=made.pk, state=str(made.state))

    registry.add(Tool(PREVIEW, Kind.PREVIEW, "whatsapp:serve", preview, ReplyAsk, ReplyTerms, "Show a reply."))
    registry.add(Tool(SEND, Kind.WRITE, "whatsapp:serve", send, ReplyTerms, Resent, "Send a reply.", preview=PREVIEW,
                      approval=ByPolicy(), guards=REPLY_GUARDS))  # fmt: skip
    try:
        yield
    finally:
        del registry.tools[PREVIEW], registry.tools[SEND]


def at_once() -> None:
    """Harbour Tea lets plain replies go without asking anybody."""
    Policy.objects.create(organisation=ken_ho().organisation, name="Replies", tools=SEND, outcome="automatic")


def ann_wrote(at: datetime = NOON - timedelta(hours=1), sender: Sender | None = None, **ann: Any) -> Conversation:
    """The conversation that Ann's message opens. She never agreed to anything else."""
    sender = sender or SenderFactory()
    person = ContactFactory(organisation=sender.organisation, **{"name": "Ann", "agreed": False} | ann)
    return hear(heard(person, sender, "Where is my tea?", at), at)


def heard(person: Contact, sender: Sender, text: str, at: datetime, **fields: Any) -> InboundMessage:
    return InboundMessage.objects.create(
        organisation=sender.organisation, sender=sender, contact=person, text=text, at=at, received_at=at,
        **{"provider_id": f"wamid.IN{uuid.uuid4().hex[:12]}", "kind": "text"} | fields,
    )  # fmt: skip


def ken(person: Person | None = None) -> Actor:
    return Actor.of_person(person or ken_ho(), Face.DESK)


def previewed(
    conversation: Conversation, now: datetime = NOON, actor: Actor | None = None, **ask: Any
) -> Envelope[Any]:
    return call(PREVIEW, {"conversation_id": str(conversation.pk), **ask}, actor or ken(), now)


def asked(preview: Envelope[Any], now: datetime = NOON, actor: Actor | None = None) -> ActionRequest:
    wish = {"preview_id": str(preview.preview_id), "idempotency_key": f"key-{uuid.uuid4()}", "reason": "Ann waits."}
    answer = call(SEND, wish, actor or ken(), now)
    assert answer.request is not None
    return ActionRequest.objects.get(pk=answer.request.action_request_id)


def sent(conversation: Conversation, now: datetime = NOON, **ask: Any) -> Send:
    """A reply that the policy has let go: it waits to be released."""
    request = asked(previewed(conversation, now, **ask), now)
    assert request.state == "succeeded", request.reasons
    return Send.objects.get(request=request)
