"""send_message and reply_customer: free-form text while the customer service window is open."""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Annotated, Any, Final
from uuid import UUID

from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy
from pydantic import Field

from accounts.roles import SERVE
from approvals.calls import call as use
from approvals.contracts import Answer
from approvals.reasons import Reason, Refused
from approvals.registry import Call, Kind, tool
from messaging.gate import verdict_on
from messaging.models import Category, Channel, Contact
from messaging.tools.meta.asking import SAME_FOR
from messaging.tools.meta.compliance import (
    OPTED_OUT,
    RESTRICTED,
    TEMPLATE_REQUIRED,
    code_of,
    conversation_to_answer,
)
from messaging.tools.meta.customers import ChannelAsk, CustomerAsk, CustomerId, find_customer
from messaging.tools.meta.outcomes import ActionRequestId, status_of
from messaging.tools.meta.refusing import renamed

_PREVIEW, _SEND = "whatsapp.session_message.preview", "whatsapp.session_message.send"
_THROUGH: Final = (_PREVIEW, _SEND)
_WINDOW_CLOSED: Final = "WINDOW_CLOSED"
_USE_A_TEMPLATE = gettext_lazy("Send an approved template with send_template, or wait until the customer writes.")
_SAFETY = (
    "Nothing free-form leaves once the window is closed. Texts on payment, promises or secrets, links elsewhere, and"
    " what is asked for after reading customers' texts wait for a person."
)

Body = Annotated[str, Field(min_length=1, max_length=4096, description="What the customer reads.")]


class MessageAsk(ChannelAsk):
    to: CustomerId
    text: Body


class ReplyAsk(CustomerAsk):
    message_text: Body


class Queued(Answer):
    status: Annotated[str, Field(description="queued, or pending_approval where a person decides first.")]
    message_id: Annotated[UUID | None, Field(description="For get_delivery_status; null until it is queued.")]
    action_request_id: ActionRequestId = None


@dataclass(frozen=True, slots=True)
class _Wording:
    """What one of the two tools calls its arguments, and a closed window."""

    tool: str
    customer: str
    text: str
    closed: str

    @property
    def codes(self) -> Mapping[str, str]:
        return {
            "window_closed": self.closed,
            "conversation_closed": self.closed,
            "sending_stopped": RESTRICTED,
            "sender_not_ready": RESTRICTED,
            "sender_quality_red": RESTRICTED,
            "account_restricted": RESTRICTED,
        }

    @property
    def fields(self) -> Mapping[str, str]:
        return {"conversation_id": self.customer, "message.text.text": self.text, "preview_id": ""}


_MESSAGE = _Wording("send_message", "to", "text", TEMPLATE_REQUIRED)
_REPLY = _Wording("reply_customer", "customer_id", "message_text", _WINDOW_CLOSED)


@tool(
    "send_message",
    kind=Kind.COMPOSED,
    scope=SERVE,
    through=_THROUGH,
    same_for=SAME_FOR,
    reads_first=("check_compliance", "check_conversation"),
    refusals=(TEMPLATE_REQUIRED, OPTED_OUT, RESTRICTED),
    safety=_SAFETY,
)
def send_message(call: Call, ask: MessageAsk) -> Queued:
    """Send free-form service text to a customer who has written in the last 24 hours. Outside of that window
    send_template is the way.
    """
    return _send(call, find_customer(call, ask.to, "to"), ask.text, _MESSAGE)


@tool(
    "reply_customer",
    kind=Kind.COMPOSED,
    scope=SERVE,
    through=_THROUGH,
    same_for=SAME_FOR,
    reads_first=("check_conversation",),
    refusals=(_WINDOW_CLOSED, OPTED_OUT, RESTRICTED),
    safety=_SAFETY,
)
def reply_customer(call: Call, ask: ReplyAsk) -> Queued:
    """Answer a customer in their conversation while its 24-hour window is open; a closed one is refused."""
    return _send(call, find_customer(call, ask.customer_id), ask.message_text, _REPLY)


def _send(call: Call, contact: Contact, text: str, wording: _Wording) -> Queued:
    """Preview and ask for it through the door, where the guards and the policies are."""
    conversation = conversation_to_answer(call, contact)
    if conversation is None:
        raise Refused(_no_conversation(wording))
    try:
        asked = {"conversation_id": str(conversation.pk), "message": {"kind": "text", "text": text}}
        preview = use(_PREVIEW, asked, call.actor, call.now)
        wish = {
            "preview_id": str(preview.preview_id),
            "idempotency_key": str(preview.preview_id),
            "reason": _("Asked for with %s.") % wording.tool,
        }
        answer = use(_SEND, wish, call.actor, call.now)
    except Refused as no:
        raise _in_the_words_of(wording, no, call, contact) from None
    data: dict[str, Any] = answer.data or {}
    return Queued(message_id=data.get("reply_id"), **status_of(answer, done="queued"))


def _in_the_words_of(wording: _Wording, no: Refused, call: Call, contact: Contact) -> Refused:
    codes = dict(wording.codes)
    if "not_written_to" in no.codes:
        verdict = verdict_on(contact, Channel.WHATSAPP, Category.SERVICE, call.now)
        codes["not_written_to"] = code_of(verdict, contact, "service")
    return renamed(no, codes, fixes={wording.closed: _USE_A_TEMPLATE}, fields=wording.fields)


def _no_conversation(wording: _Wording) -> Reason:
    text = _("There is no open conversation with this customer: they have not written in the last 24 hours.")
    return Reason(wording.closed, text, _USE_A_TEMPLATE, wording.customer)
