"""Giving a conversation to a queue and to somebody. Who had it before stays written."""

from datetime import datetime

from django.db import transaction

from accounts.actor import Actor
from accounts.models import Person
from audit.record import record
from messaging.models import Conversation, ConversationEvent, Queue
from messaging.whatsapp.conversations.clocks import WOUND, wind
from messaging.whatsapp.conversations.history import add, note_down


def move(
    conversation: Conversation,
    queue: Queue,
    owner: Person | None,
    by: Actor,
    now: datetime,
    note: str = "",
    concern: str = "",
) -> Conversation:
    """Put the conversation into `queue`, seen to by `owner` or by whoever takes it. The clocks become the queue's.

    `concern` says what it turned out to be about; empty leaves that. The note is for the team: nothing that goes to a
    customer is ever made of it.
    """
    with transaction.atomic():
        conversation = locked(conversation)
        before = _standing(conversation, "from_")
        conversation.queue, conversation.owner = queue, owner
        conversation.concern = concern or conversation.concern
        conversation.version += 1
        wind(conversation)
        conversation.save(update_fields=("queue", "owner", "concern", "version", *WOUND))
        after = _standing(conversation)
        add(conversation, ConversationEvent.Kind.ASSIGNED, by, now, **before, **after)
        if note:
            note_down(conversation, note, by, now)
        record(
            "conversation.assigned", conversation, by, now=now,
            from_queue=before["from_queue"], to_queue=after["queue"],
            from_owner=before["from_owner"], to_owner=after["owner"],
        )  # fmt: skip
    return conversation


def _standing(conversation: Conversation, prefix: str = "") -> dict[str, str]:
    """Where it is, with whom and about what, for its history."""
    queue, owner = conversation.queue, conversation.owner
    facts = {
        "queue": str(queue.pk),
        "queue_name": queue.name,
        "owner": str(owner.pk if owner else ""),
        "owner_name": str(owner or ""),
        "concern": conversation.concern,
    }
    return {f"{prefix}{name}": value for name, value in facts.items()}


def locked(conversation: Conversation) -> Conversation:
    """The conversation as it is now, held until the transaction ends."""
    held = Conversation.objects.select_for_update(of=("self",), no_key=True)
    return held.select_related("organisation", "queue", "owner").get(pk=conversation.pk)
