"""What was promised: until when somebody answers and the matter is settled, in the queue's business hours."""

from zoneinfo import ZoneInfo

from messaging.models import Conversation
from messaging.whatsapp.conversations.business_hours import due_after


def wind(conversation: Conversation) -> None:
    """Set both clocks by the conversation's queue, when it began and since when its customer waits. Saves nothing."""
    zone = ZoneInfo(conversation.organisation.timezone)
    queue, waiting = conversation.queue, conversation.waiting_since
    conversation.reply_due_at = due_after(waiting, queue.reply_minutes, queue, zone) if waiting else None
    conversation.resolve_due_at = due_after(conversation.opened_at, queue.resolve_minutes, queue, zone)


WOUND = ("reply_due_at", "resolve_due_at")
"""The fields that `wind` sets."""
