"""whatsapp.consent_records.list, whatsapp.opt_outs.list and whatsapp.consent.update."""

from datetime import datetime
from typing import Annotated, Any
from uuid import UUID

from django.db.models import QuerySet
from pydantic import Field

from approvals.contracts import Answer
from approvals.floors import When
from approvals.registry import Call, Kind, tool
from messaging.consent import changes
from messaging.consent.changes import (
    CategoryName,
    ConsentChanged,
    ConsentContract,
    OptOutStands,
    is_a_no,
    needs_a_person,
)
from messaging.models import Channel, ConsentAct, ConsentEvidence, Suppression, SuppressionReason
from messaging.paging import PageAnswer, PageAsk, page


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
    return ConsentRecordsPage(records=[ConsentRecord(**record_facts(row)) for row in rows], next_cursor=cursor)


def record_facts(row: ConsentEvidence) -> dict[str, Any]:
    """The fields of `ConsentRecord`."""
    return {
        "contact_id": row.contact.key,
        "channel": row.channel,
        "category": row.category,
        "act": row.act,
        "source": row.source,
        "occurred_at": row.occurred_at,
        "recorded_at": row.recorded_at,
        "customers_own_act": row.customers_own_act,
    }


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
    rows, cursor = page(opt_outs(call, ask), ask, by="at")
    return OptOutsPage(opt_outs=[OptOut(**opt_out_facts(row)) for row in rows], next_cursor=cursor)


def opt_outs(call: Call, ask: OptOutsAsk) -> QuerySet[Suppression]:
    """The organisation's noes that are asked for."""
    suppressions = Suppression.objects.filter(organisation=call.organisation)
    if ask.contact_id:
        suppressions = suppressions.filter(contact__key=ask.contact_id)
    if ask.reason:
        suppressions = suppressions.filter(reason=ask.reason)
    if not ask.lifted:
        suppressions = suppressions.filter(lifted_at=None)
    return suppressions.select_related("contact")


def opt_out_facts(row: Suppression) -> dict[str, Any]:
    """The fields of `OptOut`."""
    return {
        "contact_id": row.contact.key,
        "channel": row.channel,
        "category": row.category,
        "reason": row.reason,
        "source": row.source,
        "at": row.at,
        "lifted_at": row.lifted_at,
    }


@tool(
    "whatsapp.consent.update",
    kind=Kind.WRITE,
    scope="whatsapp:request",
    scope_of_a_no="whatsapp:opt_out",
    reads_first=("whatsapp.consent_records.list", "whatsapp.opt_outs.list"),
    plan=changes.plan,
    approval=When(needs_a_person, never=is_a_no),
    guards=(OptOutStands(),),
    safety="An opt-out is never overridden without the customer's verified act and an entry in the audit.",
)
def update_consent(call: Call, contract: ConsentContract) -> ConsentChanged:
    """Record consent given or taken back, opt-outs and blocks. A no counts at once; lifting one needs approval and
    proof.
    """
    return changes.change(call, contract)
