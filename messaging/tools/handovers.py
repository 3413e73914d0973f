"""whatsapp.handover.preview, whatsapp.conversation.assign and whatsapp.conversation.close."""

from accounts.roles import SERVE
from approvals.floors import When
from approvals.registry import Call, Kind, tool
from messaging.whatsapp.conversations.assigning import (
    Assigned,
    HandoverAsk,
    HandoverContract,
    HandoverStands,
    assign,
    plan_handover,
)
from messaging.whatsapp.conversations.ending import CloseContract, Closed, MayBeClosed, end, plan_close


@tool(
    "whatsapp.handover.preview",
    kind=Kind.PREVIEW,
    scope=SERVE,
    reads_first=("whatsapp.conversation.get", "whatsapp.inbox_assignments.list"),
    safety="The note stays inside; the customer is told nothing, and who had it before stays written.",
)
def preview_handover(call: Call, ask: HandoverAsk) -> HandoverContract:
    """Show what handing conversations over changes: queue, owner, SLA, note, who finds it. Changes nothing yet."""
    return plan_handover(call, ask)


@tool(
    "whatsapp.conversation.assign",
    kind=Kind.WRITE,
    scope=SERVE,
    reads_first=("whatsapp.handover.preview",),
    preview="whatsapp.handover.preview",
    approval=When(lambda contract: contract.needs_a_person),
    guards=(HandoverStands(),),
    confidential=True,
    safety="The history of handovers is kept; no customer is told of a note.",
)
def assign_conversation(call: Call, contract: HandoverContract) -> Assigned:
    """Give conversations to a queue or an owner. Needs approval for restricted queues and for several at once."""
    return assign(call, contract)


@tool(
    "whatsapp.conversation.close",
    kind=Kind.WRITE,
    scope=SERVE,
    reads_first=("whatsapp.conversation.get",),
    plan=plan_close,
    approval=When(lambda contract: contract.needs_a_person),
    guards=(MayBeClosed(),),
    confidential=True,
    safety="An open escalation or complaint is closed by its owner in person; a waiting customer is not overlooked.",
)
def close_conversation(call: Call, contract: CloseContract) -> Closed:
    """Close a conversation with outcome, labels and follow-up. Complaints, payments and escalations need approval."""
    return end(call, contract)
