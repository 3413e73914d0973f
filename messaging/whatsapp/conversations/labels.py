"""Labels of a conversation: what it is about, in the team's own words."""

from collections.abc import Iterable
from datetime import datetime

from django.db import transaction

from accounts.actor import Actor
from audit.record import record
from messaging.models import Conversation, ConversationEvent
from messaging.whatsapp.conversations.history import add
from messaging.whatsapp.conversations.moving import locked


def label(
    conversation: Conversation,
    added: Iterable[str],
    removed: Iterable[str],
    by: Actor,
    now: datetime,
    follow_up_at: datetime | None = None,
) -> Conversation:
    """Add and remove labels, and say when to come back to it; None leaves that. Where nothing changes, nothing is
    written.
    """
    with transaction.atomic():
        conversation = locked(conversation)
        labels = sorted({*conversation.labels, *added} - set(removed))
        follow_up_at = follow_up_at or conversation.follow_up_at
        if labels == sorted(conversation.labels) and follow_up_at == conversation.follow_up_at:
            return conversation
        put_on, taken_off = sorted({*labels} - {*conversation.labels}), sorted({*conversation.labels} - {*labels})
        conversation.labels, conversation.follow_up_at = labels, follow_up_at
        conversation.version += 1
        conversation.save(update_fields=("labels", "follow_up_at", "version"))
        add(conversation, ConversationEvent.Kind.LABELLED, by, now, added=put_on, removed=taken_off)
        record("conversation.labelled", conversation, by, now=now, added=put_on, removed=taken_off)
    return conversation
