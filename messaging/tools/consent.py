"""whatsapp.consent_records.list, whatsapp.opt_outs.list and whatsapp.consent.update."""

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import datetime
from typing import Annotated, Literal
from uuid import UUID

from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy
from pydantic import AwareDatetime, Field

from approvals.contracts import Answer, Ask, Contract
from approvals.floors import When
from approvals.reasons import Reason, refuse_if_any
from approvals.registry import Call, Kind, tool
from audit.record import record
from messaging.consent.evidence import Act, write_down
from messaging.consent.optouts import Stop, lock_contacts, opt_back_in, opt_out
from messaging.models import Channel, ConsentAct, ConsentEvidence, Contact, Suppression, SuppressionReason
from messaging.tools.paging import PageAnswer, PageAsk, page

# Until this many people in one call, a consent somebody gave is a clerk's entry; above it is a bulk change.
BULK_FROM = 2

CategoryName = Literal["marketing", "utility", "authentication", "service", "any"]


class ConsentRecordsAsk(PageAsk):
    contact_id: Annotated[UUID | None, Field(description="Only this contact's.")] = None
    category: Annotated[CategoryName | None, Field(description="Only for this message category.")] = None
    act: Annotated[ConsentAct | None, Field(description="Only granted, or only withdrawn.")] = None


class ConsentRecord(Answer):
    contact_id: Annotated[UUID, Field(description="The contact.")]
    channel: Annotated[str, Field(description="whatsapp, sms or any.")]
    category: Annotated[str, Field(description="The message category it speaks of.")]
    act: Annotated[str, Field(description="granted or withdrawn.")]
    source: Annotated[str, Field(description="Where the customer did it.")]
    occurred_at: Annotated[datetime, Field(description="When the customer did it.")]
    recorded_at: Annotated[datetime, Field(description="When it was written down.")]
    customers_own_act: Annotated[bool, Field(description="Whether it was the customer's own verified act.")]


class ConsentRecordsPage(PageAnswer):
    records: Annotated[list[ConsentRecord], Field(description="Evidence, newest first. Nothing is ever removed.")]


@tool(
    "whatsapp.consent_records.list",
    kind=Kind.READ,
    scope="whatsapp:read",
    reads_first=("whatsapp.contacts.list",),
    safety="This record decides who may be written to; no send can go round it.",
)
def list_consent_records(call: Call, ask: ConsentRecordsAsk) -> ConsentRecordsPage:
    """List the evidence of consent: who agreed or took it back, where, when and for which messages."""
    evidence = ConsentEvidence.objects.filter(
        organisation=call.organisation, channel__in=(Channel.WHATSAPP, Channel.ANY)
    )
    if ask.contact_id:
        evidence = evidence.filter(contact__key=ask.contact_id)
    if ask.category:
        evidence = evidence.filter(category=ask.category)
    if ask.act:
        evidence = evidence.filter(act=ask.act)
    rows, cursor = page(evidence.select_related("contact"), ask, by="recorded_at")
    return ConsentRecordsPage(records=[_record(row) for row in rows], next_cursor=cursor)


def _record(row: ConsentEvidence) -> ConsentRecord:
    return ConsentRecord(
        contact_id=row.contact.key,
        channel=row.channel,
        category=row.category,
        act=row.act,
        source=row.source,
        occurred_at=row.occurred_at,
        recorded_at=row.recorded_at,
        customers_own_act=row.customers_own_act,
    )


class OptOutsAsk(PageAsk):
    contact_id: Annotated[UUID | None, Field(description="Only this contact's.")] = None
    reason: Annotated[SuppressionReason | None, Field(description="Only for this reason.")] = None
    lifted: Annotated[bool, Field(description="Also those that the customer has lifted since.")] = False


class OptOut(Answer):
    contact_id: Annotated[UUID, Field(description="The contact.")]
    channel: Annotated[str, Field(description="whatsapp, sms or any.")]
    category: Annotated[str, Field(description="The message category it reaches; any is all of them.")]
    reason: Annotated[str, Field(description="stop, provider, blocked, complaint, request or imported.")]
    source: Annotated[str, Field(description="Where we learnt of it.")]
    at: Annotated[datetime, Field(description="Since when.")]
    lifted_at: Annotated[datetime | None, Field(description="When the customer's own act lifted it.")]


class OptOutsPage(PageAnswer):
    opt_outs: Annotated[list[OptOut], Field(description="Newest first.")]


@tool(
    "whatsapp.opt_outs.list",
    kind=Kind.READ,
    scope="whatsapp:read",
    reads_first=("whatsapp.consent_records.list",),
    safety="Everybody on this list is left out of every send before and during sending.",
)
def list_opt_outs(call: Call, ask: OptOutsAsk) -> OptOutsPage:
    """List who must not be written to: STOP words, blocks, complaints, opt-outs in WhatsApp and earlier ones."""
    suppressions = Suppression.objects.filter(organisation=call.organisation)
    if ask.contact_id:
        suppressions = suppressions.filter(contact__key=ask.contact_id)
    if ask.reason:
        suppressions = suppressions.filter(reason=ask.reason)
    if not ask.lifted:
        suppressions = suppressions.filter(lifted_at=None)
    rows, cursor = page(suppressions.select_related("contact"), ask, by="at")
    return OptOutsPage(opt_outs=[_opt_out(row) for row in rows], next_cursor=cursor)


def _opt_out(row: Suppression) -> OptOut:
    return OptOut(
        contact_id=row.contact.key,
        channel=row.channel,
        category=row.category,
        reason=row.reason,
        source=row.source,
        at=row.at,
        lifted_at=row.lifted_at,
    )


class ConsentAsk(Ask):
    contact_ids: Annotated[list[UUID], Field(min_length=1, max_length=1000, description="Whose consent changes.")]
    change: Annotated[
        Literal["grant", "withdraw", "opt_out", "block", "opt_in"],
        Field(
            description="grant, withdraw: consent for one category. opt_out, block: nothing is sent any more, at once."
            " opt_in: lifts an opt-out and needs the customer's own verified act."
        ),
    ]
    category: Annotated[
        CategoryName, Field(description="The message category; for opt_out and block any is usual.")
    ] = "any"
    channel: Annotated[Channel, Field(description="whatsapp, sms or any.")] = Channel.WHATSAPP
    source: Annotated[
        str, Field(min_length=3, max_length=120, description="Where the customer did it: a form, a call, a page.")
    ]
    evidence: Annotated[str, Field(max_length=500, description="What proves it: form id, recording, ticket.")] = ""
    occurred_at: Annotated[AwareDatetime, Field(description="When the customer did it, with a time zone.")]
    customers_own_act: Annotated[
        bool, Field(description="Whether the customer did it themselves and it was verified.")
    ] = False


class ConsentContract(Contract):
    contact_ids: Annotated[list[UUID], Field(description="Whose consent changes.")]
    change: Annotated[str, Field(description="grant, withdraw, opt_out, block or opt_in.")]
    category: Annotated[str, Field(description="The message category.")]
    channel: Annotated[str, Field(description="The channel.")]
    source: Annotated[str, Field(description="Where the customer did it.")]
    evidence: Annotated[str, Field(description="What proves it.")]
    occurred_at: Annotated[datetime, Field(description="When the customer did it.")]
    customers_own_act: Annotated[bool, Field(description="Whether it was their own verified act.")]
    opted_out: Annotated[int, Field(description="How many of them have opted out now.")]

    def sentence(self) -> str:
        words = {"change": self.change, "people": len(self.contact_ids), "category": self.category}
        return _("Consent “%(change)s” (%(category)s) for %(people)d people") % words


class ConsentChanged(Answer):
    changed: Annotated[int, Field(description="People whose record changed.")]
    change: Annotated[str, Field(description="What was done.")]


@dataclass(frozen=True, slots=True)
class OptOutStands:
    """An opt-out is only ever lifted by what the customer verifiably did themselves, after it, and with evidence."""

    def __call__(self, call: Call, contract: ConsentContract) -> Iterator[Reason]:
        if contract.change == "opt_in" and not (contract.customers_own_act and contract.evidence):
            yield Reason("opt_out_stands", gettext_lazy("Only the customer's own verified act lifts an opt-out."),
                         gettext_lazy("Pass customers_own_act and the evidence, or ask the customer to write START."),
                         "customers_own_act")  # fmt: skip
        if contract.occurred_at > call.now:
            yield Reason("in_the_future", gettext_lazy("occurred_at lies in the future."),
                         gettext_lazy("Say when the customer did it."), "occurred_at")  # fmt: skip


def plan_consent(call: Call, ask: ConsentAsk) -> ConsentContract:
    contacts = _own_contacts(call, ask)
    opted_out = Suppression.objects.filter(contact__in=contacts, lifted_at=None).values("contact").distinct().count()
    said = ask.model_dump(include=set(ConsentContract.model_fields))
    return ConsentContract(**said, opted_out=opted_out)


def _own_contacts(call: Call, ask: ConsentAsk | ConsentContract) -> list[int]:
    found = dict(
        Contact.objects.filter(organisation=call.organisation, key__in=ask.contact_ids).values_list("key", "pk")
    )
    unknown = [str(key) for key in ask.contact_ids if key not in found]
    refuse_if_any(
        Reason("contact_not_found", gettext_lazy("There is no contact %s.") % key,
               gettext_lazy("Use ids of whatsapp.contacts.list."), "contact_ids")
        for key in unknown[:20]
    )  # fmt: skip
    return list(found.values())


def _needs_a_person(contract: ConsentContract) -> bool:
    """A no is never held up. Lifting one is always somebody's decision, and so is a bulk change towards yes."""
    if contract.change in ("opt_out", "block", "withdraw"):
        return False
    return contract.change == "opt_in" or len(contract.contact_ids) >= BULK_FROM


def _is_a_no(contract: ConsentContract) -> bool:
    return contract.change in ("opt_out", "block", "withdraw")


@tool(
    "whatsapp.consent.update",
    kind=Kind.WRITE,
    scope="whatsapp:request",
    reads_first=("whatsapp.consent_records.list", "whatsapp.opt_outs.list"),
    plan=plan_consent,
    approval=When(_needs_a_person, never=_is_a_no),
    guards=(OptOutStands(),),
    safety="An opt-out is never overridden without the customer's verified act and an entry in the audit.",
)
def update_consent(call: Call, contract: ConsentContract) -> ConsentChanged:
    """Record consent given or taken back, opt-outs and blocks. A no counts at once; lifting one needs approval and
    proof.
    """
    contacts = _own_contacts(call, contract)
    if contract.change in ("opt_out", "block"):
        reason = SuppressionReason.BLOCKED if contract.change == "block" else SuppressionReason.REQUEST
        stop = Stop(reason, contract.source, contract.occurred_at, contract.channel, contract.category)
        return ConsentChanged(changed=len(opt_out(contacts, stop, call.actor, call.now)), change=contract.change)
    if contract.change == "opt_in":
        lifted = [opt_back_in(pk, contract.source, contract.occurred_at, call.actor, call.now) for pk in contacts]
        return ConsentChanged(changed=sum(1 for count in lifted if count), change=contract.change)
    return ConsentChanged(changed=_write_down(call, contract, contacts), change=contract.change)


def _write_down(call: Call, contract: ConsentContract, contacts: list[int]) -> int:
    act = Act(
        contract.channel,
        contract.category,
        ConsentAct.GRANTED if contract.change == "grant" else ConsentAct.WITHDRAWN,
        contract.source,
        contract.occurred_at,
        contract.evidence,
        contract.customers_own_act,
    )
    locked = lock_contacts(contacts)
    for contact in locked:
        write_down(contact, act, call.actor.principal, call.now)
        record("contact.consent", contact, call.actor, now=call.now, change=contract.change, category=contract.category)
    return len(locked)
