"""What WhatsApp tells us of people: their own switch for marketing, and new addresses."""

from datetime import datetime

from accounts.actor import Actor
from accounts.models import Organisation
from audit.record import record
from messaging.consent.optouts import Stop, opt_back_in, opt_out
from messaging.contacts.identities import contacts_known_as, find_or_make, write_there_from_now_on
from messaging.inbox.events import Event
from messaging.inbox.inbound import addresses_of
from messaging.inbox.senders import Known
from messaging.models import Category, Channel, Contact, SuppressionReason
from messaging.whatsapp.webhooks import UserIdUpdateItem, UserPreferenceItem


def change_preference(item: UserPreferenceItem, event: Event, known: Known, now: datetime) -> None:
    """The switch for marketing inside WhatsApp: stop suppresses marketing there, resume is the person's own act.

    A stop without a time counts from when it was told; a resume without one may be older than the stop, and counts
    for nothing.
    """
    organisation = _organisation(item, event, known)
    if organisation is None:
        return
    actor = Actor.system(organisation, "webhook inbox")
    contacts = [one.pk for one in find_or_make(organisation, addresses_of(item.phone, item.user_id), now)]
    if item.value == "stop":
        said_at = min(item.at or event.received_at, now)
        stop = Stop(SuppressionReason.PROVIDER, "whatsapp setting", said_at, Channel.WHATSAPP, Category.MARKETING)
        opt_out(contacts, stop, actor, now)
    elif item.value == "resume" and item.at is not None:
        said_at = min(item.at, now)
        for contact in contacts:
            opt_back_in(contact, "whatsapp setting", said_at, actor, now, only=SuppressionReason.PROVIDER)


def change_address(item: UserIdUpdateItem, event: Event, known: Known, now: datetime) -> None:
    """A person goes by another id or number: the new address joins the old ones, so opt-outs keep following them, and
    what is sent goes to the new one.

    Of somebody who is not known by the old address yet both are noted: two changes may be told in the wrong order.
    """
    organisation = _organisation(item, event, known)
    before = addresses_of(item.previous_phone, item.previous_user_id)
    after = addresses_of(item.phone, item.user_id, item.parent_user_id)
    if organisation is None or not before:
        return
    for person in contacts_known_as(organisation, before) or find_or_make(organisation, before, now):
        find_or_make(organisation, after, now, beside=person)
        if kinds := write_there_from_now_on(person, _moved(item, person), now):
            record("contact.moved", person, Actor.system(organisation, "webhook inbox"), now=now, kinds=kinds)


def _moved(item: UserIdUpdateItem, person: Contact) -> dict[str, str]:
    """The new addresses in place of those that were written to until now. A change that is told again, after another
    one, finds neither of the old ones there.
    """
    has_left_id = bool(item.user_id) and person.bsuid == item.previous_user_id
    has_left_phone = person.phone == item.previous_phone if item.previous_phone else has_left_id
    moved = {"bsuid": item.user_id if has_left_id else "", "phone": item.phone if has_left_phone else ""}
    return {kind: value for kind, value in moved.items() if value and value != getattr(person, kind)}


def _organisation(item: UserPreferenceItem | UserIdUpdateItem, event: Event, known: Known) -> Organisation | None:
    """Whose person it is: of the number it was said to, else of the account."""
    if item.phone_number_id:
        sender = known.sender(event, item.phone_number_id)
        return sender.organisation if sender is not None else None
    account = known.account(event, item.waba_id)
    return account.organisation if account is not None else None
