"""Two contacts turned out to be one person: what they said to one number of ours is one conversation."""

from datetime import datetime
from itertools import chain
from typing import Any

from django.db.models import Model

from accounts.actor import Actor
from audit.record import record
from messaging.models import Contact, Conversation, ConversationEvent, InboundMessage, Note, Reply
from messaging.whatsapp.conversations.clocks import wind
from messaging.whatsapp.conversations.history import add

# Rows that speak of a conversation by `conversation` and belong to the one that stays.
_FOLLOWING: list[type[Model]] = [ConversationEvent, InboundMessage, Note, Reply]
_GRAVEST_FIRST = (
    Conversation.Concern.ESCALATION,
    Conversation.Concern.COMPLAINT,
    Conversation.Concern.PAYMENT,
    Conversation.Concern.GENERAL,
)


def follow(model: type[Model]) -> None:
    """Have the rows of this model follow the conversation that two became. No unique constraint may forbid it."""
    _FOLLOWING.append(model)


def join_conversations(kept: Contact, other: Contact, actor: Actor, now: datetime) -> None:
    """Make `other`'s conversations `kept`'s. Where both have an open one with the same number, they become one.

    Called in the transaction of the merge, with both contacts locked.
    """
    open_ones = Conversation.objects.select_for_update(of=("self",), no_key=True).select_related(
        "organisation", "queue", "owner"
    )
    mine, theirs = (
        {one.sender_id: one for one in open_ones.filter(contact=who, state="open").order_by("pk")}
        for who in (kept, other)
    )
    for sender in mine.keys() & theirs.keys():
        _join(mine[sender], theirs[sender], actor, now)
    Conversation.objects.filter(contact=other).update(contact=kept)


def _join(stays: Conversation, goes: Conversation, actor: Actor, now: datetime) -> None:
    """The stricter of two holds: a restricted queue keeps what it had, people keep what automation would have."""
    for model in _FOLLOWING:
        model._default_manager.filter(conversation=goes).update(conversation=stays)
    if goes.queue.is_restricted and not stays.queue.is_restricted:
        stays.queue, stays.owner = goes.queue, goes.owner
    stays.owner = stays.owner or goes.owner
    stays.concern = min(stays.concern, goes.concern, key=lambda one: _GRAVEST_FIRST.index(Conversation.Concern(one)))
    stays.labels = sorted({*stays.labels, *goes.labels})
    for name in ("unread", "replies_in_time", "replies_late"):
        setattr(stays, name, getattr(stays, name) + getattr(goes, name))
    stays.automatic_turns = max(stays.automatic_turns, goes.automatic_turns)
    for name, choose in chain(((one, max) for one in _LATEST), ((one, min) for one in _EARLIEST)):
        setattr(stays, name, _chosen(choose, getattr(stays, name), getattr(goes, name)))
    stays.version += 1
    wind(stays)
    goes.state, goes.closed_at, goes.archived_at, goes.unread = Conversation.State.CLOSED, now, now, 0
    goes.waiting_since = goes.reply_due_at = goes.by_hand_since = None
    goes.version += 1
    goes.save()
    stays.save()
    add(stays, ConversationEvent.Kind.ASSIGNED, actor, now, joined=str(goes.pk))
    record("conversations.joined", stays, actor, now=now, joined=goes.pk)


_LATEST = ("last_inbound_at", "last_outbound_at", "window_until", "ad_clicked_at", "free_until")
_EARLIEST = ("opened_at", "waiting_since", "first_replied_at", "by_hand_since")


def _chosen(choose: Any, *moments: datetime | None) -> datetime | None:
    known = [moment for moment in moments if moment is not None]
    return choose(known) if known else None
