"""get_delivery_status: what became of one message that was asked for."""

from datetime import datetime
from typing import Annotated
from uuid import UUID

from django.db.models import QuerySet
from django.utils.translation import gettext as _
from pydantic import Field

from approvals.contracts import Answer, Ask
from approvals.reasons import Reason, Refused
from approvals.registry import Call, Kind, tool
from messaging.models import Channel, Message, Reply, Send, SendState, Status, Verdict
from messaging.tools.meta.customers import CustomerNumber, customer_number
from messaging.tools.meta.explained_errors import ExplainedError, in_words
from messaging.whatsapp.conversations.visible import visible_to

_UUID = r"[0-9a-fA-F]{8}(-[0-9a-fA-F]{4}){3}-[0-9a-fA-F]{12}"
_FAILED = (Status.FAILED, Status.UNSURE, Status.CLOSED)
# A send that ended before its message was made, and why nobody got it.
_ENDED = {SendState.STOPPED: Verdict.STOPPED, SendState.EXPIRED: Verdict.TOO_LATE}


class DeliveryAsk(Ask):
    message_id: Annotated[
        str,
        Field(
            pattern=rf"^(wamid\.[A-Za-z0-9+/=_.-]{{1,240}}|{_UUID})$",
            description="The message_id that sending answered with, or Meta's own id of the message (wamid...).",
        ),
    ]


class DeliveryStatus(Answer):
    message_id: Annotated[str, Field(description="The id that was asked for.")]
    customer_id: CustomerNumber
    direction: Annotated[str, Field(description="outbound: what customers write has no delivery status.")] = "outbound"
    message_type: Annotated[str, Field(description="template, or the kind of a free-form message: text, image, ...")]
    status: Annotated[
        str,
        Field(
            description="queued, sending, unsure (nobody knows), closed (unsure for good), accepted, held, sent,"
            " delivered, read, failed, or excluded (left out, so that nothing was sent)."
        ),
    ]
    retry_count: Annotated[int, Field(description="How often it was tried after the first time.")]
    created_at: Annotated[datetime, Field(description="When it was queued.")]
    updated_at: Annotated[datetime, Field(description="When its status last changed.")]
    error: Annotated[
        ExplainedError | None,
        Field(
            exclude_if=lambda found: found is None,
            description="Why it failed, was left out, or why nobody knows; absent where nothing went wrong.",
        ),
    ] = None


@tool(
    "get_delivery_status",
    kind=Kind.READ,
    scope="meta:read",
    reads_first=("explain_error",),
    safety="Only messages of your own organisation; accepted by Meta is not yet delivered, and says so.",
)
def get_delivery_status(call: Call, ask: DeliveryAsk) -> DeliveryStatus:
    """Read what became of one message: whether it waits, left, arrived or was read, and why if it did not."""
    own = _own_sends(call)
    message = _message(own, ask.message_id)
    if message is not None:
        return _of_message(ask.message_id, message)
    return _of_send(ask.message_id, _send_to_one(own, ask.message_id))


def _own_sends(call: Call) -> QuerySet[Send]:
    """WhatsApp's sends, without answers in a conversation that the caller may not know of."""
    hidden = Reply.objects.filter(organisation=call.organisation).exclude(conversation__in=visible_to(call.actor))
    own = Send.objects.filter(organisation=call.organisation, channel=Channel.WHATSAPP)
    return own.exclude(pk__in=hidden.values("send"))


def _message(own: QuerySet[Send], message_id: str) -> Message | None:
    """The message of this id: Meta's own, or that of one try of ours."""
    messages = Message.objects.filter(send__in=own).select_related("contact", "send")
    if message_id.startswith("wamid."):
        return messages.filter(provider_id=message_id).first()
    return messages.filter(attempts=UUID(message_id)).first()


def _send_to_one(own: QuerySet[Send], message_id: str) -> Send:
    """A send to one person, by its id. Raises Refused; a foreign, an unknown and a hidden one are one."""
    send = own.select_related("audience").filter(pk=message_id).first() if "." not in message_id else None
    if send is None:
        raise Refused(
            Reason(
                "message_not_found",
                _("There is no such message."),
                _("Use the message_id that sending answered with."),
                "message_id",
            )
        )
    if send.audience.targeted > 1:
        raise Refused(
            Reason(
                "several_people",
                _("This is a send to %s people, each with a message of their own.") % send.audience.targeted,
                _("Use whatsapp.message_delivery.list."),
                "message_id",
            )
        )
    return send


def _of_message(message_id: str, message: Message) -> DeliveryStatus:
    moments = (
        message.queued_at, message.handed_at, message.sent_at, message.delivered_at, message.read_at, message.failed_at,
    )  # fmt: skip
    return DeliveryStatus(
        message_id=message_id,
        customer_id=customer_number(message.contact),
        message_type=_kind(message.send),
        status=Status(message.status).name.lower(),
        retry_count=max(0, message.attempts.count() - 1),
        created_at=message.queued_at,
        updated_at=max(moment for moment in moments if moment is not None),
        error=_error(message),
    )


def _of_send(message_id: str, send: Send) -> DeliveryStatus:
    """A send to one person: their message, or why there is none yet."""
    message = Message.objects.filter(send=send).select_related("contact", "send").first()
    if message is not None:
        return _of_message(message_id, message)
    member = send.audience.members.select_related("contact").get()
    left_out = Verdict(member.verdict) or _ENDED.get(SendState(send.state), Verdict.INCLUDED)
    return DeliveryStatus(
        message_id=message_id,
        customer_id=customer_number(member.contact),
        message_type=_kind(send),
        status="excluded" if left_out else "queued",
        retry_count=0,
        created_at=send.created_at,
        updated_at=send.ended_at or send.started_at or send.created_at,
        error=_left_out(left_out) if left_out else None,
    )


def _kind(send: Send) -> str:
    if send.template_id is not None:
        return "template"
    reply = Reply.objects.filter(send=send).first()
    return str(reply.body.get("type", "text")) if reply else "text"


def _error(message: Message) -> ExplainedError | None:
    if message.status == Status.EXCLUDED:
        return _left_out(Verdict(message.verdict))
    return in_words(message.error_code) if message.status in _FAILED and message.error_code else None


def _left_out(verdict: Verdict) -> ExplainedError:
    return ExplainedError(
        code=verdict.name.lower(),
        category="left_out",
        can_retry=False,
        human_explanation=_("It was left out at sending: %s.") % verdict.label,
        suggested_action=_("Ask check_compliance about this customer before you ask for another message."),
    )
