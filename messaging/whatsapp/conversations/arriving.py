"""A customer's word becomes part of the open conversation, or opens one."""

from datetime import datetime

from django.db import transaction
from django.db.models import F
from django.db.models.functions import Coalesce, Greatest
from django.utils.translation import gettext

from accounts.models import Organisation
from messaging.models import Conversation, ConversationEvent, InboundMessage, Queue
from messaging.whatsapp.conversations.windows import WINDOW


def hear(message: InboundMessage, now: datetime) -> Conversation:
    """Put a new message of a customer into its conversation. The window counts from the provider's moment."""
    with transaction.atomic():
        conversation = _open_one(message, now)
        Conversation.objects.filter(pk=conversation.pk).update(
            unread=F("unread") + 1,
            last_inbound_at=Greatest(Coalesce(F("last_inbound_at"), message.at), message.at),
            window_until=Greatest(Coalesce(F("window_until"), message.at + WINDOW), message.at + WINDOW),
            waiting_since=Coalesce(F("waiting_since"), message.at),
        )
        InboundMessage.objects.filter(pk=message.pk).update(conversation=conversation)
        message.conversation = conversation
    conversation.refresh_from_db()
    return conversation


def default_queue(organisation: Organisation) -> Queue:
    """Where conversations wait that nobody has sent elsewhere."""
    queue, _is_new = Queue.objects.get_or_create(
        organisation=organisation, is_default=True, defaults={"name": gettext("Customers")}
    )
    return queue


def _open_one(message: InboundMessage, now: datetime) -> Conversation:
    conversation, is_new = Conversation.objects.get_or_create(
        sender=message.sender,
        contact=message.contact,
        state=Conversation.State.OPEN,
        defaults={
            "organisation": message.organisation,
            "queue": default_queue(message.organisation),
            "opened_at": message.at,
        },
    )
    if is_new:
        ConversationEvent.objects.create(
            organisation=message.organisation,
            conversation=conversation,
            kind=ConversationEvent.Kind.OPENED,
            by="webhook inbox",
            at=now,
        )
    return conversation
