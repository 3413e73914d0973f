"""sms_marketing.contacts.search, .contacts.get and .contacts.upsert."""

from datetime import datetime
from typing import Annotated, Any
from uuid import UUID

from pydantic import Field

from accounts.roles import CONFIGURATION
from approvals.contracts import Answer, Ask
from approvals.floors import When
from approvals.masking import Personal
from approvals.registry import Call, Kind, tool
from messaging.contacts.contract import ContactContract, ContactKept
from messaging.contacts.keeping import StillAsRead, keep_contact, needs_a_person
from messaging.contacts.versions import contact_token
from messaging.models import Channel, ConsentEvidence, Contact, Message, Status, Suppression
from messaging.paging import PageAnswer, page
from messaging.tools.consent import ConsentRecord, OptOut, opt_out_facts, record_facts
from messaging.tools.contacts import ContactRow, Phone, facts_of, find_with_facts, with_facts
from sms.contacts.keeping import CUSTOMS, plan_contact
from sms.contacts.searching import ON_SMS, SearchAsk, search

SHOWN = 10  # of a list inside one contact, the newest


class FoundContact(Answer):
    """As little of a person as lets somebody pick the right one: no name."""

    contact_id: Annotated[UUID, Field(description="Its id.")]
    phone: Annotated[Phone, Field(description="Their number (E.164); empty for somebody without one.")]
    country: Annotated[str, Field(description="Country of the number.")]
    language: Annotated[str, Field(description="Language code.")]
    tags: Annotated[list[str], Field(description="Tags.")]
    consents: Annotated[dict[str, str], Field(description="channel/category -> granted or withdrawn, for texts.")]
    opted_out: Annotated[bool, Field(description="Whether a standing no keeps texts from them.")]
    invalid: Annotated[bool, Field(description="Whether no text reaches the number.")]
    last_outbound_at: Annotated[datetime | None, Field(description="When we last wrote to them, on any channel.")]


class FoundPage(PageAnswer):
    contacts: Annotated[list[FoundContact], Field(description="Newest first.")]


@tool(
    "sms_marketing.contacts.search",
    kind=Kind.READ,
    scope="sms:read",
    reads_first=("sms_marketing.audiences.list",),
    safety="Shows as little of people as it can: no names, and numbers only to whoever may see personal data.",
)
def search_contacts(call: Call, ask: SearchAsk) -> FoundPage:
    """Find contacts by number, CRM key, segment, tag, order state, consent, opt-out or what was sent to them."""
    rows, cursor = page(with_facts(search(call, ask)), ask, by="created_at")
    return FoundPage(contacts=[_found(contact) for contact in rows], next_cursor=cursor)


def _found(contact: Contact) -> FoundContact:
    facts = facts_of(contact, ON_SMS)
    shown = {name: facts[name] for name in FoundContact.model_fields if name in facts}
    return FoundContact(**shown, invalid=contact.invalid_at is not None)


class SmsContactAsk(Ask):
    contact_id: Annotated[UUID, Field(description="An id of sms_marketing.contacts.search.")]


class RecentText(Answer):
    batch_id: Annotated[UUID, Field(description="The send: ask sms_marketing.delivery_status.get.")]
    name: Annotated[str, Field(description="Its name.")]
    status: Annotated[
        str, Field(description="queued, sending, unsure, closed, accepted, held, sent, failed, delivered or excluded.")
    ]
    at: Annotated[datetime, Field(description="When it was queued.")]


class Evidence(ConsentRecord):
    detail: Annotated[str, Personal("text"), Field(description="What proves it: their words, a form, a ticket.")]


class SmsContactDetail(ContactRow):
    crm_key: Annotated[str, Personal("identifier", unless=CONFIGURATION), Field(description="Its key in your CRM.")]
    attributes: Annotated[dict[str, Any], Personal("text"), Field(description="What else is known.")]
    invalid_at: Annotated[datetime | None, Field(description="When texts were found not to reach the number.")]
    evidence: Annotated[list[Evidence], Field(description="The last ten acts of consent for texts, newest first.")]
    opt_outs: Annotated[list[OptOut], Field(description="The last ten noes to texts, also lifted ones, newest first.")]
    recent_texts: Annotated[list[RecentText], Field(description="The last ten texts to them.")]
    came_from: Annotated[str, Field(description="The import or entry that brought or last changed it; empty if none.")]
    created_at: Annotated[datetime, Field(description="Since when we know them.")]
    updated_at: Annotated[datetime, Field(description="When it was last changed.")]
    version_token: Annotated[
        str, Field(description="Pass it as base_version_token to edit; an opt-out in between makes it stale.")
    ]


@tool(
    "sms_marketing.contacts.get",
    kind=Kind.READ,
    scope="sms:read",
    reads_first=("sms_marketing.contacts.search",),
    safety="Edits have to pass contact_id and the version_token read here, so that none goes over a newer opt-out.",
    untrusted="names",
)
def get_sms_contact(call: Call, ask: SmsContactAsk) -> SmsContactDetail:
    """Read one contact: number, evidence of consent, opt-outs, language, region, texts sent, and its version."""
    contact = find_with_facts(call, ask.contact_id, "sms_marketing.contacts.search")
    evidence = ConsentEvidence.objects.filter(contact=contact, channel__in=ON_SMS).select_related("contact")
    noes = Suppression.objects.filter(contact=contact, channel__in=ON_SMS).select_related("contact")
    texts = Message.objects.filter(contact=contact, sender__channel=Channel.SMS).select_related("send")
    return SmsContactDetail(
        **facts_of(contact, ON_SMS),
        crm_key=contact.crm_id,
        attributes=contact.attributes,
        invalid_at=contact.invalid_at,
        evidence=[
            Evidence(**record_facts(one), detail=one.detail) for one in evidence.order_by("-occurred_at", "-pk")[:SHOWN]
        ],
        opt_outs=[OptOut(**opt_out_facts(one)) for one in noes.order_by("-at", "-pk")[:SHOWN]],
        recent_texts=[_recent(one) for one in texts.order_by("-pk")[:SHOWN]],
        came_from=contact.import_batch.name if contact.import_batch else "",
        created_at=contact.created_at,
        updated_at=contact.updated_at,
        version_token=contact_token(contact),
    )


def _recent(message: Message) -> RecentText:
    status = Status(message.status).name.lower()
    return RecentText(batch_id=message.send_id, name=message.send.name, status=status, at=message.queued_at)


@tool(
    "sms_marketing.contacts.upsert",
    kind=Kind.WRITE,
    scope="sms:request",
    reads_first=("sms_marketing.contacts.get", "sms_marketing.contacts.search"),
    plan=plan_contact,
    approval=When(needs_a_person),
    guards=(StillAsRead(CUSTOMS),),
    spends=False,
    safety="No number is kept without evidence of consent; nobody who said no comes back by it.",
)
def upsert_contact(call: Call, contract: ContactContract) -> ContactKept:
    """Make or edit one contact. A person decides about new numbers, consent and keys of other systems.

    Many at once are an import.
    """
    return keep_contact(call, contract, CUSTOMS)
