"""sms_marketing.performance_snapshot.record."""

from approvals.floors import When
from approvals.registry import Call, Kind, tool
from sms import snapshots
from sms.snapshots import NotRecordedYet, Recorded, SnapshotContract, needs_a_person


@tool(
    "sms_marketing.performance_snapshot.record",
    kind=Kind.WRITE,
    scope="sms:request",
    reads_first=("sms_marketing.campaign_reports.get", "sms_marketing.conversion_attribution.get"),
    plan=snapshots.plan,
    approval=When(needs_a_person),
    guards=(NotRecordedYet(),),
    spends=False,
    safety="Kept with source, days, gateway, attribution and evidence; our own figures are never overwritten.",
)
def record_performance_snapshot(call: Call, contract: SnapshotContract) -> Recorded:
    """Record figures from outside: deliveries, clicks, cost, opt-outs, conversions or revenue. Corrections are rows."""
    return snapshots.keep(call, contract)
