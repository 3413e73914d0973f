"""What leaves from the phone app beside us: written down as outbound that nobody approved, and told to the team.

It went past the gate before we heard of it, so nothing can be refused any more; it opens no way for anything of ours.
"""

from datetime import datetime
from typing import Final

from accounts.actor import Actor
from audit.record import record
from messaging.consent.optouts import has_said_no
from messaging.contacts.identities import find_or_make
from messaging.inbox.events import Event
from messaging.inbox.inbound import addresses_of
from messaging.inbox.senders import Known
from messaging.models import Category, Conversation, PhoneEcho
from messaging.whatsapp.conversations.answering import note_answer
from messaging.whatsapp.webhooks import EchoItem

# These answer nobody.
_NO_ANSWER: Final = frozenset({"reaction", "edit", "revoke", "system"})


def write_down(item: EchoItem, event: Event, known: Known, now: datetime) -> None:
    sender = known.sender(event, item.sender_ref)
    if sender is None:
        return
    contact = find_or_make(sender.organisation, addresses_of(item.phone, item.user_id), now)[0]
    sent_at = min(item.at, now)
    echo, is_new = PhoneEcho.objects.get_or_create(
        sender=sender,
        provider_id=item.provider_id,
        defaults={
            "organisation": sender.organisation,
            "contact": contact,
            "kind": item.kind[:24],
            "text": item.text,
            "target": item.target_id,
            "after_a_no": has_said_no(contact, sender.channel, Category.SERVICE),
            "at": sent_at,
            "received_at": event.received_at,
        },
    )
    if not is_new:
        return
    actor = Actor.system(sender.organisation, "webhook inbox")
    record("message.by_phone", echo, actor, now=now, kind=echo.kind, after_a_no=echo.after_a_no)
    conversation = Conversation.objects.filter(sender=sender, contact=contact, state=Conversation.State.OPEN).first()
    if conversation is not None and item.kind not in _NO_ANSWER:
        note_answer(conversation, sent_at, is_automatic=False)
