"""The customer service window: how long after a customer's word free-form messages may leave.

Source: Meta, "Customer service windows": 24 hours from the customer's last message or call. Beside it, 72 hours from
our answer to somebody who came by an ad or a page's button, if it came within a day (free entry point), in which
messages cost nothing; it runs by itself and lets nothing free-form out when the first is over.
"""

from datetime import datetime, timedelta

from messaging.gate import WINDOW_MARGIN_SECONDS
from messaging.models import Conversation

WINDOW = timedelta(hours=24)
FREE_ENTRY = timedelta(hours=72)
MARGIN = timedelta(seconds=WINDOW_MARGIN_SECONDS)


def open_until(conversation: Conversation) -> datetime | None:
    """When the last chance to answer freely is over; None where nobody has written."""
    return conversation.window_until


def is_open(conversation: Conversation, now: datetime) -> bool:
    """Whether a free-form message that leaves now arrives within the window."""
    until = open_until(conversation)
    return until is not None and now + MARGIN < until
