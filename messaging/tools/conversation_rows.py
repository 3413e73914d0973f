"""A conversation in one line, as lists and its own page tell it."""

from datetime import datetime
from typing import Annotated, Any
from uuid import UUID

from pydantic import Field

from approvals.contracts import Answer
from approvals.versions import token_of
from messaging.models import Conversation
from messaging.tools.contacts import PersonName


class ConversationRow(Answer):
    conversation_id: Annotated[UUID, Field(description="Its id.")]
    contact_id: Annotated[UUID, Field(description="Who writes.")]
    contact_name: Annotated[PersonName, Field(description="Their name.")]
    sender_id: Annotated[UUID, Field(description="The number of yours that they write to.")]
    queue_id: Annotated[UUID, Field(description="The queue it is in.")]
    queue: Annotated[str, Field(description="The queue's name.")]
    owner_id: Annotated[UUID | None, Field(description="Who sees to it.")]
    owner: Annotated[str, Field(description="Their name; empty for nobody.")]
    state: Annotated[str, Field(description="open or closed.")]
    concern: Annotated[str, Field(description="general, complaint, payment or escalation.")]
    labels: Annotated[list[str], Field(description="Labels.")]
    unread: Annotated[int, Field(description="Messages that nobody has read.")]
    last_inbound_at: Annotated[datetime | None, Field(description="The customer's last word.")]
    last_outbound_at: Annotated[datetime | None, Field(description="Our last word.")]
    window_until: Annotated[datetime | None, Field(description="Until when free-form replies may leave.")]
    window_is_open: Annotated[bool, Field(description="Whether they may now.")]
    waiting_since: Annotated[datetime | None, Field(description="Since when the customer waits for a person.")]
    reply_due_at: Annotated[datetime | None, Field(description="Until when an answer was promised.")]
    resolve_due_at: Annotated[datetime | None, Field(description="Until when it was to be settled.")]
    overdue: Annotated[bool, Field(description="Whether one of the two is over.")]
    by_hand: Annotated[bool, Field(description="Whether automation keeps silent here.")]
    version_token: Annotated[str, Field(description="Pass it as base_version_token to close or tag it.")]


def row_of(one: Conversation, now: datetime) -> dict[str, Any]:
    """The fields of `ConversationRow`."""
    is_open = one.state == Conversation.State.OPEN
    dues = (due for due in (one.reply_due_at, one.resolve_due_at) if due is not None)
    return {
        "conversation_id": one.pk,
        "contact_id": one.contact.key,
        "contact_name": one.contact.name,
        "sender_id": one.sender_id,
        "queue_id": one.queue_id,
        "queue": one.queue.name,
        "owner_id": one.owner_id,
        "owner": str(one.owner or ""),
        "window_is_open": one.window_until is not None and now < one.window_until,
        "overdue": is_open and any(due < now for due in dues),
        "by_hand": one.by_hand_since is not None,
        "version_token": token_of(one),
        **{name: getattr(one, name) for name in _AS_THEY_ARE},
    }


_AS_THEY_ARE = (
    "state", "concern", "labels", "unread", "last_inbound_at", "last_outbound_at", "window_until", "waiting_since",
    "reply_due_at", "resolve_due_at",
)  # fmt: skip
