"""whatsapp.unknown.resend, asked for at the desk alone, and whatsapp.failed_messages.resend."""

from accounts.roles import Role
from approvals.floors import Always, ByPolicy
from approvals.registry import Call, Kind, tool
from messaging.guards import BROADCAST_GUARDS
from messaging.resends import failed, planning, sending
from messaging.resends.contract import ResendContract, Resent
from messaging.resends.failed import STILL_FAILED, FailedContract, Retried
from messaging.resends.sending import STILL_UNKNOWN


@tool(
    "whatsapp.unknown.resend",
    kind=Kind.WRITE,
    scope="whatsapp:request",
    reads_first=("whatsapp.message_delivery.list",),
    plan=planning.plan,
    approval=Always(role=Role.COMPLIANCE),
    guards=(*BROADCAST_GUARDS, STILL_UNKNOWN),
    desk_only=True,
    safety="Names each attempt that it tries again; everybody passes the gate again at the moment of sending.",
)
def resend_unknown(call: Call, contract: ResendContract) -> Resent:
    """Send a message again to people of whom nobody knows whether they got it. They may get it twice."""
    return sending.send_again(call, contract)


@tool(
    "whatsapp.failed_messages.resend",
    kind=Kind.WRITE,
    scope="whatsapp:request",
    reads_first=("whatsapp.message_delivery.list",),
    plan=failed.plan_failed,
    approval=ByPolicy(),
    guards=(*BROADCAST_GUARDS, STILL_FAILED),
    desk_only=True,  # and of retry_failed_messages, which goes through it
    safety="Names each attempt that it tries again, and only failures that may pass; everybody passes the gate again at"
    " the moment of sending, and once only.",
)
def resend_failed(call: Call, contract: FailedContract) -> Retried:
    """Send failed messages of a broadcast once more, in the same words, to those whose failure may pass."""
    return failed.retry_failed(call, contract)
