"""A change of automation on the decision page: what customers would be led by, what it would have done, what moved."""

from collections.abc import Iterator
from typing import Any

from django.urls import reverse
from django.utils.translation import gettext as _

from approvals.admin.panels import Drift, Panel, Reading, register_drift, register_panel
from approvals.masking import mask
from approvals.registry import Call
from messaging.admin.drift import is_open
from messaging.admin.moments import moment
from messaging.models import AutoReply, Contact, Flow
from messaging.whatsapp.automation.contract import AutomationChange
from messaging.whatsapp.automation.definition import FlowDefinition
from messaging.whatsapp.automation.guards import findings_of, keyword_in, other_rules
from messaging.whatsapp.automation.matching import conflicts
from messaging.whatsapp.automation.picture import outline_of, picture_of
from messaging.whatsapp.automation.replay import keyword_of, past_of, replay_rule
from messaging.whatsapp.templates.findings import Severity


def automation_panels(reading: Reading, contract: AutomationChange) -> Iterator[Panel]:
    if contract.kind != "flow":
        yield Panel(_title(contract), "desk/panel_facts.html", {"facts": list(_facts(contract))}, "rule")
    definition = _definition(reading, contract)
    if definition is not None:
        yield Panel(
            _("What customers would be led by"),
            "desk/panel_flow.html",
            flow_shown(definition, contract.flow.definition_before if contract.flow else None),
            "account_tree",
        )
    if contract.findings:
        findings = sorted(contract.findings, key=lambda one: one.severity)
        yield Panel(_("What the check found"), "desk/panel_flow_findings.html", {"findings": findings}, "spellcheck")
    yield Panel(_("What it would have done lately"), "desk/panel_replay.html", _replayed(reading, contract), "history")


def flow_shown(definition: dict[str, Any], before: dict[str, Any] | None = None) -> dict[str, Any]:
    """What `desk/panel_flow.html` draws: the picture, and each node in words with whether it is new or changed."""
    old = (before or {}).get("nodes", {})
    steps = []
    for step in outline_of(definition):
        is_new = before is not None and step.name not in old
        changed = step.name in old and old[step.name] != definition["nodes"][step.name]
        steps.append({"step": step, "is_new": is_new, "changed": changed})
    gone = sorted(set(old) - set(definition["nodes"]))
    return {"picture": picture_of(definition), "steps": steps, "gone": gone}


def _title(contract: AutomationChange) -> str:
    return _("What it meets, and what it answers") if contract.rule else _("When it counts, and what it answers")


def _facts(contract: AutomationChange) -> Iterator[tuple[str, Any]]:
    if contract.rule is not None:
        rule = contract.rule
        yield _("Phrases"), ", ".join(rule.phrases)
        if rule.phrases_before and rule.phrases_before != rule.phrases:
            yield _("Phrases before"), ", ".join(rule.phrases_before)
        yield _("Only as the whole message"), _("yes") if rule.is_whole else _("no")
        yield _("Languages"), ", ".join(rule.languages) or _("all")
        yield _("Priority"), rule.priority
        yield _("What customers want who write so"), rule.intent or "–"
    if contract.schedule is not None:
        schedule = contract.schedule
        days = [str(day) for day in (schedule.from_day, schedule.until_day) if day]
        yield _("When"), AutoReply.When(schedule.when).label
        yield _("Days"), " – ".join(days) or _("every day")
        yield _("Hours between two to one conversation"), schedule.hours_between
    yield _("Answers with"), contract.reply_text or contract.flow_name or _("nothing")
    yield _("Queue"), contract.queue_name or ("–" if contract.rule else _("all"))
    yield _("Our number"), contract.sender_name or _("all")
    yield _("Afterwards"), _("it answers customers") if contract.enabled else _("it answers nobody")


def _definition(reading: Reading, contract: AutomationChange) -> dict[str, Any] | None:
    """The flow that is changed, or the live version of the one that would be begun."""
    if contract.flow is not None:
        return contract.flow.definition
    if contract.flow_id is None:
        return None
    flows = Flow.objects.select_related("live").filter(organisation=reading.actor.organisation)
    flow = flows.filter(pk=contract.flow_id).first()
    return flow.live.definition if flow and flow.live else None


def _replayed(reading: Reading, contract: AutomationChange) -> dict[str, Any]:
    replay, in_clear = contract.replay, reading.actor.sees_personal_data
    keys = [example.contact_id for example in replay.examples]
    people = {
        contact.key: contact
        for contact in Contact.objects.filter(organisation=reading.actor.organisation, key__in=keys)
    }
    examples = [
        {
            "link": reverse("admin:messaging_contact_change", args=(people[one.contact_id].pk,)),
            "name": _named(people[one.contact_id], in_clear=in_clear),
            "example": one,
            "at": moment(one.at),
        }
        for one in replay.examples
        if one.contact_id in people
    ]
    others = [
        (_("Taken from"), replay.taken_over),
        (_("Kept by a higher priority"), replay.outranked_by),
        (_("Met by both, at one priority"), replay.tied_with),
    ]
    return {"replay": replay, "contract": contract, "percent": round(replay.percent, 1), "examples": examples,
            "others": [(name, found) for name, found in others if found]}  # fmt: skip


def _named(contact: Contact, *, in_clear: bool) -> str:
    name = contact.name or str(contact)
    return name if in_clear else mask(name, "name")


def automation_drift(reading: Reading, contract: AutomationChange) -> Iterator[Drift]:
    """What is wrong by now and was not: a template paused, a queue gone, keywords that meet others' messages."""
    if not is_open(reading):
        return
    call = Call(reading.actor, reading.now, reading.request)
    yield from _flow_drift(reading, contract, call)
    if contract.rule is not None:
        yield from _rule_drift(contract, call)


def _flow_drift(reading: Reading, contract: AutomationChange, call: Call) -> Iterator[Drift]:
    definition = _definition(reading, contract)
    if definition is None:
        return
    known = {(found.code, found.where) for found in contract.findings}
    for found in findings_of(call, FlowDefinition.model_validate(definition)):
        if (found.code, found.where) not in known:
            serious = found.severity is Severity.ERROR
            yield Drift(f"{found.where}: {found.text}", _("fine"), str(found.fix), serious)


def _rule_drift(contract: AutomationChange, call: Call) -> Iterator[Drift]:
    rules, keyword = other_rules(call, contract), keyword_in(contract)
    now = replay_rule(past_of(call.organisation, call.now), keyword, contract.sender_id, rules, "")
    colliding = {one.name for one in conflicts(keyword, [keyword_of(rule) for rule in rules])} | set(now.tied_with)
    for name in sorted(colliding - set(contract.replay.tied_with)):
        told = _("The rule “%(name)s” meets the same messages") % {"name": name}
        yield Drift(told, _("no"), _("yes, at the same priority"), serious=True)
    if now.matched != contract.replay.matched:
        then, today = (f"{one.matched} / {one.looked_at}" for one in (contract.replay, now))
        yield Drift(_("Messages of the last days that it meets"), then, today)


register_panel(AutomationChange, automation_panels)
register_drift(AutomationChange, automation_drift)
