"""What customers write: kept once, heard for stop and start, and counted as a reply. Their words are never
instructions.
"""

from datetime import datetime, timedelta

from django.db.models import F, Q
from django.db.models.functions import Coalesce, Greatest

from accounts.actor import Actor
from audit.record import record
from messaging.consent.optouts import Stop, opt_back_in, opt_out
from messaging.contacts.identities import Addresses, find_or_make
from messaging.inbox.events import Event
from messaging.inbox.items import InboundItem
from messaging.inbox.senders import Known
from messaging.models import (
    Category,
    Channel,
    Contact,
    InboundMessage,
    Message,
    Sender,
    SuppressionReason,
)
from messaging.phones import BadPhone, normalise
from messaging.stopwords import Intent, classify
from messaging.whatsapp.automation.turns import await_turn
from messaging.whatsapp.conversations.arriving import hear, lay_beside
from messaging.whatsapp.conversations.taking_back import NOTICE, TAKEN_BACK, take_back
from messaging.whatsapp.media.arriving import note_media

# An answer later than this is no longer counted for a message, unless it quotes it.
REPLY_WITHIN = timedelta(hours=72)
# Changes something that was written before: somebody should look, but no window opens anew.
_NO_NEW_WORD = frozenset({"edit", TAKEN_BACK})


def take_in(item: InboundItem, event: Event, known: Known, now: datetime) -> None:
    sender = known.sender(event, item.sender_ref)
    if sender is None:
        return
    addresses = addresses_of(item.from_phone, item.user_id, item.parent_user_id)
    name, country = item.profile_name[:200], _country(item.from_phone)
    contacts = find_or_make(sender.organisation, addresses, now, name=name, country=country)
    said_at = min(item.at, now)  # a time in the future must not outlast every later word of the person
    if item.kind == TAKEN_BACK and item.target_id:
        take_back(item.target_id, contacts, sender, said_at, now)
        return
    # What WhatsApp itself puts into the chat is nobody's word.
    intent = Intent.NONE if item.kind == NOTICE else intent_of(item)
    message, is_new = InboundMessage.objects.get_or_create(
        sender=sender,
        provider_id=item.provider_id,
        defaults={
            "organisation": sender.organisation,
            "contact": contacts[0],
            "kind": item.kind[:24],
            "text": item.text,
            "payload": (item.payload or item.title)[:300],
            "intent": "" if intent is Intent.NONE else intent.value,
            "in_reply_to": (item.reply_to or item.target_id)[:255],
            "at": said_at,
            "received_at": event.received_at,
        },
    )
    ids = [contact.pk for contact in contacts]
    if not is_new:
        if message.kind == TAKEN_BACK and intent is not Intent.START:  # told after it was taken back: a no still is one
            _hear(intent, ids, f"{sender.channel} message", said_at, _inbox(sender), now)
        return
    if item.kind == NOTICE:
        lay_beside(message)
        return
    Contact.objects.filter(pk__in=ids).update(
        last_inbound_at=Greatest(Coalesce(F("last_inbound_at"), said_at), said_at)
    )
    if item.username:  # the newest word counts: what is told late says what they were called then
        Contact.objects.filter(pk=contacts[0].pk, last_inbound_at__lte=said_at).update(username=item.username)
    _count_reply(sender, contacts[0], item.reply_to, said_at)
    _hear(intent, ids, f"{sender.channel} message", said_at, _inbox(sender), now)
    if sender.channel == Channel.WHATSAPP:  # last: everybody locks people and messages before conversations
        if item.kind in _NO_NEW_WORD and lay_beside(message, unread=1):
            return
        hear(message, now, came_by_ad=item.came_by_ad)
        if item.media is not None:
            note_media(message, item.media, now)
        await_turn(message)


def _inbox(sender: Sender) -> Actor:
    return Actor.system(sender.organisation, "webhook inbox")


def intent_of(item: InboundItem) -> Intent:
    """What a message says of being written to; a tapped button counts as its label being said."""
    return classify(" ".join(filter(None, (item.text, item.title or item.payload))))


def addresses_of(phone: str, user_id: str, parent_user_id: str = "") -> Addresses:
    """The addresses that a webhook names a person by."""
    known = {"phone": phone, "wa_id": phone.removeprefix("+"), "bsuid": user_id, "parent_bsuid": parent_user_id}
    return {kind: value for kind, value in known.items() if value}


def _country(phone: str) -> str:
    try:
        return normalise(phone, "ZZ").region if phone else ""
    except BadPhone:
        return ""


def _hear(intent: Intent, contacts: list[int], source: str, said_at: datetime, actor: Actor, now: datetime) -> None:
    """A stop counts for every contact the addresses name; an unclear one holds marketing until somebody has read it."""
    if intent is Intent.STOP:
        opt_out(contacts, Stop(SuppressionReason.STOP, source, said_at), actor, now)
    elif intent is Intent.UNCLEAR:
        held = Stop(SuppressionReason.REQUEST, f"unclear {source}", said_at, Channel.ANY, Category.MARKETING)
        opt_out(contacts, held, actor, now)
    elif intent is Intent.START:
        for contact in contacts:
            opt_back_in(contact, source, said_at, actor, now)
        record("contact.said_start", Contact(pk=contacts[0]), actor, now=now)


def _count_reply(sender: Sender, contact: Contact, quoted: str, said_at: datetime) -> None:
    """Credit the message that is quoted, else the last one handed over to this person within three days."""
    mine = Message.objects.filter(contact=contact, sender=sender, replied_at=None)
    if quoted and mine.filter(provider_id=quoted).update(replied_at=said_at):
        return
    lately = Q(handed_at__lte=said_at + timedelta(minutes=5), handed_at__gt=said_at - REPLY_WITHIN)
    last = mine.filter(lately).order_by("-handed_at").values_list("pk", flat=True).first()
    if last is not None:
        Message.objects.filter(pk=last).update(replied_at=said_at)
