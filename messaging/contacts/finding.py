"""Finding a contact by what somebody outside names it with: the key that goes out as its id, or a number."""

from uuid import UUID

from django.db.models import QuerySet
from django.utils.functional import Promise
from django.utils.translation import gettext_lazy as _

from accounts.models import Organisation
from approvals.reasons import Reason, Refused
from approvals.registry import Call
from messaging.models import Contact
from messaging.phones import BadPhone, normalise


def find_contact(
    key: UUID, organisation: Organisation, fix: str | Promise, among: QuerySet[Contact] | None = None
) -> Contact:
    """The organisation's contact with this key. Raises Refused with `fix` where there is none.

    `among` are contacts with what is to be read along with them.
    """
    contacts = Contact.objects.all() if among is None else among
    contact = contacts.filter(organisation=organisation, key=key).first()
    if contact is None:
        raise Refused(Reason("contact_not_found", _("There is no such contact."), fix, "contact_id"))
    return contact


def e164_of(call: Call, raw: str) -> str:
    """A number in any spelling as E.164. Raises Refused."""
    try:
        return normalise(raw, call.organisation.default_country).e164
    except BadPhone as bad:
        raise Refused(Reason("invalid_phone", bad.text, _("Write it with country code: +852 …"), "phone")) from None
