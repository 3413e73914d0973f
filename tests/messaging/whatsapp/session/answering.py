"""Short ways to preview and send session messages through the one door."""

import uuid
from datetime import datetime
from typing import Any

from accounts.actor import Actor, Face
from approvals.calls import call
from approvals.defaults import default_policies
from approvals.envelope import Envelope
from approvals.models import ActionRequest
from messaging.models import Conversation, ReplyRules
from tests.factories import NOON, AgentFactory, harbour_tea, ken_ho
from tests.messaging.whatsapp.session.stage import ken

PREVIEW, SEND = "whatsapp.session_message.preview", "whatsapp.session_message.send"


def kens_agent() -> Actor:
    """An agent that answers customers for Ken."""
    return Actor.of_agent(AgentFactory(owner=ken_ho(), name="Answering assistant"), Face.MCP)


def house(**rules: Any) -> None:
    """Harbour Tea with the policies every organisation begins with, and rules for answers of its own."""
    default_policies(harbour_tea())
    if rules:
        ReplyRules.objects.create(organisation=harbour_tea(), **rules)


def shown(
    conversation: Conversation,
    message: str | dict[str, Any] = "Your tea left this morning.",
    actor: Actor | None = None,
    now: datetime = NOON,
    **rest: Any,
) -> Envelope[Any]:
    said = {"kind": "text", "text": message} if isinstance(message, str) else message
    return call(PREVIEW, {"conversation_id": str(conversation.pk), "message": said, **rest}, actor or ken(), now)


def wished(preview: Envelope[Any], actor: Actor | None = None, now: datetime = NOON) -> Envelope[Any]:
    wish = {"preview_id": str(preview.preview_id), "idempotency_key": f"key-{uuid.uuid4()}", "reason": "Ann waits."}
    return call(SEND, wish, actor or ken(), now)


def answered(
    conversation: Conversation,
    message: str | dict[str, Any] = "Your tea left this morning.",
    actor: Actor | None = None,
    now: datetime = NOON,
    **rest: Any,
) -> ActionRequest:
    """Previewed and asked for in one go; what became of the request."""
    answer = wished(shown(conversation, message, actor, now, **rest), actor, now)
    assert answer.request is not None
    return ActionRequest.objects.get(pk=answer.request.action_request_id)


def risks(preview: Envelope[Any]) -> list[tuple[str, str]]:
    assert preview.data is not None
    return [(risk["code"], risk["found"]) for risk in preview.data["risks"]]
