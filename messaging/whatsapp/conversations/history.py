"""What happened to a conversation beside its messages, written down once for the team and once for the record."""

from collections.abc import Sequence
from datetime import datetime
from typing import Any

from accounts.actor import Actor
from audit.record import record
from messaging.models import Conversation, ConversationEvent, Note
from messaging.whatsapp.conversations.visible import queues_visible_to, sees_all

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
    """Keep what somebody tells the team. History and record say that there is a note, never what it says."""
    record("conversation.noted", conversation, by, now=now)
    add(conversation, ConversationEvent.Kind.NOTED, by, now)
    return Note.objects.create(
        organisation_id=conversation.organisation_id,
        conversation=conversation,
        author=by.label[:_LONGEST_NAME],
        text=text,
        at=now,
    )


def facts_for(actor: Actor, events: Sequence[ConversationEvent]) -> list[dict[str, Any]]:
    """What each event says, without the queues that the actor may not know of: a handover would give them away."""
    if sees_all(actor):
        return [event.facts for event in events]
    seen = {str(key) for key in queues_visible_to(actor).values_list("pk", flat=True)}
    return [_without_hidden(event.facts, seen) for event in events]


def _without_hidden(facts: dict[str, Any], seen: set[str]) -> dict[str, Any]:
    hidden = {name for name in ("queue", "from_queue") if name in facts and facts[name] not in seen}
    return {name: "" if name.removesuffix("_name") in hidden else value for name, value in facts.items()}
