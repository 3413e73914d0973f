"""sms_marketing.sender_ids.list and sms_marketing.sender_id.apply."""

from datetime import date, datetime
from typing import Annotated
from uuid import UUID

from pydantic import Field

from accounts.budgets import today_of
from accounts.roles import Role
from approvals.contracts import Answer
from approvals.floors import Always
from approvals.registry import Call, Kind, tool
from approvals.versions import token_of
from messaging.paging import PageAnswer, PageAsk, page
from messaging.tools.setup import Identifier
from sms.models import SenderId, SenderIdState
from sms.sender_ids import applying
from sms.sender_ids.applying import ApplicationFits
from sms.sender_ids.contract import ApplicationContract, Applied, Document
from sms.sender_ids.life import usable_in


class SenderIdsAsk(PageAsk):
    state: Annotated[SenderIdState | None, Field(description="Only those in this state.")] = None


class SenderIdRow(Answer):
    sender_id: Annotated[UUID, Field(description="Its id; campaigns name it.")]
    value: Annotated[str, Field(description="What people see as the sender, byte for byte.")]
    kind: Annotated[str, Field(description="registered, name, long_number or short_number.")]
    state: Annotated[str, Field(description="draft, applied, verified, rejected or suspended.")]
    brand: Annotated[str, Field(description="The brand it stands for.")]
    company: Annotated[str, Field(description="Whose brand that is.")]
    company_number: Annotated[Identifier, Field(description="The company's registration number.")]
    purpose: Annotated[str, Field(description="What it is used for.")]
    countries: Annotated[list[str], Field(description="Where it is meant to be used.")]
    usable_in: Annotated[
        list[str], Field(description="Where it can send today: verified, let through and carried by an open gateway.")
    ]
    register_reference: Annotated[str, Field(description="Its place in the regulator's register (Hong Kong: SSRS).")]
    gateways: Annotated[dict[str, str], Field(description="Gateway -> pending, active or refused.")]
    takes_replies: Annotated[bool, Field(description="Whether STOP can be sent to it; names take no replies.")]
    opt_out_number: Annotated[str, Field(description="Free number to opt out by.")]
    documents: Annotated[list[Document], Field(description="What was handed in.")]
    rejection: Annotated[str, Field(description="Why it was rejected; empty unless it was.")]
    decided_at: Annotated[datetime | None, Field(description="When it was verified, rejected or suspended.")]
    version_token: Annotated[str, Field(description="Pass it as base_version_token to apply again.")]


class SenderIdsPage(PageAnswer):
    sender_ids: Annotated[list[SenderIdRow], Field(description="Newest first.")]


@tool(
    "sms_marketing.sender_ids.list",
    kind=Kind.READ,
    scope="sms:read",
    reads_first=("sms_marketing.config.get",),
    safety="Only where usable_in says so may one be used; everywhere else it is refused at every step.",
)
def list_sender_ids(call: Call, ask: SenderIdsAsk) -> SenderIdsPage:
    """List sender IDs with their state, place in the register, countries, brand and what gateways say."""
    found = SenderId.objects.filter(organisation=call.organisation)
    if ask.state is not None:
        found = found.filter(state=ask.state)
    related = found.select_related("sender").prefetch_related("registrations__gateway")
    rows, cursor = page(related, ask, by="created_at")
    today = today_of(call.organisation, call.now)
    return SenderIdsPage(sender_ids=[_row(identity, today) for identity in rows], next_cursor=cursor)


def _row(identity: SenderId, today: date) -> SenderIdRow:
    return SenderIdRow(
        sender_id=identity.pk,
        value=identity.value,
        kind=identity.kind,
        state=str(identity.state),
        brand=identity.brand,
        company=identity.company,
        company_number=identity.company_number,
        purpose=identity.purpose,
        countries=list(identity.countries),
        usable_in=usable_in(identity, today),
        register_reference=identity.register_reference,
        gateways={one.gateway.name: one.status for one in identity.registrations.all()},
        takes_replies=identity.takes_replies,
        opt_out_number=identity.opt_out_number,
        documents=[Document.model_validate(one) for one in identity.documents],
        rejection=identity.rejection,
        decided_at=identity.decided_at,
        version_token=token_of(identity),
    )


@tool(
    "sms_marketing.sender_id.apply",
    kind=Kind.WRITE,
    scope="sms:request",
    reads_first=("sms_marketing.sender_ids.list", "sms_marketing.approval_policies.list"),
    plan=applying.plan,
    approval=Always(role=Role.COMPLIANCE),
    guards=(ApplicationFits(),),
    spends=False,
    safety="Only a brand that its company has authorised; reason, papers and versions are kept; not usable yet.",
)
def apply_for_sender_id(call: Call, contract: ApplicationContract) -> Applied:
    """Apply for a sender ID (Hong Kong: SSRS) or hand in changed papers: brand, company, purpose, countries."""
    return applying.apply(call, contract)
