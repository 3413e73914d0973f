"""Notes of the team. They are rows of their own, which no body of a message is ever made from."""

from datetime import datetime

from django.db import transaction

from accounts.actor import Actor
from audit.record import record
from messaging.models import Conversation, Note


def note_down(conversation: Conversation, text: str, actor: Actor, now: datetime) -> Note:
    """Keep a note with the conversation. The record says that there is one, never what it says."""
    with transaction.atomic():
        note = Note.objects.create(
            organisation_id=conversation.organisation_id,
            conversation=conversation,
            author=actor.label[:120],
            text=text,
            at=now,
        )
        record("conversation.noted", conversation, actor, now=now, note=note.pk)
    return note
