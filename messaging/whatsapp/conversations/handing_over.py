"""Handing a conversation from automation to people. From then on automation keeps silent in it."""

from datetime import datetime

from django.db import transaction

from accounts.actor import Actor
from audit.record import record
from messaging.models import Conversation, ConversationEvent, Queue
from messaging.whatsapp.conversations.clocks import WOUND, wind
from messaging.whatsapp.conversations.history import add
from messaging.whatsapp.conversations.moving import locked, move


def hand_to_person(
    conversation: Conversation, why: str, by: Actor, now: datetime, queue: Queue | None = None
) -> Conversation:
    """Leave the conversation to people, in `queue` or where it is. Said again, it changes nothing but the queue.

    The customer waits for a person from now on, if they did not before.
    """
    with transaction.atomic():
        conversation = locked(conversation)
        if conversation.by_hand_since is None:
            conversation.by_hand_since = now
            conversation.waiting_since = conversation.waiting_since or now
            conversation.version += 1
            wind(conversation)
            conversation.save(update_fields=("by_hand_since", "waiting_since", "version", *WOUND))
            add(conversation, ConversationEvent.Kind.HANDED_OVER, by, now, why=why[:300])
            record("conversation.handed_over", conversation, by, now=now)
        if queue is not None and queue.pk != conversation.queue_id:
            conversation = move(conversation, queue, None, by, now)
    return conversation
