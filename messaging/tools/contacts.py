"""whatsapp.contacts.list, whatsapp.contact.get and whatsapp.contact.upsert."""

from collections.abc import Collection
from datetime import datetime
from typing import Annotated, Any, Final
from uuid import UUID

from django.db.models import Prefetch, QuerySet
from django.utils.translation import gettext_lazy as _
from pydantic import Field

from accounts.roles import CONFIGURATION
from approvals.contracts import Answer, Ask
from approvals.floors import When
from approvals.masking import Personal
from approvals.registry import Call, Kind, tool
from messaging.contacts import planning
from messaging.contacts.contract import ChannelCustoms, ContactContract, ContactKept, ContactWish, WhatsAppContactAsk
from messaging.contacts.finding import find_contact
from messaging.contacts.keeping import StillAsRead, keep_contact, needs_a_person
from messaging.contacts.last_written import with_last_outbound
from messaging.contacts.searching import EVERYWHERE, ContactsAsk, narrowed
from messaging.contacts.versions import contact_token
from messaging.models import Channel, ConsentState, Contact, Message, Suppression
from messaging.paging import PageAnswer, page

Phone = Annotated[str, Personal("phone")]
PersonName = Annotated[str, Personal("name")]


class ContactRow(Answer):
    contact_id: Annotated[UUID, Field(description="Its id.")]
    name: Annotated[PersonName, Field(description="Their name.")]
    phone: Annotated[Phone, Field(description="Their number (E.164); empty when only known by user id.")]
    country: Annotated[str, Field(description="Country of the number.")]
    language: Annotated[str, Field(description="Language code.")]
    tags: Annotated[list[str], Field(description="Tags.")]
    consents: Annotated[dict[str, str], Field(description="channel/category -> granted or withdrawn.")]
    opted_out: Annotated[bool, Field(description="Whether a standing no keeps them out of something.")]
    last_inbound_at: Annotated[datetime | None, Field(description="When they last wrote to us.")]
    last_outbound_at: Annotated[datetime | None, Field(description="When we last wrote to them.")]


class ContactsPage(PageAnswer):
    contacts: Annotated[list[ContactRow], Field(description="Newest first.")]


@tool(
    "whatsapp.contacts.list",
    kind=Kind.READ,
    scope="whatsapp:read",
    reads_first=("whatsapp.config.get",),
    safety="Numbers and names are masked unless you may see personal data.",
    untrusted="names",
)
def list_contacts(call: Call, ask: ContactsAsk) -> ContactsPage:
    """Find contacts by number, tag, country, language, opt-out or a segment rule, with consent and last contact."""
    rows, cursor = page(with_facts(narrowed(call, ask, Channel.WHATSAPP)), ask, by="created_at")
    return ContactsPage(contacts=[ContactRow(**facts_of(contact)) for contact in rows], next_cursor=cursor)


def with_facts(contacts: QuerySet[Contact]) -> QuerySet[Contact]:
    """The contacts with all that `facts_of` tells."""
    standing = Suppression.objects.filter(lifted_at=None)
    standing_ones = Prefetch("suppressions", queryset=standing, to_attr="standing")
    return with_last_outbound(contacts).prefetch_related("consent_states", standing_ones)


def facts_of(contact: Contact, reach: Collection[str] = EVERYWHERE) -> dict[str, Any]:
    """The fields of `ContactRow`, with consent and opt-outs on these channels."""
    states: list[ConsentState] = [one for one in contact.consent_states.all() if one.channel in reach]
    return {
        "contact_id": contact.key,
        "name": contact.name,
        "phone": contact.phone or "",
        "country": contact.country,
        "language": contact.language,
        "tags": contact.tags,
        "consents": {f"{state.channel}/{state.category}": state.state for state in states},
        "opted_out": any(no.channel in reach for no in contact.standing),  # type: ignore[attr-defined]
        "last_inbound_at": contact.last_inbound_at,
        "last_outbound_at": contact.last_outbound_at,  # type: ignore[attr-defined]
    }


class ContactAsk(Ask):
    contact_id: Annotated[UUID, Field(description="An id of whatsapp.contacts.list.")]


class IdentityRow(Answer):
    kind: Annotated[str, Field(description="phone, wa_id, bsuid or parent_bsuid.")]
    value: Annotated[str, Personal("identifier"), Field(description="The address.")]


class RecentMessage(Answer):
    template: Annotated[str, Field(description="The template's name.")]
    status: Annotated[str, Field(description="What became of it.")]
    at: Annotated[datetime, Field(description="When it was queued.")]


class ContactDetail(ContactRow):
    crm_id: Annotated[str, Personal("identifier", unless=CONFIGURATION), Field(description="Its id in your CRM.")]
    attributes: Annotated[dict[str, Any], Personal("text"), Field(description="What else is known.")]
    identities: Annotated[list[IdentityRow], Field(description="Every address we know the person by.")]
    opt_outs: Annotated[list[str], Field(description="Standing noes: channel/category: reason.")]
    recent_messages: Annotated[list[RecentMessage], Field(description="The last ten messages to them.")]
    inbound_messages: Annotated[int, Field(description="How many messages they have written to us.")]
    created_at: Annotated[datetime, Field(description="Since when we know them.")]
    version_token: Annotated[
        str, Field(description="Pass it as base_version_token to edit; an opt-out in between makes it stale.")
    ]


@tool(
    "whatsapp.contact.get",
    kind=Kind.READ,
    scope="whatsapp:read",
    reads_first=("whatsapp.contacts.list",),
    safety="Only your own organisation's contacts, and only what their channel's consent covers.",
    untrusted="names",
)
def get_contact(call: Call, ask: ContactAsk) -> ContactDetail:
    """Read one contact: addresses, consent, opt-outs, attributes, CRM link and what was sent to them lately."""
    contact = find_with_facts(call, ask.contact_id, "whatsapp.contacts.list")
    recent = Message.objects.filter(contact=contact).select_related("translation__template").order_by("-pk")[:10]
    standing: list[Suppression] = contact.standing  # type: ignore[attr-defined]
    return ContactDetail(
        **facts_of(contact),
        crm_id=contact.crm_id,
        attributes=contact.attributes,
        identities=[IdentityRow(kind=one.kind, value=one.value) for one in contact.identities.order_by("kind")],
        opt_outs=[f"{one.channel}/{one.category}: {one.reason}" for one in standing],
        recent_messages=[_recent(message) for message in recent],
        inbound_messages=contact.inbound.count(),
        created_at=contact.created_at,
        version_token=contact_token(contact),
    )


def find_with_facts(call: Call, key: UUID, where: str) -> Contact:
    """One of the organisation's contacts with its facts; raises Refused where there is none."""
    return find_contact(key, call.organisation, _("Use an id of %s.") % where, with_facts(Contact.objects.all()))


def _recent(message: Message) -> RecentMessage:
    template = message.translation.template.name if message.translation else ""
    return RecentMessage(template=template, status=message.get_status_display(), at=message.queued_at)


CUSTOMS: Final = ChannelCustoms(Channel.WHATSAPP, "whatsapp.contacts.list", needs_consent=False, may_renumber=True)


def plan_contact(call: Call, ask: WhatsAppContactAsk) -> ContactContract:
    """The contact as it would be kept, without a word on consent. Raises Refused with every reason against it."""
    said = ask.model_dump(exclude={"crm_key"})
    return planning.plan_contact(call, ContactWish(**said, crm_id=ask.crm_key, as_of=call.now), CUSTOMS)


@tool(
    "whatsapp.contact.upsert",
    kind=Kind.WRITE,
    scope="whatsapp:request",
    reads_first=("whatsapp.contact.get", "whatsapp.contacts.list"),
    plan=plan_contact,
    approval=When(needs_a_person),
    guards=(StillAsRead(CUSTOMS),),
    spends=False,
    safety="Finds people by their number however it is written, and leaves consent and opt-outs as they are.",
)
def upsert_contact(call: Call, contract: ContactContract) -> ContactKept:
    """Make or edit one contact: names, number, CRM link, tags, language, preferences. A person decides about new
    numbers, other numbers and CRM links.

    Who is made by it has agreed to nothing yet. Many at once are an import.
    """
    return keep_contact(call, contract, CUSTOMS)
