"""What WhatsApp tells us of people: their own switch for marketing, and new addresses."""

from datetime import datetime

from accounts.actor import Actor
from messaging.consent.optouts import Stop, opt_back_in, opt_out
from messaging.contacts.identities import contacts_known_as, find_or_make
from messaging.inbox.events import Event
from messaging.inbox.inbound import addresses_of
from messaging.inbox.senders import Known
from messaging.models import Category, Channel, SuppressionReason
from messaging.whatsapp.webhooks import UserIdUpdateItem, UserPreferenceItem


def change_preference(item: UserPreferenceItem, event: Event, known: Known, now: datetime) -> None:
    """The switch for marketing inside WhatsApp: stop suppresses marketing there, resume is the person's own act."""
    sender = known.sender(event, item.phone_number_id)
    if sender is None:
        return
    actor = Actor.system(sender.organisation, "webhook inbox")
    contacts = [one.pk for one in find_or_make(sender.organisation, addresses_of(item.phone, item.user_id), now)]
    said_at = min(item.at, now)
    if item.value == "stop":
        stop = Stop(SuppressionReason.PROVIDER, "whatsapp setting", said_at, Channel.WHATSAPP, Category.MARKETING)
        opt_out(contacts, stop, actor, now)
    elif item.value == "resume":
        for contact in contacts:
            opt_back_in(contact, "whatsapp setting", said_at, actor, now, only=SuppressionReason.PROVIDER)


def change_address(item: UserIdUpdateItem, event: Event, known: Known, now: datetime) -> None:
    """A person goes by another id or number: the new address joins the old ones, so opt-outs keep following them."""
    sender = known.sender(event, item.phone_number_id)
    if sender is None:
        return
    before = addresses_of(item.previous_phone, item.previous_user_id)
    after = addresses_of(item.phone, item.user_id)
    for person in contacts_known_as(sender.organisation, before) if before else []:
        find_or_make(sender.organisation, after, now, beside=person)
