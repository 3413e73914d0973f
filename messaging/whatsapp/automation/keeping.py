"""Keeping an approved change. From then on it answers, or keeps silent."""

from typing import Any

from approvals.models import ActionRequest
from approvals.reasons import refuse_if_any
from approvals.registry import Call
from approvals.versions import token_of
from audit.record import record
from messaging.models import AutoReply, Flow, FlowVersion, KeywordRule
from messaging.whatsapp.automation.contract import AutomationChange, AutomationKept
from messaging.whatsapp.automation.guards import MODELS, AutomationUnchanged

# Row field -> where the contract says it; what an approved rule or auto reply is, and must still be when it answers.
_BOTH = ("name", "flow_id", "reply_text", "queue_id", "sender_id", "enabled")


def keep_change(call: Call, contract: AutomationChange) -> AutomationKept:
    row = _locked(call, contract)
    refuse_if_any(AutomationUnchanged()(call, contract))  # asked again under the lock: of two edits at once one stands
    if contract.automation_id is not None:
        row.version += 1
    row.updated_at = call.now
    if isinstance(row, Flow):
        _keep_flow(row, call, contract)
    else:
        for name, value in terms_in(contract).items():
            setattr(row, name, value)
        row.request = call.request
        row.save()
    request_id = call.request.pk if call.request else None
    state = "enabled" if contract.enabled else "paused"
    record("automation.kept", row, call.actor, now=call.now, request_id=request_id, kind=contract.kind, state=state)
    return AutomationKept(automation_id=row.pk, enabled=contract.enabled, version_token=token_of(row))


def terms_in(contract: AutomationChange) -> dict[str, Any]:
    """The fields of a rule's or auto reply's row as the contract has them."""
    terms = {name: getattr(contract, name) for name in _BOTH}
    if contract.rule is not None:
        rule = contract.rule
        return terms | {
            "phrases": rule.phrases,
            "is_whole": rule.is_whole,
            "languages": rule.languages,
            "priority": rule.priority,
            "intent": rule.intent,
        }
    return terms | (contract.schedule.model_dump() if contract.schedule else {})


def terms_of(row: KeywordRule | AutoReply, contract: AutomationChange) -> dict[str, Any]:
    """The same fields as the row has them."""
    return {name: getattr(row, name) for name in terms_in(contract)}


def _locked(call: Call, contract: AutomationChange) -> Any:
    model: Any = MODELS[contract.kind]
    if contract.automation_id is None:
        return model(organisation=call.organisation, created_at=call.now)
    rows = model.objects.select_for_update(of=("self",))
    return rows.get(pk=contract.automation_id, organisation=call.organisation)


def _keep_flow(flow: Flow, call: Call, contract: AutomationChange) -> None:
    assert contract.flow is not None
    assert call.request is not None
    flow.name, flow.purpose = contract.name, contract.flow.purpose
    flow.state = Flow.State.ACTIVE if contract.enabled else Flow.State.PAUSED
    flow.save()
    flow.live = _version(flow, call, call.request, contract)
    flow.save(update_fields=("live",))


def _version(flow: Flow, call: Call, request: ActionRequest, contract: AutomationChange) -> FlowVersion:
    """The version that now counts. One that was paused and is enabled unchanged stands on its new approval."""
    assert contract.flow is not None
    return FlowVersion.objects.create(
        organisation=call.organisation,
        flow=flow,
        number=flow.version,
        definition=contract.flow.definition,
        digest=contract.flow.digest,
        request=request,
        made_at=call.now,
    )
