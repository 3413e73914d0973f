"""A customer's word becomes part of the open conversation, opens the last one again, or begins a new one."""

from datetime import datetime, timedelta

from django.db import IntegrityError, transaction
from django.utils.translation import gettext

from accounts.actor import Actor
from accounts.models import Organisation
from messaging.gate import rules_of
from messaging.models import Conversation, ConversationEvent, InboundMessage, Queue
from messaging.whatsapp.conversations.clocks import WOUND, wind
from messaging.whatsapp.conversations.history import add
from messaging.whatsapp.conversations.windows import WINDOW

_State = Conversation.State


def hear(message: InboundMessage, now: datetime, came_by_ad: bool = False) -> Conversation:
    """Put a new message of a customer into its conversation.

    Everything counts from the provider's moment, whenever and in whichever order the webhooks came: an old message
    that is told late opens no window, but somebody waits since then. Whoever came by an ad may be answered free of
    charge for a while.
    """
    with transaction.atomic():
        conversation = _conversation_of(message, now)
        conversation.unread += 1
        conversation.last_inbound_at = max(filter(None, (conversation.last_inbound_at, message.at)))
        conversation.window_until = max(filter(None, (conversation.window_until, message.at + WINDOW)))
        conversation.waiting_since = min(filter(None, (conversation.waiting_since, message.at)))
        if came_by_ad:
            conversation.ad_clicked_at = max(filter(None, (conversation.ad_clicked_at, message.at)))
        wind(conversation)
        conversation.save(update_fields=_HEARD)
        InboundMessage.objects.filter(pk=message.pk).update(conversation=conversation)
        message.conversation = conversation
    return conversation


def lay_beside(message: InboundMessage, unread: int = 0) -> bool:
    """Put what is no new word of the customer into their last conversation; false where they have none.

    It opens no window, begins no wait and opens nothing that was closed.
    """
    with transaction.atomic():
        conversation = _theirs(message, _State.OPEN) or _theirs(message, _State.CLOSED)
        if conversation is None:
            return False
        if unread and conversation.state == _State.OPEN:
            conversation.unread += unread
            conversation.save(update_fields=("unread",))
        InboundMessage.objects.filter(pk=message.pk).update(conversation=conversation)
        message.conversation = conversation
    return True


_HEARD = ("unread", "last_inbound_at", "window_until", "waiting_since", "ad_clicked_at", *WOUND)


def default_queue(organisation: Organisation) -> Queue:
    """Where conversations wait that nobody has sent elsewhere."""
    own = Queue.objects.filter(organisation=organisation)
    queue = own.filter(is_default=True).first()
    if queue is None:
        queue, _is_new = own.update_or_create(
            organisation=organisation, name=gettext("Customers"), defaults={"is_default": True}
        )
    return queue


def _conversation_of(message: InboundMessage, now: datetime) -> Conversation:
    """Their open conversation, held until the transaction ends."""
    try:
        with transaction.atomic():
            return _open_one(message) or _opened_again(message, now) or _begun(message, now)
    except IntegrityError:  # somebody else has opened it in this very moment
        found = _open_one(message)
        assert found is not None
        return found


def _theirs(message: InboundMessage, state: _State) -> Conversation | None:
    held = Conversation.objects.select_for_update(of=("self",), no_key=True).select_related(
        "organisation", "queue", "owner"
    )
    mine = held.filter(sender=message.sender, contact=message.contact, state=state)
    return mine.order_by("-closed_at").first()


def _open_one(message: InboundMessage) -> Conversation | None:
    return _theirs(message, _State.OPEN)


def _opened_again(message: InboundMessage, now: datetime) -> Conversation | None:
    """Their last conversation, if they write again within the days that the organisation has set.

    It begins anew: what was promised counts from this word. Whoever saw to it does so again, if they are still there.
    """
    last = _theirs(message, _State.CLOSED)
    days = rules_of(message.organisation).reopen_days
    if last is None or last.closed_at is None or not message.at < last.closed_at + timedelta(days=days):
        return None
    last.state, last.opened_at = _State.OPEN, message.at
    last.closed_at = last.archived_at = last.follow_up_at = last.first_replied_at = None
    last.outcome = ""
    if last.owner is not None and not last.owner.is_active:
        last.owner = None
    last.version += 1
    last.save(
        update_fields=(
            "state", "opened_at", "closed_at", "archived_at", "follow_up_at", "first_replied_at", "outcome", "owner",
            "version",
        )
    )  # fmt: skip
    add(last, ConversationEvent.Kind.REOPENED, _inbox(message), now)
    return last


def _begun(message: InboundMessage, now: datetime) -> Conversation:
    conversation = Conversation.objects.create(
        organisation=message.organisation,
        sender=message.sender,
        contact=message.contact,
        queue=default_queue(message.organisation),
        opened_at=message.at,
    )
    add(conversation, ConversationEvent.Kind.OPENED, _inbox(message), now)
    return conversation


def _inbox(message: InboundMessage) -> Actor:
    return Actor.system(message.organisation, "webhook inbox")
