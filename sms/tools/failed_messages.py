"""sms_marketing.failed_messages.retry_preview and .resend."""

from accounts.roles import Role
from approvals.floors import Always
from approvals.registry import Call, Kind, tool
from sms.campaigns.guards import CAMPAIGN_GUARDS
from sms.resends import planning
from sms.resends.contract import Retried, RetryAsk, RetryContract
from sms.resends.planning import STILL_FAILED


@tool(
    "sms_marketing.failed_messages.retry_preview",
    kind=Kind.PREVIEW,
    scope="sms:preview",
    reads_first=(
        "sms_marketing.delivery_status.get",
        "sms_marketing.opt_outs.list",
        "sms_marketing.quotas.get",
    ),
    safety="Leaves out who opted out, whose text arrived in part or whole or is unknown, hard failures, invalid numbers"
    " and who was written to often enough.",
)
def preview_retry(call: Call, ask: RetryAsk) -> RetryContract:
    """Show which failed texts of a send may go once more, why the others may not, and what that costs.

    Freezes exactly those. Sends nothing and changes nothing but the preview itself.
    """
    return planning.preview_retry(call, ask)


@tool(
    "sms_marketing.failed_messages.resend",
    kind=Kind.WRITE,
    scope="sms:request",
    reads_first=("sms_marketing.failed_messages.retry_preview",),
    preview="sms_marketing.failed_messages.retry_preview",
    handle="retry_preview_id",
    approval=Always(role=Role.COMPLIANCE),
    guards=(*CAMPAIGN_GUARDS, STILL_FAILED),
    safety="Names each attempt that it tries again; whoever got the text or opted out meanwhile is left out.",
)
def resend_failed(call: Call, contract: RetryContract) -> Retried:
    """Send the failed texts of a preview once more, to its people and no others. A compliance officer decides."""
    return planning.resend(call, contract)
