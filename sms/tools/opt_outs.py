"""sms_marketing.opt_outs.list and sms_marketing.contacts.opt_out."""

from datetime import datetime
from typing import Annotated, Literal
from uuid import UUID

from pydantic import Field

from approvals.contracts import Answer
from approvals.floors import Never
from approvals.masking import Personal
from approvals.registry import Call, Kind, tool
from messaging.contacts.finding import e164_of
from messaging.models import Contact
from messaging.paging import PageAnswer, page
from messaging.tools.consent import OptOut, OptOutsAsk, opt_out_facts, opt_outs
from messaging.tools.contacts import Phone
from sms.contacts import opting_out
from sms.contacts.opting_out import OptedOut, OptOutContract
from sms.contacts.searching import ON_SMS


class SmsOptOutsAsk(OptOutsAsk):
    phone: Annotated[str, Field(max_length=40, description="Only this number, in any spelling.")] = ""
    list_of: Annotated[
        Literal["opt_outs", "invalid_numbers"],
        Field(description="opt_outs: STOP, blocks, complaints, requests. invalid_numbers: those no text can reach."),
    ] = "opt_outs"


class SmsOptOut(OptOut):
    phone: Annotated[Phone, Field(description="The number that gets nothing; empty for somebody without one.")]


class InvalidNumber(Answer):
    contact_id: Annotated[UUID, Field(description="The contact.")]
    phone: Annotated[str, Personal("phone"), Field(description="The number that texts do not reach.")]
    at: Annotated[datetime, Field(description="When that was found.")]


class SmsOptOutsPage(PageAnswer):
    opt_outs: Annotated[list[SmsOptOut], Field(description="Newest first; empty when invalid numbers are asked for.")]
    invalid_numbers: Annotated[list[InvalidNumber], Field(description="Newest first; empty when opt-outs are.")]


@tool(
    "sms_marketing.opt_outs.list",
    kind=Kind.READ,
    scope="sms:read",
    reads_first=("sms_marketing.config.get",),
    safety="Nobody on this list gets a campaign or an automation, whatever asks for it.",
)
def list_sms_opt_outs(call: Call, ask: SmsOptOutsAsk) -> SmsOptOutsPage:
    """List who gets no texts: STOP words, requests, blocks, complaints, earlier opt-outs, and invalid numbers."""
    phone = e164_of(call, ask.phone) if ask.phone else ""
    if ask.list_of == "invalid_numbers":
        return _invalid_numbers(call, ask, phone)
    noes = opt_outs(call, ask).filter(channel__in=ON_SMS)
    if phone:
        noes = noes.filter(contact__identities__kind="phone", contact__identities__value=phone)
    rows, cursor = page(noes, ask, by="at")
    found = [SmsOptOut(**opt_out_facts(row), phone=row.contact.phone or "") for row in rows]
    return SmsOptOutsPage(opt_outs=found, invalid_numbers=[], next_cursor=cursor)


def _invalid_numbers(call: Call, ask: SmsOptOutsAsk, phone: str) -> SmsOptOutsPage:
    contacts = Contact.objects.filter(organisation=call.organisation, invalid_at__isnull=False, phone__isnull=False)
    if ask.contact_id:
        contacts = contacts.filter(key=ask.contact_id)
    if phone:
        contacts = contacts.filter(phone=phone)
    rows, cursor = page(contacts, ask, by="invalid_at")
    found = [
        InvalidNumber(contact_id=one.key, phone=one.phone, at=one.invalid_at)
        for one in rows
        if one.phone is not None and one.invalid_at is not None
    ]
    return SmsOptOutsPage(opt_outs=[], invalid_numbers=found, next_cursor=cursor)


@tool(
    "sms_marketing.contacts.opt_out",
    kind=Kind.WRITE,
    scope="sms:request",
    scope_of_a_no="sms:opt_out",
    reads_first=("sms_marketing.contacts.get",),
    plan=opting_out.plan_opt_out,
    approval=Never(),
    spends=False,
    safety="Counts at once, for every address of the person; the evidence is never removed, and nothing delays it.",
)
def opt_out_contact(call: Call, contract: OptOutContract) -> OptedOut:
    """Write down that somebody wants no texts any more: who, where, when and in which words. Waits for nobody."""
    return opting_out.carry_out_opt_out(call, contract)
