"""What is asked for and what is countersigned when automation changes: a flow, a keyword rule or an auto reply."""

from datetime import date, datetime
from typing import Annotated, Any, Literal, Self
from uuid import UUID

from django.utils.translation import gettext as _
from pydantic import Field, model_validator

from approvals.contracts import Answer, Ask, Contract
from messaging.whatsapp.automation.definition import FlowDefinition

AutomationKind = Literal["flow", "keyword_rule", "auto_reply"]
# Kind -> the one write that carries such a change out.
WRITES: dict[str, str] = {
    "flow": "whatsapp.flow.upsert",
    "keyword_rule": "whatsapp.keyword_rule.upsert",
    "auto_reply": "whatsapp.auto_reply.enable",
}


class FlowAsk(Ask):
    definition: Annotated[FlowDefinition, Field(description="Its nodes; the customer reads them word for word.")]
    purpose: Annotated[str, Field(max_length=300, description="What it is for.")] = ""


class RuleAsk(Ask):
    phrases: Annotated[
        list[Annotated[str, Field(min_length=1, max_length=80)]],
        Field(min_length=1, max_length=50, description="Words or phrases, each as customers write it in each script."),
    ]
    whole_message: Annotated[bool, Field(description="Only a message that is nothing but the phrase counts.")] = False
    languages: Annotated[
        list[Annotated[str, Field(pattern=r"^[a-z]{2,3}$")]],
        Field(max_length=20, description="Languages it counts for, such as en or zh; empty for all."),
    ] = []
    priority: Annotated[int, Field(ge=1, le=100, description="The highest goes first.")] = 50
    intent: Annotated[str, Field(max_length=80, description="What customers want who write so.")] = ""


class ScheduleAsk(Ask):
    when: Annotated[
        Literal["always", "open", "shut"],
        Field(description="open and shut go by the business hours of the conversation's queue."),
    ] = "always"
    from_day: Annotated[date | None, Field(description="From this day, in the organisation's time zone.")] = None
    until_day: Annotated[date | None, Field(description="Until this day, included.")] = None
    hours_between: Annotated[
        int, Field(ge=1, le=720, description="Hours in which one conversation does not get it again.")
    ] = 12

    @model_validator(mode="after")
    def _in_order(self) -> Self:
        if self.from_day and self.until_day and self.until_day < self.from_day:
            raise ValueError("until_day lies before from_day")
        return self


class AutomationAsk(Ask):
    kind: Annotated[AutomationKind, Field(description="What changes.")]
    automation_id: Annotated[
        UUID | None, Field(description="The flow, keyword rule or auto reply that changes; null for a new one.")
    ] = None
    base_version_token: Annotated[
        str, Field(max_length=40, description="Its version_token as you read it; empty for a new one.")
    ] = ""
    name: Annotated[str, Field(min_length=2, max_length=120, description="Its name, once in the organisation.")]
    enabled: Annotated[bool, Field(description="Whether it answers customers once this is approved.")]
    flow: Annotated[FlowAsk | None, Field(description="For kind flow.")] = None
    keyword_rule: Annotated[RuleAsk | None, Field(description="For kind keyword_rule.")] = None
    auto_reply: Annotated[ScheduleAsk | None, Field(description="For kind auto_reply.")] = None
    flow_id: Annotated[
        UUID | None, Field(description="The flow that a rule or auto reply begins: an id of whatsapp.flows.list.")
    ] = None
    reply_text: Annotated[str, Field(max_length=4096, description="Instead of a flow: the one text to answer.")] = ""
    queue_id: Annotated[
        UUID | None,
        Field(description="A rule moves the conversation to this queue; an auto reply counts for its conversations."),
    ] = None
    sender_id: Annotated[UUID | None, Field(description="The number it counts for; null for all.")] = None

    @model_validator(mode="after")
    def _one_kind(self) -> Self:
        given = {kind for kind in WRITES if getattr(self, kind) is not None}
        if given != {self.kind}:
            raise ValueError(f"give {self.kind}, and none of the other two kinds")
        if self.kind == "flow" and (self.flow_id or self.reply_text or self.queue_id or self.sender_id):
            raise ValueError("flow_id, reply_text, queue_id and sender_id are for keyword rules and auto replies")
        return self


class FindingPart(Contract):
    code: Annotated[str, Field(description="What was found.")]
    where: Annotated[str, Field(description="The path to the place: start → menu → hours.")]
    severity: Annotated[str, Field(description="error: it is refused. risk: somebody should look twice.")]
    text: Annotated[str, Field(description="What is wrong, in English.")]
    fix: Annotated[str, Field(description="What to do about it, in English.")]


class ReplayExample(Contract):
    contact_id: Annotated[UUID, Field(description="Who wrote.")]
    at: Annotated[datetime, Field(description="When.")]
    phrase: Annotated[str, Field(description="The phrase of the rule that the message met; empty for auto replies.")]
    receives: Annotated[str, Field(description="What they would have read first.")]


class Replay(Contract):
    """What the change would have done with what customers really wrote."""

    days: Annotated[int, Field(description="How far back was looked.")]
    looked_at: Annotated[int, Field(description="Messages of customers in that time.")]
    is_cut: Annotated[bool, Field(description="Whether there were more than were looked at.")]
    matched: Annotated[int, Field(description="Messages that it met.")]
    answered: Annotated[int, Field(description="Of these, the ones it would have answered or routed.")]
    conversations: Annotated[int, Field(description="Conversations with such a message.")]
    people: Annotated[int, Field(description="People who would have received something, or been routed.")]
    taken_over: Annotated[dict[str, int], Field(description="Other rule -> messages that are its own today.")]
    outranked_by: Annotated[dict[str, int], Field(description="Rule of a higher priority -> messages it keeps.")]
    tied_with: Annotated[dict[str, int], Field(description="Rule of the same priority -> messages both meet.")]
    examples: Annotated[list[ReplayExample], Field(description="The last of them.")]

    @property
    def percent(self) -> float:
        return 100 * self.matched / self.looked_at if self.looked_at else 0.0


class FlowPart(Contract):
    definition: Annotated[dict[str, Any], Field(description="The whole flow.")]
    digest: Annotated[str, Field(description="SHA-256 of the definition.")]
    definition_before: Annotated[dict[str, Any] | None, Field(description="The live version; null for a new flow.")]
    purpose: Annotated[str, Field(description="What it is for.")]
    waiting_runs: Annotated[int, Field(description="Conversations that stand in it now; they end on their version.")]


class RulePart(Contract):
    phrases: Annotated[list[str], Field(description="As they are looked for.")]
    phrases_before: Annotated[list[str], Field(description="As they were; empty for a new rule.")]
    is_whole: Annotated[bool, Field(description="Only a message that is nothing but the phrase counts.")]
    languages: Annotated[list[str], Field(description="Languages it counts for; empty for all.")]
    priority: Annotated[int, Field(description="The highest goes first.")]
    intent: Annotated[str, Field(description="What customers want who write so.")]


class SchedulePart(Contract):
    when: Annotated[str, Field(description="always, open or shut.")]
    from_day: Annotated[date | None, Field(description="From this day.")]
    until_day: Annotated[date | None, Field(description="Until this day, included.")]
    hours_between: Annotated[int, Field(description="Hours in which one conversation does not get it again.")]


class AutomationChange(Contract):
    kind: Annotated[str, Field(description="flow, keyword_rule or auto_reply.")]
    automation_id: Annotated[UUID | None, Field(description="What changes; null for a new one.")]
    base_version: Annotated[int, Field(description="Its version when this was planned; 0 for a new one.")]
    name: Annotated[str, Field(description="Its name.")]
    enabled_before: Annotated[bool, Field(description="Whether it answers customers today.")]
    enabled: Annotated[bool, Field(description="Whether it answers customers afterwards.")]
    flow: Annotated[FlowPart | None, Field(description="For a flow: its nodes.")] = None
    rule: Annotated[RulePart | None, Field(description="For a keyword rule: what it meets.")] = None
    schedule: Annotated[SchedulePart | None, Field(description="For an auto reply: when it counts.")] = None
    flow_id: Annotated[UUID | None, Field(description="The flow that it begins.")] = None
    flow_name: Annotated[str, Field(description="Its name.")] = ""
    flow_digest: Annotated[str, Field(description="The live version of that flow, by its digest.")] = ""
    reply_text: Annotated[str, Field(description="The text it answers with, without a flow.")] = ""
    queue_id: Annotated[UUID | None, Field(description="Where a rule routes to; whose an auto reply is.")] = None
    queue_name: Annotated[str, Field(description="Its name.")] = ""
    sender_id: Annotated[UUID | None, Field(description="The number it counts for; null for all.")] = None
    sender_name: Annotated[str, Field(description="Its name.")] = ""
    findings: Annotated[list[FindingPart], Field(description="What is wrong or risky, with the path to it.")] = []
    replay: Annotated[Replay, Field(description="What it would have done in the last days.")]

    def is_for(self, tool: str) -> bool:
        return WRITES[self.kind] == tool

    def sentence(self) -> str:
        facts = {"name": self.name}
        if self.kind == "flow":
            words = _("Flow “%(name)s”: lead customers by it") if self.enabled else _("Keep the flow “%(name)s” paused")
        elif self.kind == "keyword_rule":
            words = _("Keyword rule “%(name)s”: answer") if self.enabled else _("Switch the rule “%(name)s” off")
        else:
            words = _("Auto reply “%(name)s”: answer") if self.enabled else _("Switch the auto reply “%(name)s” off")
        return words % facts


class AutomationKept(Answer):
    automation_id: Annotated[UUID, Field(description="The flow, keyword rule or auto reply.")]
    enabled: Annotated[bool, Field(description="Whether it answers customers now.")]
    version_token: Annotated[str, Field(description="Pass it as base_version_token to change it again.")]
