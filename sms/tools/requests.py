"""sms_marketing.action_request.status: where a wish stands. Asking carries nothing out."""

from approvals.registry import Call, Kind, tool
from messaging.tools.requests import RequestDetail, StatusAsk, detail_of


@tool(
    "sms_marketing.action_request.status",
    kind=Kind.STATUS,
    scope="sms:read",
    safety="Only tells where a request stands; repeat a write with the same idempotency_key and never a send without.",
)
def action_request_status(call: Call, ask: StatusAsk) -> RequestDetail:
    """Tell where a request stands: waiting, decided by whom, carried out with what result, or why not."""
    return detail_of(call, ask)
