"""What happened to a conversation beside its messages, written down once for the team and once for the record."""

from datetime import datetime
from typing import Any

from accounts.actor import Actor
from messaging.models import Conversation, ConversationEvent, Note

_LONGEST_NAME = 120


def add(
    conversation: Conversation, kind: ConversationEvent.Kind, by: Actor, now: datetime, **facts: Any
) -> ConversationEvent:
    """Add to the conversation's history. Nothing is ever taken from it."""
    return ConversationEvent.objects.create(
        organisation_id=conversation.organisation_id,
        conversation=conversation,
        kind=kind,
        by=by.label[:_LONGEST_NAME],
        facts=facts,
        at=now,
    )


def note_down(conversation: Conversation, text: str, by: Actor, now: datetime) -> Note:
    """Keep what somebody tells the team. The history says that there is a note, and not what it says."""
    add(conversation, ConversationEvent.Kind.NOTED, by, now)
    return Note.objects.create(
        organisation_id=conversation.organisation_id,
        conversation=conversation,
        author=by.label[:_LONGEST_NAME],
        text=text,
        at=now,
    )
