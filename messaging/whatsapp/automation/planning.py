"""Making the contract of a change: find what is named, check it, and replay it over the last days. Writes nothing."""

from collections.abc import Iterator
from typing import Any
from uuid import UUID

from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy, override

from approvals.canonical import seal_of
from approvals.reasons import Reason, Refused
from approvals.registry import Call
from approvals.versions import check_token
from messaging.finding import find_own
from messaging.models import AutoReply, Channel, Flow, FlowRun, KeywordRule, Queue, Sender
from messaging.whatsapp.automation.contract import (
    AutomationAsk,
    AutomationChange,
    FindingPart,
    FlowPart,
    Replay,
    RulePart,
    SchedulePart,
)
from messaging.whatsapp.automation.definition import FlowDefinition, text_of
from messaging.whatsapp.automation.guards import MODELS, findings_of, keyword_in, other_rules
from messaging.whatsapp.automation.matching import phrase_tokens
from messaging.whatsapp.automation.names import check_names, queues_for
from messaging.whatsapp.automation.replay import past_of, replay_rule
from messaging.whatsapp.automation.replay_schedules import replay_flow, replay_schedule

_LISTS = {"flow": "whatsapp.flows.list", "keyword_rule": "whatsapp.keyword_rules.list",
          "auto_reply": "whatsapp.flows.list"}  # fmt: skip
_NOTHING = Replay(
    days=0, looked_at=0, is_cut=False, matched=0, answered=0, conversations=0, people=0,
    taken_over={}, outranked_by={}, tied_with={}, examples=[],
)  # fmt: skip


def plan_change(call: Call, ask: AutomationAsk) -> AutomationChange:
    current = _current(call, ask)
    flow = _flow_to_begin(call, ask)
    queue, sender = _queue(call, ask.queue_id), _sender(call, ask.sender_id)
    contract = AutomationChange(
        kind=ask.kind,
        automation_id=current.pk if current else None,
        base_version=current.version if current else 0,
        name=ask.name,
        enabled_before=_is_enabled(current),
        enabled=ask.enabled,
        flow_id=flow.pk if flow else None,
        flow_name=flow.name if flow else "",
        flow_digest=flow.live.digest if flow and flow.live else "",
        reply_text=ask.reply_text,
        queue_id=queue.pk if queue else None,
        queue_name=queue.name if queue else "",
        sender_id=sender.pk if sender else None,
        sender_name=str(sender) if sender else "",
        findings=list(_findings(call, ask, flow)),
        replay=_NOTHING,
        **_parts(ask, current),
    )
    return contract.model_copy(update={"replay": _replay(call, contract, flow)})


def _current(call: Call, ask: AutomationAsk) -> Any:
    """What changes, in the version that the caller has read; None for a new one."""
    if ask.automation_id is None:
        return None
    row = find_own(MODELS[ask.kind], ask.automation_id, call.organisation, "automation_id", _LISTS[ask.kind])
    check_token(row, ask.base_version_token)
    return row


def _is_enabled(current: Flow | KeywordRule | AutoReply | None) -> bool:
    if isinstance(current, Flow):
        return current.state == Flow.State.ACTIVE
    return current is not None and current.enabled


def _flow_to_begin(call: Call, ask: AutomationAsk) -> Flow | None:
    if ask.flow_id is None:
        return None
    return find_own(Flow, ask.flow_id, call.organisation, "flow_id", "whatsapp.flows.list")


def _queue(call: Call, queue_id: UUID | None) -> Queue | None:
    if queue_id is None:
        return None
    queue = queues_for(call.actor).filter(pk=queue_id).first()
    if queue is None:
        raise Refused(Reason("queue_not_found", gettext_lazy("There is no such queue."),
                             gettext_lazy("Use an id of whatsapp.inbox_assignments.list."), "queue_id"))  # fmt: skip
    return queue


def _sender(call: Call, sender_id: UUID | None) -> Sender | None:
    if sender_id is None:
        return None
    return find_own(
        Sender, sender_id, call.organisation, "sender_id", "whatsapp.phone_numbers.list", channel=Channel.WHATSAPP
    )


def _parts(ask: AutomationAsk, current: Any) -> dict[str, Any]:
    if ask.flow is not None:
        return {"flow": _flow_part(ask.flow.definition, ask.flow.purpose, current)}
    if ask.keyword_rule is not None:
        rule = ask.keyword_rule
        return {
            "rule": RulePart(
                phrases=sorted({phrase.strip() for phrase in rule.phrases}, key=phrase_tokens),
                phrases_before=list(current.phrases) if current else [],
                is_whole=rule.whole_message,
                languages=sorted(set(rule.languages)),
                priority=rule.priority,
                intent=rule.intent,
            )
        }
    assert ask.auto_reply is not None
    return {"schedule": SchedulePart(**ask.auto_reply.model_dump())}


def _flow_part(definition: FlowDefinition, purpose: str, current: Flow | None) -> FlowPart:
    plain = definition.model_dump(mode="json")
    waiting = FlowRun.objects.filter(flow_version__flow=current, ended_at=None).count() if current else 0
    return FlowPart(
        definition=plain,
        digest=seal_of(plain),
        definition_before=current.live.definition if current and current.live else None,
        purpose=purpose,
        waiting_runs=waiting,
    )


def _findings(call: Call, ask: AutomationAsk, flow: Flow | None) -> Iterator[FindingPart]:
    """What is wrong with the flow that is changed, or would be begun. In English: the contract is sealed."""
    definition = ask.flow.definition if ask.flow else None
    if definition is None and flow is not None and flow.live is not None:
        definition = FlowDefinition.model_validate(flow.live.definition)
    if definition is None:
        return
    with override("en"):
        found = [*findings_of(call, definition)]
        if ask.flow is not None:  # whoever asks learns nothing of queues that are kept from them
            found += check_names(definition, call.organisation, queues_for(call.actor))
        told = {(one.code, one.where): FindingPart(**one.as_dict()) for one in found}
    yield from told.values()


def _replay(call: Call, contract: AutomationChange, flow: Flow | None) -> Replay:
    past, rules = past_of(call.organisation, call.now), other_rules(call, contract)
    receives = first_words(contract, flow)
    if contract.rule is not None:
        return replay_rule(past, keyword_in(contract), contract.sender_id, rules, receives)
    if contract.schedule is not None:
        queues = Queue.objects.in_bulk(
            Queue.objects.filter(organisation=call.organisation).values_list("pk", flat=True)
        )
        scope = (contract.queue_id, contract.sender_id)
        zone = call.organisation.timezone
        return replay_schedule(past, contract.schedule, scope, rules, queues, zone, receives)
    return replay_flow(past, rules, contract.automation_id, receives)


def first_words(contract: AutomationChange, flow: Flow | None) -> str:
    """What a customer would read first."""
    if contract.reply_text:
        return contract.reply_text
    definition = contract.flow.definition if contract.flow else flow.live.definition if flow and flow.live else None
    if definition is None:
        return _("nothing; the conversation is moved to %(queue)s") % {"queue": contract.queue_name}
    read = FlowDefinition.model_validate(definition)
    start = read.nodes.get(read.start)
    return (text_of(start) if start else "") or _("what the flow says first")
