"""whatsapp.audit_logs.list and whatsapp.policy_rules.get."""

from datetime import datetime
from typing import Annotated, Any

from django.utils.translation import gettext as _
from pydantic import AwareDatetime, Field

from accounts.roles import AUDIT
from approvals.contracts import Answer, Ask
from approvals.registry import Call, Kind, registry, tool
from audit.actions import sentence_of
from audit.models import Entry
from messaging.gate import marketing_cap_in_words, rules_of
from messaging.tools.paging import PageAnswer, PageAsk, page
from messaging.tools.policies import PolicyRow, floors, policies_of


class AuditAsk(PageAsk):
    action: Annotated[str, Field(max_length=60, description="Only this action, such as request.approve.")] = ""
    subject_id: Annotated[str, Field(max_length=60, description="Only entries about this id.")] = ""
    since: Annotated[AwareDatetime | None, Field(description="Only entries from then on.")] = None
    until: Annotated[AwareDatetime | None, Field(description="Only entries before then.")] = None


class AuditRow(Answer):
    entry_id: Annotated[str, Field(description="Its id.")]
    at: Annotated[datetime, Field(description="When.")]
    action: Annotated[str, Field(description="What was done.")]
    sentence: Annotated[str, Field(description="The same in words.")]
    actor: Annotated[str, Field(description="Who, by principal.")]
    face: Annotated[str, Field(description="mcp, rest, desk or system.")]
    subject: Annotated[str, Field(description="What it was done to.")]
    subject_id: Annotated[str, Field(description="Its id.")]
    facts: Annotated[dict[str, Any], Field(description="What else was written down; people only by reference.")]


class AuditPage(PageAnswer):
    entries: Annotated[list[AuditRow], Field(description="Newest first.")]


@tool(
    "whatsapp.audit_logs.list",
    kind=Kind.READ,
    scope=AUDIT,
    reads_first=("whatsapp.contact.get", "whatsapp.broadcasts.list"),
    safety="The record cannot be changed, and only administrators and compliance officers read it.",
)
def list_audit_logs(call: Call, ask: AuditAsk) -> AuditPage:
    """Read the audit: who did what to what contact, consent, template, broadcast or webhook and through which face."""
    entries = Entry.objects.filter(organisation=call.organisation)
    if ask.action:
        entries = entries.filter(action=ask.action)
    if ask.subject_id:
        entries = entries.filter(subject_id=ask.subject_id)
    if ask.since:
        entries = entries.filter(at__gte=ask.since)
    if ask.until:
        entries = entries.filter(at__lt=ask.until)
    rows, cursor = page(entries, ask, by="at")
    return AuditPage(entries=[_row(entry) for entry in rows], next_cursor=cursor)


def _row(entry: Entry) -> AuditRow:
    return AuditRow(
        entry_id=str(entry.pk),
        at=entry.at,
        action=entry.action,
        sentence=sentence_of(entry),
        actor=entry.actor_principal,
        face=entry.face,
        subject=entry.subject_type,
        subject_id=entry.subject_id,
        facts=entry.facts,
    )


class RulesAsk(Ask):
    pass


class Rules(Answer):
    floors: Annotated[dict[str, str], Field(description="Tool -> the least that is asked before it is carried out.")]
    policies: Annotated[list[PolicyRow], Field(description="The organisation's own rules, which can only be stricter.")]
    consent: Annotated[str, Field(description="What consent a message needs.")]
    marketing_cap: Annotated[str, Field(description="How often one person gets marketing.")]
    quiet_hours: Annotated[str, Field(description="When no marketing goes out.")]
    service_window: Annotated[str, Field(description="When free text may be sent.")]
    template_categories: Annotated[dict[str, str], Field(description="Meta's categories and what belongs to them.")]


@tool(
    "whatsapp.policy_rules.get",
    kind=Kind.READ,
    scope="whatsapp:read",
    reads_first=("whatsapp.config.get",),
    safety="These rules stand over every send and every automation; no tool goes round them.",
)
def get_policy_rules(call: Call, ask: RulesAsk) -> Rules:
    """Read the rules every send is held to: categories, consent, opt-outs, the 24-hour window, frequency and
    approvals.
    """
    limits = rules_of(call.organisation)
    return Rules(
        floors=floors(registry),
        policies=policies_of(call.organisation),
        consent=_("Granted for the channel and the category, not taken back since, and no standing opt-out or block."),
        marketing_cap=marketing_cap_in_words(limits),
        quiet_hours=f"{limits.quiet_from:%H:%M}-{limits.quiet_until:%H:%M} {call.organisation.timezone}",
        service_window=_(
            "Free text only within 24 hours after the customer's last message; else an approved template."
        ),
        template_categories={
            "marketing": _("Anything promotional, mixed or unclear."),
            "utility": _("Not promotional, and asked for by the customer or essential to them."),
            "authentication": _("One-time passwords only, in Meta's own words."),
        },
    )
