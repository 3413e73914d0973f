"""How long a conversation's window stays open, and whether somebody waits too long, in a colour and in words."""

from dataclasses import dataclass
from datetime import datetime, timedelta

from django.db.models import Q
from django.db.models.functions import Greatest
from django.utils.functional import Promise
from django.utils.translation import gettext_lazy as _

from messaging.models import Conversation
from messaging.whatsapp.conversations.windows import is_open, open_until

# A window that closes within this is shown as closing; an answer that is due within this, as due soon.
CLOSES_SOON = timedelta(hours=2)
DUE_SOON = timedelta(minutes=10)

CLOSES_AT = Greatest("window_until", "free_until")  # PostgreSQL passes over what is null


@dataclass(frozen=True, slots=True)
class Clock:
    """`tone` is the label's colour; `until` the moment that `words` count down to, or up from where it is past."""

    tone: str
    words: str | Promise
    until: datetime | None = None
    left: str = ""


def late(now: datetime) -> Q:
    """Open conversations whose answer or resolution is overdue."""
    answer = Q(waiting_since__isnull=False, reply_due_at__lte=now)
    return Q(state=Conversation.State.OPEN) & (answer | Q(resolve_due_at__lte=now))


def closing(now: datetime) -> Q:
    """Conversations, annotated with `closes_at`, whose window is open and closes soon."""
    return Q(state=Conversation.State.OPEN, closes_at__gt=now, closes_at__lte=now + CLOSES_SOON)


def window_of(conversation: Conversation, now: datetime) -> Clock:
    """Until when the customer may be answered freely."""
    until = open_until(conversation)
    if until is None:
        return Clock("plain", _("No window"))
    if not is_open(conversation, now):
        return Clock("plain", _("Window closed"))
    tone = "warning" if until - now <= CLOSES_SOON else "success"
    return Clock(tone, _("Window"), until, hours_and_minutes(until - now))


def promise_of(conversation: Conversation, now: datetime) -> Clock:
    """Whether the customer waits, and whether longer than the queue promises."""
    if conversation.state == Conversation.State.CLOSED:
        return Clock("plain", _("Closed"))
    due = conversation.reply_due_at
    if conversation.waiting_since is not None and due is not None:
        if due <= now:
            return Clock("danger", _("Answer late by"), due, hours_and_minutes(now - due))
        tone = "warning" if due - now <= DUE_SOON else "info"
        return Clock(tone, _("Answer within"), due, hours_and_minutes(due - now))
    if conversation.resolve_due_at is not None and conversation.resolve_due_at <= now:
        over = conversation.resolve_due_at
        return Clock("danger", _("Resolution late by"), over, hours_and_minutes(now - over))
    if conversation.waiting_since is not None:
        return Clock("info", _("Waits for an answer"))
    return Clock("success", _("Answered"))


def hours_and_minutes(span: timedelta) -> str:
    """3:05 for three hours and five minutes; the script on the page counts on in the same spelling."""
    minutes = int(span.total_seconds()) // 60
    return f"{minutes // 60}:{minutes % 60:02}"
