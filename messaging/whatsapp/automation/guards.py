"""What has to hold before a flow, a keyword rule or an auto reply may answer customers."""

from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from typing import Any
from zoneinfo import ZoneInfo

from django.utils.text import format_lazy
from django.utils.translation import gettext_lazy as _

from approvals.reasons import Reason
from approvals.registry import Call
from approvals.versions import edited_since, name_taken
from messaging.gate import rules_of
from messaging.models import AutoReply, Flow, KeywordRule, Queue, Sender
from messaging.whatsapp.automation.breadth import reasons_against_phrases
from messaging.whatsapp.automation.contract import AutomationChange
from messaging.whatsapp.automation.definition import FlowDefinition
from messaging.whatsapp.automation.graph import check
from messaging.whatsapp.automation.matching import Keyword, conflicts, phrase_tokens
from messaging.whatsapp.automation.names import check_names
from messaging.whatsapp.automation.replay import keyword_of
from messaging.whatsapp.templates.findings import Finding, Severity

MODELS: dict[str, type[Flow | KeywordRule | AutoReply]] = {
    "flow": Flow,
    "keyword_rule": KeywordRule,
    "auto_reply": AutoReply,
}
# Of so few messages a share says nothing.
FEWEST = 20


@dataclass(frozen=True, slots=True)
class AutomationUnchanged:
    """Nobody changed it, or took its name, since this was planned."""

    def __call__(self, call: Call, contract: AutomationChange) -> Iterator[Reason]:
        own: Any = MODELS[contract.kind]._default_manager.filter(organisation=call.organisation)
        current = own.filter(pk=contract.automation_id).first() if contract.automation_id else None
        yield from edited_since(current, contract.base_version, _("It has changed since this was planned."))
        yield from name_taken(own.filter(name=contract.name), contract.automation_id, _("Another one has this name."))


@dataclass(frozen=True, slots=True)
class FlowSound:
    """No customer is stranded in the flow, and what it names is there. A paused one may be unfinished."""

    def __call__(self, call: Call, contract: AutomationChange) -> Iterator[Reason]:
        if contract.flow is not None and contract.enabled:
            found = findings_of(call, FlowDefinition.model_validate(contract.flow.definition))
            yield from _as_reasons(found, "flow")
            # What stood against it at the preview still does: a queue that is kept from whoever asks is there for us.
            told = {(one.code, one.where) for one in found}
            for part in contract.findings:
                if part.severity == Severity.ERROR and (part.code, part.where) not in told:
                    yield Reason(part.code, f"{part.where}: {part.text}", part.fix, "flow")


@dataclass(frozen=True, slots=True)
class RuleSound:
    """Its words are narrow enough, and no other rule of its priority claims them."""

    def __call__(self, call: Call, contract: AutomationChange) -> Iterator[Reason]:
        if contract.rule is None or not contract.enabled:
            return
        yield from reasons_against_phrases(contract.rule.phrases)
        yield from _conflicting(call, contract)
        limit = rules_of(call.organisation).keyword_share
        if contract.replay.looked_at >= FEWEST and contract.replay.percent > limit:
            text = format_lazy(
                _("It met {percent} % of what customers wrote in {days} days; {limit} % are allowed."),
                percent=round(contract.replay.percent), days=contract.replay.days, limit=limit,
            )  # fmt: skip
            yield Reason("rule_too_broad", text, _("Use longer phrases, or only whole messages."), "phrases")


@dataclass(frozen=True, slots=True)
class HasAnAnswer:
    """What counts for customers leads somewhere: a sound flow with a way to a person, a text, or a queue."""

    def __call__(self, call: Call, contract: AutomationChange) -> Iterator[Reason]:
        if contract.kind == "flow" or not contract.enabled:
            return
        routes = contract.kind == "keyword_rule" and contract.queue_id is not None
        if bool(contract.flow_id) == bool(contract.reply_text) and (contract.flow_id or not routes):
            yield Reason("no_answer", _("It needs either a flow or a text to answer with."),
                         _("Give flow_id or reply_text, not both; a keyword rule may also only name a queue."),
                         "flow_id")  # fmt: skip
        if contract.flow_id:
            yield from _reasons_against_flow(call, contract)
        yield from _gone(call, contract)


def findings_of(call: Call, definition: FlowDefinition) -> list[Finding]:
    """Everything that is wrong or risky today."""
    today = call.now.astimezone(ZoneInfo(call.organisation.timezone)).date()
    known = Queue.objects.filter(organisation=call.organisation)
    return [
        *check(definition, today, rules_of(call.organisation).price_days),
        *check_names(definition, call.organisation, known),
    ]


def other_rules(call: Call, contract: AutomationChange) -> list[KeywordRule]:
    """The enabled rules beside this one that may meet a message to the same number."""
    rules = KeywordRule.objects.filter(organisation=call.organisation, enabled=True)
    numbers = (None, contract.sender_id)
    return [
        rule
        for rule in rules
        if rule.pk != contract.automation_id and (contract.sender_id is None or rule.sender_id in numbers)
    ]


def keyword_in(contract: AutomationChange) -> Keyword:
    assert contract.rule is not None
    rule = contract.rule
    phrases = tuple(phrase_tokens(phrase) for phrase in rule.phrases)
    return Keyword(
        contract.automation_id, contract.name, phrases, rule.is_whole, frozenset(rule.languages), rule.priority
    )


def _conflicting(call: Call, contract: AutomationChange) -> Iterator[Reason]:
    others = [keyword_of(rule) for rule in other_rules(call, contract)]
    names = {other.name for other in conflicts(keyword_in(contract), others)} | set(contract.replay.tied_with)
    for name in sorted(names):
        text = format_lazy(_("The rule “{name}” of the same priority meets the same messages."), name=name)
        yield Reason("rules_conflict", text, _("Give one of them a higher priority, or other phrases."), "priority")


def _reasons_against_flow(call: Call, contract: AutomationChange) -> Iterator[Reason]:
    flows = Flow.objects.select_related("live").filter(organisation=call.organisation)
    flow = flows.filter(pk=contract.flow_id).first() if contract.flow_id else None
    if flow is None or flow.live is None or flow.state != Flow.State.ACTIVE:
        yield Reason("flow_not_active", _("The flow is not active."), _("Have it approved first."), "flow_id")
    elif flow.live.digest != contract.flow_digest:
        yield Reason("flow_changed", _("The flow has changed since the preview."), _("Make a new preview."), "flow_id")
    else:
        # Fallbacks, and a way to a person from everywhere, are asked again of what customers would really meet.
        yield from _as_reasons(findings_of(call, FlowDefinition.model_validate(flow.live.definition)), "flow_id")


def _gone(call: Call, contract: AutomationChange) -> Iterator[Reason]:
    named: Iterable[tuple[Any, str, Any]] = (
        (Queue, "queue_id", contract.queue_id), (Sender, "sender_id", contract.sender_id),
    )  # fmt: skip
    for model, field, key in named:
        if key is not None and not model.objects.filter(pk=key, organisation=call.organisation).exists():
            yield Reason("gone", _("What it names is not there any more."), _("Make a new preview."), field)


def _as_reasons(findings: Iterable[Finding], field: str) -> Iterator[Reason]:
    for finding in findings:
        if finding.severity is Severity.ERROR:
            yield Reason(finding.code, format_lazy("{where}: {text}", where=finding.where, text=finding.text),
                         finding.fix, field)  # fmt: skip


FLOW_GUARDS = (AutomationUnchanged(), FlowSound())
RULE_GUARDS = (AutomationUnchanged(), RuleSound(), HasAnAnswer())
AUTO_REPLY_GUARDS = (AutomationUnchanged(), HasAnAnswer())
