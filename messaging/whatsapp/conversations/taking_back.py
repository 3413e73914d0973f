"""A customer takes a message back: its words are gone here as well, whichever of the two is told first."""

from collections.abc import Sequence
from datetime import datetime
from typing import Final

from accounts.actor import Actor
from audit.record import record
from messaging.models import Contact, InboundMessage, MediaFetch, Sender

TAKEN_BACK: Final = "revoke"
NOTICE: Final = "system"


def take_back(target: str, by: Sequence[Contact], sender: Sender, at: datetime, now: datetime) -> None:
    """Empty the message with this id of the provider's. What was done on its words, an opt-out first of all, stays.

    A message that is not here yet leaves an empty row behind, so that its words are not kept when they are told.
    """
    message, is_new = InboundMessage.objects.get_or_create(
        sender=sender,
        provider_id=target,
        defaults={
            "organisation": sender.organisation,
            "contact": by[0],
            "kind": TAKEN_BACK,
            "at": at,
            "received_at": now,
        },
    )
    if is_new or message.kind == TAKEN_BACK or message.contact_id not in {contact.pk for contact in by}:
        return
    InboundMessage.objects.filter(pk=message.pk).update(kind=TAKEN_BACK, text="", payload="")
    MediaFetch.objects.filter(message=message, state=MediaFetch.State.WAITING).update(
        state=MediaFetch.State.GIVEN_UP, problem="taken back", settled_at=now
    )
    actor = Actor.system(sender.organisation, "webhook inbox")
    record("message.taken_back", message, actor, now=now, kind=message.kind)
