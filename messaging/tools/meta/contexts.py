"""get_customer_context."""

from datetime import datetime, timedelta
from typing import Annotated, Final

from django.db.models import Count, Q
from pydantic import Field

from approvals.contracts import Answer
from approvals.registry import Call, Kind, tool
from messaging.contacts.last_written import with_last_outbound
from messaging.gate import verdict_on
from messaging.models import Category, Channel, Contact, Conversation, Message, Status, Verdict
from messaging.tools.meta.compliance import MessageType, against
from messaging.tools.meta.conversations import (
    ConversationType,
    LastInbound,
    LastOutbound,
    WindowEnds,
    conversation_with,
    type_of,
)
from messaging.tools.meta.customers import CustomerAnswer, CustomerAsk, customer_number, find_customer
from messaging.whatsapp.conversations.windows import is_open

_REMEMBERED: Final = timedelta(days=90)


class OptIn(Answer):
    marketing: Annotated[bool, Field(description="Whether they have agreed to marketing, and no opt-out stands.")]
    utility: Annotated[bool, Field(description="The same for utility messages.")]


class ConversationContext(Answer):
    window_open: Annotated[bool, Field(description="Whether free-form text may leave now.")]
    conversation_type: ConversationType
    last_inbound: LastInbound
    last_outbound: LastOutbound
    window_expires: WindowEnds


class Eligible(Answer):
    eligible: Annotated[bool, Field(description="Whether such a message may leave now.")]
    reason_code: Annotated[
        str | None,
        Field(exclude_if=lambda code: code is None, description="As check_compliance has it; absent when eligible."),
    ] = None


class Eligibility(Answer):
    marketing: Eligible
    utility: Eligible
    service: Eligible


class CustomerContext(CustomerAnswer):
    opt_in: OptIn
    tags: Annotated[list[str], Field(description="Tags of your own.")]
    engagement_score: Annotated[
        float,
        Field(
            description="0 to 1: the share of what was delivered in the last 90 days that was read or answered; 1 while"
            " the customer talks to you, 0 where nothing is known."
        ),
    ]
    last_interaction: Annotated[datetime | None, Field(description="The last word on either side.")]
    conversation: ConversationContext
    eligibility: Eligibility


@tool(
    "get_customer_context",
    kind=Kind.READ,
    scope="meta:read",
    reads_first=("list_conversations",),
    safety="Asks what would be asked for a message, and sends and reserves nothing.",
)
def get_customer_context(call: Call, ask: CustomerAsk) -> CustomerContext:
    """Read what matters before writing to a customer: consent, tags, engagement, conversation, what may be sent now."""
    contact = find_customer(call, ask.customer_id)
    one = conversation_with(call, contact)
    is_talking = one is not None and is_open(one, call.now)
    return CustomerContext(
        customer_id=customer_number(contact),
        opt_in=OptIn(marketing=_agreed(contact, "marketing", call), utility=_agreed(contact, "utility", call)),
        tags=contact.tags,
        engagement_score=1.0 if is_talking else _engagement(contact, call.now),
        last_interaction=_last_interaction(contact, one),
        conversation=ConversationContext(
            window_open=is_talking,
            conversation_type=type_of(one),
            last_inbound=one.last_inbound_at if one else None,
            last_outbound=one.last_outbound_at if one else None,
            window_expires=one.window_until if one else None,
        ),
        eligibility=Eligibility(
            marketing=_eligible(call, contact, "marketing"),
            utility=_eligible(call, contact, "utility"),
            service=_eligible(call, contact, "service"),
        ),
    )


def _agreed(contact: Contact, category: str, call: Call) -> bool:
    verdict = verdict_on(contact, Channel.WHATSAPP, Category(category), call.now)
    return verdict in (Verdict.INCLUDED, Verdict.CAPPED)


def _eligible(call: Call, contact: Contact, message_type: MessageType) -> Eligible:
    no = against(call, contact, message_type)
    return Eligible(eligible=no is None, reason_code=no.code if no else None)


def _engagement(contact: Contact, now: datetime) -> float:
    lately = Message.objects.filter(contact=contact, send__channel=Channel.WHATSAPP, queued_at__gt=now - _REMEMBERED)
    figures = lately.aggregate(
        delivered=Count("pk", filter=Q(status__in=(Status.DELIVERED, Status.READ))),
        heeded=Count("pk", filter=Q(status=Status.READ) | Q(status=Status.DELIVERED, replied_at__isnull=False)),
    )
    return round(figures["heeded"] / figures["delivered"], 2) if figures["delivered"] else 0.0


def _last_interaction(contact: Contact, one: Conversation | None) -> datetime | None:
    """The last word on either side, in a conversation or outside of any."""
    ours = with_last_outbound(Contact.objects.filter(pk=contact.pk)).get()
    said = [contact.last_inbound_at, ours.last_outbound_at]  # type: ignore[attr-defined]
    if one is not None:
        said += [one.last_inbound_at, one.last_outbound_at]
    return max((at for at in said if at is not None), default=None)
