"""send_template and schedule_message: one message to one customer, now or later."""

from collections.abc import Mapping
from datetime import datetime
from typing import Annotated, Any, Final, Literal, TypeVar
from uuid import UUID

from django.utils.translation import gettext_lazy as _
from pydantic import Field, Json

from approvals.arguments import read
from approvals.calls import call as use
from approvals.contracts import Answer, Ask, Moment
from approvals.envelope import Envelope
from approvals.reasons import Reason, Refused, refuse_if_any
from approvals.registry import Call, Kind, tool
from messaging.models import Contact, TemplateTranslation, Verdict
from messaging.tools.meta.approved_texts import approved_text, number_for, variables_in_order
from messaging.tools.meta.asking import SAME_FOR, Note, Substitute, ask_for, note_of
from messaging.tools.meta.compliance import (
    OPTED_OUT,
    RESTRICTED,
    TEMPLATE_REQUIRED,
    MessageType,
    code_of,
    conversation_to_answer,
)
from messaging.tools.meta.customers import ChannelAsk, CustomerId, CustomerNumber, customer_number, find_customer
from messaging.tools.meta.outcomes import ActionRequestId, status_of
from messaging.tools.meta.refusing import renamed

_SINGLE: Final = "whatsapp.template_message.send"
_PREVIEW, _SEND = "whatsapp.session_message.preview", "whatsapp.session_message.send"
_CODES: Final = {
    "template_not_approved": TEMPLATE_REQUIRED,
    "window_closed": TEMPLATE_REQUIRED,
    "window_closed_by_then": TEMPLATE_REQUIRED,
    "conversation_closed": TEMPLATE_REQUIRED,
    "forbidden_by_policy": RESTRICTED,
    "quiet_hours": RESTRICTED,
    "sending_stopped": RESTRICTED,
    "sender_not_ready": RESTRICTED,
    "sender_quality_red": RESTRICTED,
    "account_restricted": RESTRICTED,
}

Content = TypeVar("Content", bound=Ask)

TemplateName = Annotated[str, Field(min_length=1, max_length=512, description="A template that Meta has approved.")]
Locale = Annotated[str, Field(min_length=2, max_length=16, description="The template's language.")]
Substitutes = Annotated[
    Json[list[Substitute]], Field(description='JSON array: a text for each variable in its order, as ["Ann", "2"].')
]


class TemplateSendAsk(ChannelAsk):
    to: CustomerId
    template_name: TemplateName
    locale: Locale = "en"
    variables: Substitutes = []


class TemplateQueued(Answer):
    status: Annotated[str, Field(description="queued, or pending_approval where a person decides first.")]
    message_id: Annotated[UUID | None, Field(description="For get_delivery_status; null until it is queued.")]
    action_request_id: ActionRequestId = None
    note: Note = None


@tool(
    "send_template",
    kind=Kind.COMPOSED,
    scope="meta:request",
    through=(_SINGLE,),
    same_for=SAME_FOR,
    reads_first=("check_compliance", "list_templates"),
    refusals=(TEMPLATE_REQUIRED, OPTED_OUT, RESTRICTED),
    safety="Consent, opt-outs and caps hold as for any broadcast. The same template to more people in a day than may be"
    " reached unapproved waits for a person: propose one campaign instead.",
)
def send_template(call: Call, ask: TemplateSendAsk) -> TemplateQueued:
    """Send an approved template to one customer. It needs no open window, but their consent to its category."""
    contact = find_customer(call, ask.to, "to")
    text = approved_text(call, ask.template_name, ask.locale, TEMPLATE_REQUIRED)
    answer = _single(call, contact, text, ask.variables, None, "send_template", {"contact_id": "to"})
    data: dict[str, Any] = answer.data or {}
    return TemplateQueued(message_id=data.get("message_id"), note=note_of(answer), **status_of(answer, done="queued"))


class TextContent(Ask):
    text: Annotated[str, Field(min_length=1, max_length=4096, description="What the customer reads.")]


class TemplateContent(Ask):
    template_name: TemplateName
    locale: Locale = "en"
    variables: Annotated[
        list[Substitute], Field(max_length=30, description="A text for each variable, in its order.")
    ] = []


class LaterAsk(ChannelAsk):
    customer_id: CustomerId
    message_type: Annotated[
        Literal["marketing", "utility", "service", "template"],
        Field(
            description="marketing or utility: a template of that category; template: one of any; service: free text."
        ),
    ]
    content: Annotated[
        Json[dict[str, Any]],
        Field(
            description='JSON object. For service {"text": "..."}; else {"template_name": "...", "locale": "en",'
            ' "variables": ["..."]}.'
        ),
    ]
    deliver_at: Annotated[Moment, Field(description="When it leaves, in the future, with a time zone (RFC 3339).")]


class Later(Answer):
    message_id: Annotated[UUID | None, Field(description="For get_delivery_status; null until it is scheduled.")]
    status: Annotated[str, Field(description="scheduled, or pending_approval where a person decides first.")]
    deliver_at: Annotated[datetime, Field(description="When it leaves, if everything still holds then.")]
    customer_id: CustomerNumber
    action_request_id: ActionRequestId = None
    note: Note = None


@tool(
    "schedule_message",
    kind=Kind.COMPOSED,
    scope="meta:request",
    through=(_SINGLE, _PREVIEW, _SEND),
    same_for=SAME_FOR,
    reads_first=("check_compliance", "list_templates"),
    refusals=(OPTED_OUT,),
    safety="Whoever has opted out is refused at once; everything else is asked again when the message leaves. Free text"
    " is only scheduled within the customer's open window.",
)
def schedule_message(call: Call, ask: LaterAsk) -> Later:
    """Have one message leave at a time in the future: an approved template, or free text while the window is open."""
    contact = find_customer(call, ask.customer_id)
    refuse_if_any(future("deliver_at", ask.deliver_at, call.now))
    answer = _free_text(call, contact, ask) if ask.message_type == "service" else _template(call, contact, ask)
    data: dict[str, Any] = answer.data or {}
    return Later(
        message_id=data.get("message_id") or data.get("reply_id"),
        deliver_at=ask.deliver_at,
        customer_id=customer_number(contact),
        note=note_of(answer),
        **status_of(answer, done="scheduled"),
    )


def future(field: str, moment: datetime, now: datetime) -> list[Reason]:
    """The reason against a time that has passed."""
    if moment > now:
        return []
    return [Reason("time_has_passed", _("This time is not in the future."), _("Name a later time."), field)]


def of_type(text: TemplateTranslation, message_type: str, field: str) -> list[Reason]:
    """The reason against a template whose category, as Meta charges it, is not what the caller took it for."""
    if message_type not in ("marketing", "utility") or text.category == message_type:
        return []
    words = {"name": text.template.name, "category": text.category, "type": message_type}
    return [Reason("category_differs", _("The template “%(name)s” is %(category)s, not %(type)s.") % words,
                   _("Name the category that it has, or choose another template."), field)]  # fmt: skip


def _template(call: Call, contact: Contact, ask: LaterAsk) -> Envelope[Any]:
    content = _content(TemplateContent, ask)
    text = approved_text(call, content.template_name, content.locale, TEMPLATE_REQUIRED)
    refuse_if_any(of_type(text, ask.message_type, "message_type"))
    fields = {"contact_id": "customer_id", "due_at": "deliver_at"}
    return _single(call, contact, text, content.variables, ask.deliver_at, "schedule_message", fields)


def _single(
    call: Call,
    contact: Contact,
    text: TemplateTranslation,
    given: list[str],
    due_at: datetime | None,
    flat: str,
    fields: Mapping[str, str],
) -> Envelope[Any]:
    asked = {
        "contact_id": str(contact.key),
        "template_id": str(text.template_id),
        "sender_id": str(number_for(text.template, contact).pk),
        "language": text.language,
        "variables": variables_in_order(text, given),
        "due_at": due_at.isoformat() if due_at else None,
    }
    try:
        return ask_for(_SINGLE, asked, call, flat)
    except Refused as no:
        raise renamed(no, _codes(contact, text.category), fields=fields) from None


def _free_text(call: Call, contact: Contact, ask: LaterAsk) -> Envelope[Any]:
    content = _content(TextContent, ask)
    conversation = conversation_to_answer(call, contact)
    if conversation is None:
        raise Refused(Reason(TEMPLATE_REQUIRED, _("There is no open conversation with this customer."),
                             _("Schedule an approved template instead."), "customer_id"))  # fmt: skip
    fields = {"conversation_id": "customer_id", "due_at": "deliver_at", "message.text.text": "content"}
    asked = {
        "conversation_id": str(conversation.pk),
        "message": {"kind": "text", "text": content.text},
        "due_at": ask.deliver_at.isoformat(),
    }
    try:
        preview = use(_PREVIEW, asked, call.actor, call.now)
        return ask_for(_SEND, {"preview_id": str(preview.preview_id)}, call, "schedule_message")
    except Refused as no:
        codes = {**_codes(contact, "service"), "not_written_to": OPTED_OUT}
        raise renamed(no, codes, fields=fields) from None


def _content(model: type[Content], ask: LaterAsk) -> Content:
    """What is to be said, as its own model. Raises Refused naming the field inside `content`."""
    try:
        return read(model, ask.content)
    except Refused as no:
        inside = {reason.field: f"content.{reason.field}".rstrip(".") for reason in no.reasons}
        raise renamed(no, {}, fields=inside) from None


def _codes(contact: Contact, category: str) -> dict[str, str]:
    """The catalogue's code for each of ours; the gate's verdicts are told under their own names."""
    judged: MessageType = "marketing" if category == "marketing" else "service" if category == "service" else "utility"
    verdicts = {verdict: code_of(verdict, contact, judged) for verdict in Verdict}
    known = {verdict.name.lower(): code for verdict, code in verdicts.items() if code in (OPTED_OUT, RESTRICTED)}
    return {**known, "capped": RESTRICTED, **_CODES}
