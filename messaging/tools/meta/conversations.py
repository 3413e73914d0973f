"""check_conversation, list_conversations and archive_chat."""

import uuid
from datetime import datetime, timedelta
from typing import Annotated, Final, Literal
from uuid import UUID

from django.db.models import F, OuterRef, Q, QuerySet, Subquery
from django.utils.translation import gettext as _
from pydantic import Field

from accounts.roles import SERVE
from approvals.calls import call as use
from approvals.contracts import Answer, Ask
from approvals.reasons import Reason, Refused
from approvals.registry import Call, Kind, tool
from approvals.versions import token_of
from messaging.models import Contact, Conversation, Message
from messaging.tools.conversations import CLOSING
from messaging.tools.meta.compliance import MessageType, against
from messaging.tools.meta.customers import (
    ChannelAsk,
    CustomerAnswer,
    CustomerAsk,
    customer_number,
    find_customer,
)
from messaging.tools.meta.outcomes import ActionRequestId, status_of
from messaging.whatsapp.conversations.visible import find_conversation, visible_to
from messaging.whatsapp.conversations.windows import MARGIN, is_open

_MOST: Final = 100
_NEVER_WROTE: Final = "none"
_CLOSE: Final = "whatsapp.conversation.close"

ConversationType = Annotated[
    str,
    Field(
        description="service: the customer has written; otherwise the category of our last message to them (marketing,"
        " utility, authentication), or none."
    ),
]
LastInbound = Annotated[datetime | None, Field(description="The customer's last word; null for none.")]
LastOutbound = Annotated[datetime | None, Field(description="Our last word; null for none.")]
WindowEnds = Annotated[
    datetime | None, Field(description="When the 24-hour window closes or has closed; null if it never was open.")
]


class WindowAnswer(CustomerAnswer):
    window_open: Annotated[bool, Field(description="Whether free-form text may leave now.")]
    time_remaining_secs: Annotated[int, Field(description="Seconds until the window closes; 0 when it is closed.")]
    conversation_type: ConversationType
    last_inbound_at: LastInbound
    last_outbound_at: LastOutbound
    window_expires_at: WindowEnds


class ConversationState(WindowAnswer):
    marketing_eligibility: Annotated[
        Literal["eligible", "ineligible"], Field(description="For marketing now; check_compliance says why.")
    ]
    utility_eligibility: Annotated[
        Literal["eligible", "ineligible"], Field(description="For a utility template now; check_compliance says why.")
    ]


class ListedConversation(WindowAnswer):
    id: Annotated[UUID, Field(description="Its id, for archive_chat and the whatsapp.* tools.")]


@tool(
    "check_conversation",
    kind=Kind.READ,
    scope="meta:read",
    reads_first=("list_conversations",),
    safety="Knows of no conversation in a queue that is closed to the caller.",
)
def check_conversation(call: Call, ask: CustomerAsk) -> ConversationState:
    """Read how things stand with one customer: window, time left, last words on both sides, what may be sent."""
    contact = find_customer(call, ask.customer_id)
    return ConversationState(
        **window_of(contact, conversation_with(call, contact), call.now),
        marketing_eligibility=_eligibility(call, contact, "marketing"),
        utility_eligibility=_eligibility(call, contact, "utility"),
    )


def _eligibility(call: Call, contact: Contact, message_type: MessageType) -> Literal["eligible", "ineligible"]:
    return "eligible" if against(call, contact, message_type) is None else "ineligible"


def conversation_with(call: Call, contact: Contact) -> Conversation | None:
    """The conversation with this customer that counts: the one whose window lasts longest, open ones before closed."""
    theirs = _with_type(visible_to(call.actor).filter(contact=contact))
    return theirs.order_by("-state", F("window_until").desc(nulls_last=True), "pk").first()


def window_of(contact: Contact, one: Conversation | None, now: datetime) -> dict[str, object]:
    """The fields of `WindowAnswer`. `one` comes with the category of our last message in it (`_with_type`)."""
    until = one.window_until if one else None
    is_now_open = one is not None and is_open(one, now)
    return {
        "customer_id": customer_number(contact),
        "window_open": is_now_open,
        "time_remaining_secs": int((until - now).total_seconds()) if until and is_now_open else 0,
        "conversation_type": type_of(one),
        "last_inbound_at": one.last_inbound_at if one else None,
        "last_outbound_at": one.last_outbound_at if one else None,
        "window_expires_at": until,
    }


def type_of(one: Conversation | None) -> str:
    if one is None:
        return _NEVER_WROTE
    return "service" if one.last_inbound_at else getattr(one, "last_category", None) or _NEVER_WROTE


def _with_type(conversations: QuerySet[Conversation]) -> QuerySet[Conversation]:
    ours = Message.objects.filter(contact=OuterRef("contact"), sender=OuterRef("sender")).order_by("-pk")
    return conversations.annotate(last_category=Subquery(ours.values("category")[:1]))


class ConversationsAsk(ChannelAsk):
    status_filter: Annotated[
        Literal["", "open", "closed", "expiring_soon"],
        Field(description="By the window: open, closed, or expiring_soon (closes within two hours); empty for all."),
    ] = ""
    limit: Annotated[int, Field(ge=1, le=_MOST, description=f"Rows on the page, at most {_MOST}.")] = 50
    offset: Annotated[int, Field(ge=0, description="Rows to leave out.")] = 0


class Conversations(Answer):
    conversations: Annotated[list[ListedConversation], Field(description="The customer's latest word first.")]
    total: Annotated[int, Field(description="How many there are on all pages.")]
    limit: Annotated[int, Field(description="Rows asked for.")]
    offset: Annotated[int, Field(description="Rows left out.")]


@tool(
    "list_conversations",
    kind=Kind.READ,
    scope=SERVE,
    safety="Only conversations of the caller's teams, without the archived ones; numbers are masked for whoever may"
    " not see personal data.",
)
def list_conversations(call: Call, ask: ConversationsAsk) -> Conversations:
    """List conversations by the state of their 24-hour window as it is at this moment, page by page."""
    found = visible_to(call.actor).filter(_window(ask.status_filter, call.now), archived_at=None)
    rows = _with_type(found).select_related("contact").order_by(F("last_inbound_at").desc(nulls_last=True), "pk")
    page = rows[ask.offset : ask.offset + ask.limit]
    return Conversations(
        conversations=[ListedConversation(id=one.pk, **window_of(one.contact, one, call.now)) for one in page],
        total=found.count(),
        limit=ask.limit,
        offset=ask.offset,
    )


def _window(wanted: str, now: datetime) -> Q:
    """By the last moment at which something free-form still leaves, as the worker has it."""
    still = Q(window_until__gt=now + MARGIN)
    conditions = {
        "open": still,
        "closed": Q(window_until=None) | ~still,
        "expiring_soon": still & Q(window_until__lte=now + CLOSING),
    }
    return conditions.get(wanted, Q())


class ArchiveAsk(Ask):
    conversation_id: Annotated[UUID, Field(description="An id of list_conversations.")]


class Archived(Answer):
    conversation_id: Annotated[UUID, Field(description="The conversation.")]
    status: Annotated[str, Field(description="archived, or pending_approval where a person decides first.")]
    from_type: Annotated[str, Field(description="Its conversation_type before.")]
    action_request_id: ActionRequestId = None


@tool(
    "archive_chat",
    kind=Kind.COMPOSED,
    scope=SERVE,
    through=(_CLOSE,),
    reads_first=("list_conversations",),
    refusals=("CONVERSATION_ACTIVE",),
    safety="A complaint, a payment or an escalation, and one whose customer waits for an answer, need a person.",
)
def archive_chat(call: Call, ask: ArchiveAsk) -> Archived:
    """Close and put away a conversation whose 24-hour window is over or never was open. It comes back by itself when
    the customer writes.
    """
    one = _with_type(visible_to(call.actor).filter(pk=ask.conversation_id)).first()
    one = one or find_conversation(call, ask.conversation_id)
    if one.window_until is not None and call.now < one.window_until:
        raise Refused(_still_active(one.window_until - call.now))
    wish = {
        "conversation_id": str(one.pk),
        "base_version_token": token_of(one),
        "outcome": _("Archived: its window is over."),
        "leaves_unanswered": True,
        "archives": True,
        "idempotency_key": uuid.uuid4().hex,
        "reason": _("Asked for with archive_chat."),
    }
    answer = use(_CLOSE, wish, call.actor, call.now)
    return Archived(conversation_id=one.pk, from_type=type_of(one), **status_of(answer, done="archived"))


def _still_active(left: timedelta) -> Reason:
    minutes = {"minutes": int(left.total_seconds() // 60)}
    return Reason(
        "CONVERSATION_ACTIVE",
        _("The window of this conversation is open for another %(minutes)d minutes.") % minutes,
        _("Answer with reply_customer, or archive it once check_conversation says that it is closed."),
        "conversation_id",
    )
