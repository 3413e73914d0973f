"""Whom a flat tool is about: a person by their number, with or without its +, on the one channel there is."""

import re
from typing import Annotated

from django.utils.translation import gettext as _
from pydantic import AfterValidator, Field

from approvals.contracts import Answer, Ask
from approvals.masking import Personal
from approvals.reasons import Reason, Refused
from approvals.registry import Call
from messaging.contacts.identities import contacts_known_as
from messaging.models import Channel, Contact, IdentityKind
from messaging.phones import BadPhone, normalise

# A number as people write it, or a business-scoped user id (country, dot, letters and digits).
_CUSTOMER = r"^(\+?[0-9][0-9 ()-]{4,24}|[A-Z]{2}\.[A-Za-z0-9.]{1,150})$"


def _is_known_channel(channel: str) -> str:
    if channel != Channel.WHATSAPP:
        words = {"channel": channel[:20], "known": str(Channel.WHATSAPP)}
        raise ValueError(_("There is no channel “%(channel)s” here, only “%(known)s”.") % words)
    return channel


CustomerId = Annotated[
    str,
    Field(pattern=_CUSTOMER, description="The customer's number with its country code; a + in front is welcome."),
]
# What answers say: digits alone.
CustomerNumber = Annotated[
    str,
    Personal("phone"),
    Field(description="The customer's number, digits only; the user id of somebody who has no number."),
]
ChannelName = Annotated[str, AfterValidator(_is_known_channel), Field(description="whatsapp: there is no other yet.")]


class ChannelAsk(Ask):
    channel: ChannelName = "whatsapp"


class CustomerAsk(ChannelAsk):
    customer_id: CustomerId


class CustomerAnswer(Answer):
    customer_id: CustomerNumber
    channel: Annotated[str, Field(description="whatsapp.")] = "whatsapp"


def find_customer(call: Call, customer_id: str, field: str = "customer_id") -> Contact:
    """The organisation's contact with this number, however it is written, or with this user id.

    Raises Refused naming the argument `field`; another tenant's customer is as unknown as nobody's.
    """
    known = contacts_known_as(call.organisation, _addresses(customer_id))
    if not known:
        raise Refused(
            Reason(
                "customer_not_found",
                _("There is no such customer."),
                _("Give the number with its country code, as list_conversations or whatsapp.contacts.list has it."),
                field,
            )
        )
    return known[0]


def customer_number(contact: Contact) -> str:
    """What answers call this customer."""
    return (contact.phone or "").lstrip("+") or contact.bsuid or ""


def _addresses(customer_id: str) -> dict[str, str]:
    digits = re.sub(r"\D", "", customer_id)
    if not customer_id[0].isdigit() and customer_id[0] != "+":
        return {IdentityKind.BSUID: customer_id}
    try:
        # A country code is asked for, so these are never read as a number of the organisation's own country.
        phone = normalise(customer_id if digits.startswith("00") else f"+{digits}", "").e164
    except BadPhone:
        return {IdentityKind.WA_ID: digits}
    return {IdentityKind.PHONE: phone, IdentityKind.WA_ID: digits}
