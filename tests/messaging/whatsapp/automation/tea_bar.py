"""The bar of Harbour Tea: Mrs Lam writes, what Mei has approved answers, and nothing else does."""

from dataclasses import dataclass
from datetime import datetime
from typing import Any
from uuid import uuid4

from accounts.actor import Actor, Face
from approvals.calls import call
from approvals.envelope import Envelope
from approvals.execution import carry_out
from approvals.models import ActionRequest
from messaging.models import (
    AutomaticTurn,
    AutoReply,
    Contact,
    Conversation,
    Flow,
    InboundMessage,
    KeywordRule,
    Queue,
    Reply,
    Sender,
)
from messaging.whatsapp.automation.contract import WRITES
from messaging.whatsapp.automation.running import take_turns
from messaging.whatsapp.automation.turns import await_turn
from messaging.whatsapp.conversations.arriving import default_queue, hear
from tests.approvals.tea_room import approved
from tests.factories import (
    NOON,
    ContactFactory,
    SenderFactory,
    sam_lee,
)
from tests.messaging.whatsapp.automation.tea_flows import menu_of_harbour_tea

PREVIEW = "whatsapp.automation_change.preview"


def sam() -> Actor:
    return Actor.of_person(sam_lee(), Face.REST)


def flow_ask(definition: dict[str, Any] | None = None, **more: Any) -> dict[str, Any]:
    asked = {"definition": definition or menu_of_harbour_tea()}
    return {"kind": "flow", "name": "Menu", "enabled": True, "flow": asked, **more}


def rule_ask(*phrases: str, rule: dict[str, Any] | None = None, **more: Any) -> dict[str, Any]:
    asked = {"phrases": list(phrases), **(rule or {})}
    return {"kind": "keyword_rule", "name": phrases[0], "enabled": True, "keyword_rule": asked, **more}


def reply_ask(schedule: dict[str, Any] | None = None, **more: Any) -> dict[str, Any]:
    return {"kind": "auto_reply", "name": "Away", "enabled": True, "auto_reply": schedule or {}, **more}


def previewed(ask: dict[str, Any], actor: Actor | None = None, now: datetime = NOON) -> Envelope[Any]:
    return call(PREVIEW, ask, actor or sam(), now)


def wished(ask: dict[str, Any], actor: Actor | None = None, now: datetime = NOON) -> ActionRequest:
    """The request that waits for Mei."""
    actor = actor or sam()
    preview = previewed(ask, actor, now)
    wish = {"preview_id": str(preview.preview_id), "idempotency_key": uuid4().hex, "reason": "Customers ask for it."}
    answer = call(WRITES[ask["kind"]], wish, actor, now)
    assert answer.request is not None
    return ActionRequest.objects.get(pk=answer.request.action_request_id)


def enabled(ask: dict[str, Any], now: datetime = NOON) -> Flow | KeywordRule | AutoReply:
    """Approved by Mei and carried out; the row that came of it."""
    request = carry_out(approved(wished(ask, now=now), now=now).pk, now)
    assert request.state == "succeeded", request.reasons
    model: Any = {"flow": Flow, "keyword_rule": KeywordRule, "auto_reply": AutoReply}[ask["kind"]]
    row: Flow | KeywordRule | AutoReply = model.objects.get(pk=request.result["automation_id"])
    return row


@dataclass
class TeaBar:
    sender: Sender
    mrs_lam: Contact
    heard: int = 0

    @classmethod
    def opened(cls) -> "TeaBar":
        sender = SenderFactory()
        lam = ContactFactory(organisation=sender.organisation, phone="+85261234567", name="Mrs Lam", agreed=False)
        return cls(sender, lam)

    def say(self, text: str, at: datetime = NOON, *, of: Contact | None = None, **more: Any) -> AutomaticTurn:
        """A word of a customer, kept as the webhook inbox keeps it."""
        self.heard += 1
        facts = {"kind": "text", "text": text, "at": at, "received_at": at, **more}
        message = InboundMessage.objects.create(
            organisation=self.sender.organisation, sender=self.sender, contact=of or self.mrs_lam,
            provider_id=f"wamid.lam.{self.heard}", **facts,
        )  # fmt: skip
        hear(message, at)
        await_turn(message)
        return AutomaticTurn.objects.get(pk=message.pk)

    def answers(self, text: str, at: datetime = NOON, **more: Any) -> list[str]:
        """What is answered to this word: texts, a question with its choices, or nothing."""
        before = set(Reply.objects.values_list("pk", flat=True))
        self.say(text, at, **more)
        take_turns(at)
        return [read(reply.body) for reply in Reply.objects.exclude(pk__in=before).order_by("send__due_at")]

    @property
    def conversation(self) -> Conversation:
        return Conversation.objects.select_related("queue").filter(contact=self.mrs_lam).latest("opened_at")

    def queue(self, name: str, **more: Any) -> Queue:
        default_queue(self.sender.organisation)
        return Queue.objects.create(organisation=self.sender.organisation, name=name, **more)


def outcomes() -> list[tuple[str, str]]:
    return list(AutomaticTurn.objects.order_by("pk").values_list("outcome", "why"))


def read(body: dict[str, Any]) -> str:
    """A body as the customer reads it."""
    if body["type"] == "text":
        return str(body["text"]["body"])
    if body["type"] == "template":
        return f"template {body['template']['name']}"
    action = body["interactive"]["action"]
    rows = [button["reply"]["title"] for button in action.get("buttons", ())]
    rows += [row["title"] for section in action.get("sections", ()) for row in section["rows"]]
    return f"{body['interactive']['body']['text']} [{' | '.join(rows)}]"


MENU = "How can we help? [Opening hours | Talk to us]"
