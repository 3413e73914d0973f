"""whatsapp.broadcasts.list, whatsapp.broadcast.preview, .create and .schedule."""

from datetime import datetime
from decimal import Decimal
from typing import Annotated
from uuid import UUID

from pydantic import Field

from accounts.roles import Role
from approvals.contracts import Answer
from approvals.floors import Always, ByPolicy
from approvals.registry import Call, Kind, tool
from messaging.broadcasts import drafts
from messaging.broadcasts import preview as previewing
from messaging.broadcasts.contract import BroadcastAsk, BroadcastContract
from messaging.broadcasts.drafts import Drafted, HasDraft, NotDraftedYet, Scheduled
from messaging.engine.tallies import tally
from messaging.guards import BROADCAST_GUARDS
from messaging.models import Send, SendState
from messaging.paging import PageAnswer, PageAsk, page


class BroadcastsAsk(PageAsk):
    state: Annotated[SendState | None, Field(description="Only broadcasts in this state.")] = None


class BroadcastRow(Answer):
    broadcast_id: Annotated[UUID, Field(description="Its id.")]
    name: Annotated[str, Field(description="Its name.")]
    state: Annotated[
        str, Field(description="draft, scheduled, releasing, sending, paused, completed, stopped or expired.")
    ]
    template: Annotated[str, Field(description="The template's name.")]
    category: Annotated[str, Field(description="What Meta charges it as.")]
    sender: Annotated[str, Field(description="The sending number's display name.")]
    due_at: Annotated[datetime, Field(description="When it begins.")]
    created_at: Annotated[datetime, Field(description="When it was drafted.")]
    targeted: Annotated[int, Field(description="Everybody in the segment.")]
    included: Annotated[int, Field(description="People left after the exclusions, opt-outs among them.")]
    outcomes: Annotated[
        dict[str, int], Field(description="People by what became of their message; adds up to targeted.")
    ]
    cost_ceiling: Annotated[Decimal, Field(description="The send stops before it costs more.")]
    action_request_id: Annotated[UUID | None, Field(description="The request that was countersigned.")]
    pause_reason: Annotated[str, Field(description="Why it is paused; empty unless it is.")]


class BroadcastsPage(PageAnswer):
    broadcasts: Annotated[list[BroadcastRow], Field(description="Newest first.")]


@tool(
    "whatsapp.broadcasts.list",
    kind=Kind.READ,
    scope="whatsapp:read",
    reads_first=("whatsapp.segments.list", "whatsapp.templates.list"),
    safety="Numbers leave out opt-outs and people without the consent that the category needs.",
)
def list_broadcasts(call: Call, ask: BroadcastsAsk) -> BroadcastsPage:
    """List broadcasts with audience, template, schedule, approval, outcomes and reasons for failures, newest first."""
    sends = Send.objects.filter(organisation=call.organisation, kind=Send.Kind.BROADCAST)
    if ask.state is not None:
        sends = sends.filter(state=ask.state)
    rows, cursor = page(sends.select_related("template", "sender", "audience"), ask, by="created_at")
    return BroadcastsPage(broadcasts=[_row(send) for send in rows], next_cursor=cursor)


def _row(send: Send) -> BroadcastRow:
    return BroadcastRow(
        broadcast_id=send.pk,
        name=send.name,
        state=str(send.state),
        template=send.template.name if send.template else "",
        category=send.category,
        sender=str(send.sender),
        due_at=send.due_at,
        created_at=send.created_at,
        targeted=send.audience.targeted,
        included=send.audience.included,
        outcomes=tally(send).as_dict(),
        cost_ceiling=send.cost_ceiling,
        action_request_id=send.request_id,
        pause_reason=send.pause_reason,
    )


@tool(
    "whatsapp.broadcast.preview",
    kind=Kind.PREVIEW,
    scope="whatsapp:preview",
    reads_first=(
        "whatsapp.segments.list",
        "whatsapp.consent_records.list",
        "whatsapp.template.get",
        "whatsapp.policy_rules.get",
    ),
    safety="Leaves out opt-outs, blocked and invalid numbers and people without consent; refuses unapproved templates.",
)
def preview_broadcast(call: Call, ask: BroadcastAsk) -> BroadcastContract:
    """Show who would get a broadcast, who is left out and why, the texts by language, the schedule, the cost and the
    risks.

    Freezes exactly that. Sends nothing and changes nothing but the preview itself.
    """
    return previewing.preview_broadcast(call, ask)


@tool(
    "whatsapp.broadcast.create",
    kind=Kind.WRITE,
    scope="whatsapp:request",
    reads_first=("whatsapp.broadcast.preview",),
    preview="whatsapp.broadcast.preview",
    approval=ByPolicy(),
    guards=(*BROADCAST_GUARDS, NotDraftedYet()),
    spends=False,
    safety="Only a draft comes of it, and only with an approved template and an audience filtered by consent.",
)
def create_broadcast(call: Call, contract: BroadcastContract) -> Drafted:
    """Draft a broadcast from its preview. A draft sends nothing; scheduling it needs a countersignature."""
    return drafts.create_draft(call, contract)


@tool(
    "whatsapp.broadcast.schedule",
    kind=Kind.WRITE,
    scope="whatsapp:request",
    reads_first=("whatsapp.broadcast.preview", "whatsapp.broadcasts.list"),
    preview="whatsapp.broadcast.preview",
    approval=Always(role=Role.COMPLIANCE),
    guards=(*BROADCAST_GUARDS, HasDraft()),
    safety="Template, sender quality, consent and opt-outs are asked again for each person at the moment of sending.",
)
def schedule_broadcast(call: Call, contract: BroadcastContract) -> Scheduled:
    """Schedule a drafted broadcast. A compliance officer decides; afterwards it goes out by itself at its time."""
    return drafts.schedule_draft(call, contract)
