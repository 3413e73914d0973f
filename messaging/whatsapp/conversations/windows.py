"""The customer service window: how long after a customer's word free-form messages may leave.

Source: Meta, "Customer service windows": 24 hours from the customer's last message or call; 72 hours from a click on an
ad or a page's button (free entry point) once the business answered within the first 24.
"""

from datetime import datetime, timedelta

from messaging.gate import WINDOW_MARGIN_SECONDS
from messaging.models import Conversation

WINDOW = timedelta(hours=24)
FREE_ENTRY = timedelta(hours=72)
MARGIN = timedelta(seconds=WINDOW_MARGIN_SECONDS)


def open_until(conversation: Conversation) -> datetime | None:
    """When the last chance to answer freely is over; None where nobody has written."""
    return max(filter(None, (conversation.window_until, conversation.free_until)), default=None)


def is_open(conversation: Conversation, now: datetime) -> bool:
    """Whether a free-form message that leaves now arrives within the window."""
    until = open_until(conversation)
    return until is not None and now + MARGIN < until
