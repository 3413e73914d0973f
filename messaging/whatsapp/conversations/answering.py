"""What an answer that has left the house changes: the clock, the free entry point, whose turn it is."""

from collections.abc import Sequence
from datetime import datetime

from django.db import transaction
from django.db.models import Min

from messaging.engine.accepted import register
from messaging.engine.taken import Taken
from messaging.models import Channel, Conversation, InboundMessage, Reply
from messaging.whatsapp.conversations.clocks import WOUND, wind
from messaging.whatsapp.conversations.moving import locked
from messaging.whatsapp.conversations.windows import FREE_ENTRY, WINDOW


def note_answer(conversation: Conversation, at: datetime, is_automatic: bool) -> None:
    """Note that an answer was accepted by the provider at `at`. Answers may be noted late and in any order.

    Only a person's answer ends the customer's wait: automation that says the shop is closed has answered nothing.
    """
    with transaction.atomic():
        conversation = locked(conversation)
        conversation.last_outbound_at = max(filter(None, (conversation.last_outbound_at, at)))
        _open_free_entry(conversation, at)
        if is_automatic:
            conversation.automatic_turns += 1
        else:
            conversation.automatic_turns = 0
            conversation.unread = 0
            conversation.first_replied_at = min(filter(None, (conversation.first_replied_at, at)))
            _end_the_wait(conversation, at)
        conversation.save(update_fields=_CHANGED)


_CHANGED = (
    "last_outbound_at", "free_until", "automatic_turns", "unread", "first_replied_at", "waiting_since",
    "replies_in_time", "replies_late", *WOUND,
)  # fmt: skip


def _open_free_entry(conversation: Conversation, at: datetime) -> None:
    """Whoever came by an ad and is answered within a day is written to free of charge for three days from then.

    It begins with the first answer and does not grow with later ones.
    """
    clicked = conversation.ad_clicked_at
    if clicked is None or not clicked <= at < clicked + WINDOW:
        return
    if conversation.free_until is None or conversation.free_until <= clicked:
        conversation.free_until = at + FREE_ENTRY


def _end_the_wait(conversation: Conversation, at: datetime) -> None:
    """The customer waits no longer, but for what they have written after this answer left."""
    if conversation.waiting_since is None or conversation.waiting_since > at:
        return
    if conversation.reply_due_at is not None and at > conversation.reply_due_at:
        conversation.replies_late += 1
    else:
        conversation.replies_in_time += 1
    later = InboundMessage.objects.filter(conversation=conversation, at__gt=at)
    conversation.waiting_since = later.aggregate(first=Min("at"))["first"]
    wind(conversation)


def _taken(messages: Sequence[Taken], now: datetime) -> None:
    """The replies among what the provider has taken. What has a template is none: then nobody is asked."""
    free = {taken.send_id for taken in messages if taken.translation_id is None}
    replies = Reply.objects.filter(pk__in=free).select_related("conversation") if free else ()
    for reply in sorted(replies, key=lambda one: one.conversation_id):
        note_answer(reply.conversation, now, is_automatic=reply.origin == Reply.Origin.AUTOMATION)


register(Channel.WHATSAPP, _taken)
