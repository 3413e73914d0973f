"""whatsapp.action_request.status: where a wish stands. Asking carries nothing out."""

from datetime import datetime
from typing import Annotated, Any
from uuid import UUID

from django.utils.translation import gettext_lazy as _
from pydantic import Field

from approvals.contracts import Answer, Ask
from approvals.envelope import RequestStatus, status_of
from approvals.hidden import shown_to
from approvals.models import ActionRequest
from approvals.reasons import Reason, Refused
from approvals.registry import Call, Kind, tool
from audit.models import Entry


class StatusAsk(Ask):
    action_request_id: Annotated[UUID, Field(description="The id that the write answered with.")]


class DecisionRow(Answer):
    verdict: Annotated[str, Field(description="approve, reject or changes.")]
    by: Annotated[str, Field(description="person, or the rule that decided.")]
    note: Annotated[str, Field(description="What they wrote.")]
    at: Annotated[datetime, Field(description="When.")]


class RequestDetail(Answer):
    tool: Annotated[str, Field(description="What was asked for.")]
    request: Annotated[RequestStatus, Field(description="Where it stands.")]
    reason: Annotated[str, Field(description="Why it was asked for.")]
    decisions: Annotated[list[DecisionRow], Field(description="The decisions so far.")]
    reasons: Annotated[list[dict[str, str]], Field(description="Why it failed, was voided or expired.")]
    result: Annotated[dict[str, Any] | None, Field(description="What carrying it out gave.")]
    expires_at: Annotated[datetime, Field(description="Until when it can be decided and carried out.")]
    audit: Annotated[list[str], Field(description="Ids of the audit entries about it.")]


@tool(
    "whatsapp.action_request.status",
    kind=Kind.STATUS,
    scope="whatsapp:read",
    reads_first=("whatsapp.audit_logs.list",),
    safety="Only tells where a request stands; asking a thousand times changes and sends nothing.",
)
def action_request_status(call: Call, ask: StatusAsk) -> RequestDetail:
    """Tell where a request stands: waiting, decided by whom, carried out with what result, or why not."""
    return detail_of(call, ask)


def detail_of(call: Call, ask: StatusAsk) -> RequestDetail:
    """Where a request stands, whichever tool it came by. Raises Refused for one that this actor may not see."""
    own = shown_to(call.actor, ActionRequest.objects.filter(organisation=call.organisation))
    request = own.filter(pk=ask.action_request_id).first()
    if request is None or not _may_see(call, request):
        raise Refused(
            Reason(
                "request_not_found",
                _("There is no such request."),
                _("Use the action_request_id that the write answered with."),
                "action_request_id",
            )
        )
    entries = Entry.objects.filter(organisation=call.organisation, request_id=request.pk).order_by("pk")
    return RequestDetail(
        tool=request.tool,
        request=status_of(request),
        reason=request.reason,
        decisions=[
            DecisionRow(verdict=one.verdict, by=one.rule or "person", note=one.note, at=one.at)
            for one in request.decisions.order_by("at")
        ],
        reasons=request.reasons,
        result=request.result,
        expires_at=request.expires_at,
        audit=[str(entry.pk) for entry in entries[:50]],
    )


def _may_see(call: Call, request: ActionRequest) -> bool:
    """An agent sees what its owner's people asked for; a person all of their organisation that is shown to them."""
    return call.actor.person is not None or (call.actor.owner is not None and request.owner_id == call.actor.owner.pk)
