"""whatsapp.unknown.resend: asked for at the desk alone."""

from accounts.roles import Role
from approvals.floors import Always
from approvals.registry import Call, Kind, tool
from messaging.guards import BROADCAST_GUARDS
from messaging.resends import planning, sending
from messaging.resends.contract import ResendContract, Resent
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
