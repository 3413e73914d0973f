"""Closing a conversation: what came of it, and what has to stand before a person may call it done."""

from collections.abc import Iterable, Iterator
from datetime import datetime, timedelta
from uuid import UUID

from django.db import transaction
from django.db.models import F, OuterRef, Subquery
from django.utils.translation import gettext_lazy as _

from accounts.actor import Actor
from approvals.reasons import Reason
from audit.record import record
from messaging.models import Conversation, ConversationEvent, MessagingRules
from messaging.whatsapp.conversations.history import add
from messaging.whatsapp.conversations.moving import locked

# Not closed without its owner, and never by software: somebody has promised to see to it.
OWNERS_WORD = (Conversation.Concern.ESCALATION, Conversation.Concern.COMPLAINT)


def reasons_against_closing(
    conversation: Conversation, confirmed_by: UUID | None, leaves_unanswered: bool
) -> Iterator[Reason]:
    """Why this conversation may not be closed. `confirmed_by` is the person who asks for it in person, if one does."""
    if conversation.state != Conversation.State.OPEN:
        yield Reason("already_closed", _("This conversation is closed."), _("There is nothing left to do."))
        return
    if conversation.concern in OWNERS_WORD:
        yield from _owner_is_missing(conversation, confirmed_by)
    if conversation.waiting_since is not None and not leaves_unanswered:
        yield Reason(
            "customer_waits",
            _("The customer's last word has not been answered."),
            _("Answer it first, or say leaves_unanswered where no answer is needed."),
            "leaves_unanswered",
        )


def _owner_is_missing(conversation: Conversation, confirmed_by: UUID | None) -> Iterator[Reason]:
    if conversation.owner is None:
        yield Reason(
            "no_owner",
            _("Nobody sees to this escalation or complaint yet."),
            _("Give it to somebody with whatsapp.conversation.assign; they can close it."),
        )
    elif confirmed_by != conversation.owner_id:
        yield Reason(
            "owner_has_not_confirmed",
            _("An open escalation or complaint is closed by its owner alone, in person."),
            _("Ask %s to close it at the desk.") % conversation.owner,
        )


def close(
    conversation: Conversation,
    outcome: str,
    labels: Iterable[str],
    follow_up_at: datetime | None,
    by: Actor,
    now: datetime,
) -> Conversation:
    """End the conversation. Should its customer write again, automation may answer at first, as with anybody new."""
    with transaction.atomic():
        conversation = locked(conversation)
        conversation.state, conversation.closed_at = Conversation.State.CLOSED, now
        conversation.outcome, conversation.follow_up_at = outcome, follow_up_at
        conversation.labels = sorted({*conversation.labels, *labels})
        conversation.unread, conversation.automatic_turns = 0, 0
        conversation.waiting_since = conversation.reply_due_at = conversation.by_hand_since = None
        conversation.version += 1
        conversation.save(update_fields=_CHANGED)
        in_time = conversation.resolve_due_at is None or now <= conversation.resolve_due_at
        add(conversation, ConversationEvent.Kind.CLOSED, by, now, outcome=outcome, in_time=in_time)
        record("conversation.closed", conversation, by, now=now, in_time=in_time)
    return conversation


_CHANGED = (
    "state", "closed_at", "outcome", "follow_up_at", "labels", "unread", "automatic_turns", "waiting_since",
    "reply_due_at", "by_hand_since", "version",
)  # fmt: skip


def put_away(conversation: Conversation, by: Actor, now: datetime) -> Conversation:
    """Archive one closed conversation, because somebody asked for it. A word of its customer brings it back."""
    with transaction.atomic():
        conversation = locked(conversation)
        conversation.archived_at = now
        conversation.version += 1
        conversation.save(update_fields=("archived_at", "version"))
        record("conversation.archived", conversation, by, now=now)
    return conversation


def archive(now: datetime) -> int:
    """Put away what was closed long ago: lists no longer show it unless asked. How many conversations it was."""
    days = MessagingRules.objects.filter(organisation=OuterRef("organisation")).values("archive_days")[:1]
    closed = Conversation.objects.filter(state=Conversation.State.CLOSED, archived_at=None)
    usual = MessagingRules._meta.get_field("archive_days").default
    put_away = 0
    found = closed.annotate(days=Subquery(days)).order_by("organisation").values_list("organisation", "days").distinct()
    for organisation, kept in list(found):
        over = now - timedelta(days=usual if kept is None else kept)
        put_away += closed.filter(organisation=organisation, closed_at__lte=over).update(
            archived_at=now, version=F("version") + 1
        )
    return put_away
