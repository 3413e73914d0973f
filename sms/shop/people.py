"""Whom a report of the shop speaks of."""

from typing import Annotated
from uuid import UUID

from django.utils.translation import gettext_lazy as _
from pydantic import Field

from accounts.models import Organisation
from approvals.contracts import Ask
from approvals.reasons import Reason, Refused
from messaging.contacts.finding import find_contact
from messaging.contacts.identities import contacts_known_as
from messaging.contacts.survivors import survivor_of
from messaging.models import Contact, IdentityKind
from messaging.phones import BadPhone, normalise


class AboutSomebody(Ask):
    """Names a person by one of two. The phone is looked up and not kept."""

    contact_id: Annotated[UUID | None, Field(description="The contact's id, where the shop knows it.")] = None
    phone: Annotated[str, Field(max_length=40, description="Or the phone of the order, with its country code.")] = ""


def person_of(ask: AboutSomebody, organisation: Organisation) -> Contact | None:
    """The contact that is meant, as the person is known now; None for a phone that nobody is known by, and where nobody
    was named.

    Raises Refused for an id that is nobody's of this organisation, and for what is no phone number.
    """
    if ask.contact_id is not None:
        found = find_contact(ask.contact_id, organisation, _("Use an id of this organisation, or the phone."))
        return survivor_of(found)
    if not ask.phone:
        return None
    try:
        phone = normalise(ask.phone, "").e164
    except BadPhone as bad:
        raise Refused(Reason(bad.code, bad.text, bad.fix, "phone")) from None
    return next(iter(contacts_known_as(organisation, {IdentityKind.PHONE: phone})), None)
