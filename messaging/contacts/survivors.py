"""Who a contact is now. One that was merged away stays as an empty shell; whoever still has its id means the person."""

from messaging.consent.optouts import whole_person
from messaging.models import Contact


def survivor_of(contact: Contact) -> Contact:
    """The contact that a person is known by now: itself, or the one it was merged into, however often."""
    if contact.phone or contact.bsuid:  # a shell has let go of its addresses
        return contact
    people = Contact.objects.filter(pk__in=whole_person(contact.pk)).exclude(phone=None, bsuid=None)
    return people.order_by("pk").first() or contact
