"""What a message answers or reacts to: a message of this very conversation, by our own id, as Meta calls it."""

from datetime import datetime, timedelta
from uuid import UUID

from django.db.models import Q
from django.utils.translation import gettext_lazy as _

from approvals.reasons import Reason, Refused
from messaging.models import Conversation, InboundMessage, Message

# Meta draws no bubble for what is older, and takes no reaction to it.
OLDEST = timedelta(days=30)


def wamid_of(conversation: Conversation, message_id: UUID, now: datetime, field: str) -> str:
    """Meta's id of the customer's message, or of one that we sent them. Raises Refused for any other."""
    heard = InboundMessage.objects.filter(conversation=conversation, key=message_id).values_list("provider_id", "at")
    ours = Message.objects.filter(contact=conversation.contact_id, sender=conversation.sender_id)
    said = ours.filter(Q(send__reply=None) | Q(send__reply__conversation=conversation), send=message_id)
    said = said.exclude(provider_id=None)
    found = heard.first() or said.values_list("provider_id", "handed_at").first()
    if found is None:
        raise Refused(Reason("message_not_found", _("There is no such message in this conversation."),
                             _("Use an id of whatsapp.conversation.get."), field))  # fmt: skip
    wamid, at = found
    if at is not None and at <= now - OLDEST:
        raise Refused(Reason("message_too_old", _("The message is older than 30 days."),
                             _("Answer without quoting it."), field))  # fmt: skip
    return str(wamid)
