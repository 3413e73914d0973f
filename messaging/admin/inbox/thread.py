"""A conversation as on a phone: what both sides sent, and between it what only the team sees, in one order."""

from dataclasses import dataclass, replace
from datetime import datetime
from typing import Any

from django.db.models import Q, QuerySet

from accounts.actor import Actor
from approvals.models import ActionRequest, State
from messaging.admin.inbox import entries
from messaging.admin.inbox.entries import Entry
from messaging.models import Conversation, ConversationEvent, MediaAsset, Message, PhoneEcho, Reply
from messaging.whatsapp.conversations.history import facts_for

MOST_SHOWN = 60
WAITING = (State.PENDING, State.APPROVED, State.EXECUTING)


@dataclass(frozen=True, slots=True)
class Thread:
    """`earlier` is the moment before which there is more, None at the beginning; `last_heard` the newest inbound."""

    entries: tuple[Entry, ...]
    earlier: datetime | None
    last_heard: int


def thread_of(conversation: Conversation, actor: Actor, before: datetime | None = None) -> Thread:
    """The newest entries (up to `before`), oldest first, as the actor may see them.

    Takes the same number of questions for any thread.
    """
    heard = _newest(conversation.inbound.select_related("asset", "fetch"), "at", before)
    sources: list[list[Entry]] = [
        [entries.heard(one) for one in heard],
        _ours(conversation, before, in_clear=actor.sees_personal_data),
        [entries.not_yet_said(one) for one in _newest(_no_message_yet(conversation), "made_at", before)],
        [entries.noted(one) for one in _newest(conversation.notes.all(), "at", before)],
        [entries.by_phone(one) for one in _newest(_echoes(conversation), "at", before)],
        _history(conversation, before, actor),
    ]
    if before is None:
        sources.append([entries.asked(one) for one in waiting_replies(conversation)])
    merged = sorted((one for source in sources for one in source), key=lambda one: (one.at, one.key))
    is_all = len(merged) <= MOST_SHOWN and all(len(source) < MOST_SHOWN for source in sources)
    if not is_all:  # providers tell whole seconds: what was said in one moment stands on one page
        merged = [one for one in merged if one.at >= merged[-MOST_SHOWN:][0].at]
    last_heard = max((one.pk for one in heard), default=0)
    return Thread(tuple(_quoting(merged)), None if is_all else merged[0].at, last_heard)


def waiting_for_somebody(conversation: Conversation) -> QuerySet[ActionRequest]:
    """Whatever has been asked for about this conversation and is not decided or not done yet."""
    return (
        ActionRequest.objects.filter(
            _about(str(conversation.pk)),
            organisation=conversation.organisation_id,
            state__in=WAITING,
        )
        .select_related("preview", "agent", "owner")
        .order_by("created_at")
    )


def _about(key: str) -> Q:
    """Contracts name one conversation, or list several with what happens to each, or count their versions by id."""
    one, listed = Q(preview__contract__conversation_id=key), Q(preview__contract__conversations__has_key=key)
    return one | listed | Q(preview__contract__conversations__contains=[{"conversation_id": key}])


def waiting_replies(conversation: Conversation) -> list[ActionRequest]:
    return [one for one in waiting_for_somebody(conversation) if "body" in one.preview.contract]


def _newest(rows: QuerySet[Any], moment: str, before: datetime | None) -> list[Any]:
    if before is not None:
        rows = rows.filter(**{f"{moment}__lt": before})
    return list(rows.order_by(f"-{moment}", "-pk")[:MOST_SHOWN])


def _ours(conversation: Conversation, before: datetime | None, *, in_clear: bool) -> list[Entry]:
    """Replies of this conversation and whatever else this number sent to this person: the phone shows both.

    A reply of another conversation with them, which may be another team's, is not among them.
    """
    rows: QuerySet[Message] = Message.objects.filter(contact=conversation.contact_id, sender=conversation.sender_id)
    rows = rows.filter(Q(send__reply=None) | Q(send__reply__conversation=conversation))
    rows = rows.select_related("send__reply", "send__preview", "translation__template")
    messages: list[Message] = _newest(rows, "queued_at", before)
    files = _files(conversation, messages)
    return [entries.said(one, getattr(one.send, "reply", None), files, in_clear=in_clear) for one in messages]


def _echoes(conversation: Conversation) -> QuerySet[PhoneEcho]:
    return PhoneEcho.objects.filter(contact=conversation.contact_id, sender=conversation.sender_id)


def _files(conversation: Conversation, messages: list[Message]) -> dict[str, MediaAsset]:
    """The files of these replies and in these templates' headers, in one question."""
    keys = {key for one in messages for key in one.send.preview.contract.get("asset_ids", ())}
    keys |= {key for one in messages if (key := entries.header_file(one))}
    rows = MediaAsset.objects.filter(pk__in=keys, organisation=conversation.organisation_id)
    return {str(one.pk): one for one in rows}


def _history(conversation: Conversation, before: datetime | None, actor: Actor) -> list[Entry]:
    """What happened, without the queues that the reader may not know of. Notes stand there themselves."""
    rows = conversation.events.exclude(kind=ConversationEvent.Kind.NOTED)
    events: list[ConversationEvent] = _newest(rows, "at", before)
    return [entries.happened(one, facts) for one, facts in zip(events, facts_for(actor, events), strict=True)]


def _no_message_yet(conversation: Conversation) -> QuerySet[Reply]:
    return conversation.replies.filter(send__messages=None).select_related("send")


def _quoting(shown: list[Entry]) -> list[Entry]:
    """Where somebody answered a message that is on the page, its words stand above the answer."""
    words = {one.text: one.bubble.body or one.bubble.media for one in shown if one.bubble and one.text}
    return [replace(one, quoted=str(words.get(one.quoted, ""))) if one.quoted else one for one in shown]
