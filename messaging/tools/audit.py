"""whatsapp.audit_logs.list."""

from datetime import datetime
from typing import Annotated, Any

from pydantic import Field

from accounts.roles import AUDIT
from approvals.contracts import Answer, Moment
from approvals.registry import Call, Kind, tool
from audit.actions import sentence_of
from audit.models import Entry
from messaging.paging import PageAnswer, PageAsk, page


class AuditAsk(PageAsk):
    action: Annotated[str, Field(max_length=60, description="Only this action, such as request.approve.")] = ""
    subject_id: Annotated[str, Field(max_length=60, description="Only entries about this id.")] = ""
    since: Annotated[Moment | None, Field(description="Only entries from then on.")] = None
    until: Annotated[Moment | None, Field(description="Only entries before then.")] = None


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
