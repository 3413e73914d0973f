"""A conversation as on a phone: what both sides sent, and between it what only the team sees, in one order."""

from dataclasses import dataclass, replace
from datetime import datetime
from typing import Any

from django.db.models import Q, QuerySet

from approvals.models import ActionRequest, State
from messaging.admin.inbox import entries
from messaging.admin.inbox.entries import Entry
from messaging.models import Conversation, Message, Reply

MOST_SHOWN = 60
WAITING = (State.PENDING, State.APPROVED, State.EXECUTING)


@dataclass(frozen=True, slots=True)
class Thread:
    """`earlier` is the moment before which there is more, None at the beginning; `last_heard` the newest inbound."""

    entries: tuple[Entry, ...]
    earlier: datetime | None
    last_heard: int


def thread_of(conversation: Conversation, *, in_clear: bool, before: datetime | None = None) -> Thread:
    """The newest entries (up to `before`), oldest first. Takes the same number of questions for any thread."""
    heard = _newest(conversation.inbound.all(), "at", before)
    sources: list[list[Entry]] = [
        [entries.heard(one) for one in heard],
        _ours(conversation, before, in_clear),
        [entries.not_yet_said(one) for one in _newest(_no_message_yet(conversation), "made_at", before)],
        [entries.noted(one) for one in _newest(conversation.notes.all(), "at", before)],
        [entries.happened(one) for one in _newest(conversation.events.all(), "at", before)],
    ]
    if before is None:
        sources.append([entries.asked(one) for one in waiting_replies(conversation)])
    merged = sorted((one for source in sources for one in source), key=lambda one: (one.at, one.key))
    shown = tuple(_quoting(merged[-MOST_SHOWN:]))
    is_all = len(merged) <= MOST_SHOWN and all(len(source) < MOST_SHOWN for source in sources)
    return Thread(shown, None if is_all else shown[0].at, max((one.pk for one in heard), default=0))


def waiting_for_somebody(conversation: Conversation) -> QuerySet[ActionRequest]:
    """Whatever has been asked for about this conversation and is not decided or not done yet."""
    return (
        ActionRequest.objects.filter(
            organisation=conversation.organisation_id,
            state__in=WAITING,
            preview__contract__conversation_id=str(conversation.pk),
        )
        .select_related("preview", "agent", "owner")
        .order_by("created_at")
    )


def waiting_replies(conversation: Conversation) -> list[ActionRequest]:
    return [one for one in waiting_for_somebody(conversation) if "body" in one.preview.contract]


def _newest(rows: QuerySet[Any], moment: str, before: datetime | None) -> list[Any]:
    if before is not None:
        rows = rows.filter(**{f"{moment}__lt": before})
    return list(rows.order_by(f"-{moment}", "-pk")[:MOST_SHOWN])


def _ours(conversation: Conversation, before: datetime | None, in_clear: bool) -> list[Entry]:
    """Replies of this conversation and whatever else this number sent to this person: the phone shows both.

    A reply of another conversation with them, which may be another team's, is not among them.
    """
    rows: QuerySet[Message] = Message.objects.filter(contact=conversation.contact_id, sender=conversation.sender_id)
    rows = rows.filter(Q(send__reply=None) | Q(send__reply__conversation=conversation))
    rows = rows.select_related("send__reply", "translation__template")
    return [
        entries.said(one, getattr(one.send, "reply", None), in_clear=in_clear)
        for one in _newest(rows, "queued_at", before)
    ]


def _no_message_yet(conversation: Conversation) -> QuerySet[Reply]:
    return conversation.replies.filter(send__messages=None).select_related("send")


def _quoting(shown: list[Entry]) -> list[Entry]:
    """Where somebody answered a message that is on the page, its words stand above the answer."""
    words = {one.text: one.bubble.body or one.bubble.media for one in shown if one.bubble and one.text}
    return [replace(one, quoted=str(words.get(one.quoted, ""))) if one.quoted else one for one in shown]
