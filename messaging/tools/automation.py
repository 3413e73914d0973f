"""whatsapp.flows.list, .keyword_rules.list, .automation_change.preview, .flow.upsert, .keyword_rule.upsert,
and .auto_reply.enable.
"""

from datetime import date, datetime
from typing import Annotated, Any
from uuid import UUID

from pydantic import Field

from accounts.roles import CONFIGURATION, Role
from approvals.contracts import Answer
from approvals.floors import Always
from approvals.masking import Personal
from approvals.registry import Call, Kind, tool
from approvals.versions import token_of
from messaging.models import AutoReply, Flow, KeywordRule
from messaging.paging import PageAnswer, PageAsk, page
from messaging.whatsapp.automation import keeping, planning
from messaging.whatsapp.automation.answering import waiting_in
from messaging.whatsapp.automation.contract import AutomationAsk, AutomationChange, AutomationKept
from messaging.whatsapp.automation.guards import AUTO_REPLY_GUARDS, FLOW_GUARDS, RULE_GUARDS
from messaging.whatsapp.automation.names import shown_to

# What customers could use to get round it, and staff need not know: shown to who may see the configuration.
Routing = Personal("text", unless=CONFIGURATION)


class AutoReplyRow(Answer):
    automation_id: Annotated[UUID, Field(description="Its id.")]
    name: Annotated[str, Field(description="Its name.")]
    enabled: Annotated[bool, Field(description="Whether it answers customers.")]
    flow_id: Annotated[UUID | None, Field(description="The flow that it begins.")]
    reply_text: Annotated[str, Field(description="The text it answers with, without a flow.")]
    when: Annotated[str, Field(description="always, open or shut: by the queue's business hours.")]
    from_day: Annotated[date | None, Field(description="From this day.")]
    until_day: Annotated[date | None, Field(description="Until this day, included.")]
    hours_between: Annotated[int, Field(description="Hours in which one conversation does not get it again.")]
    queue: Annotated[str, Routing, Field(description="Whose conversations it counts for; empty for all.")]
    sender: Annotated[str, Field(description="The number it counts for; empty for all.")]
    version_token: Annotated[str, Field(description="Pass it as base_version_token to change it.")]


class FlowRow(Answer):
    flow_id: Annotated[UUID, Field(description="Its id.")]
    name: Annotated[str, Field(description="Its name.")]
    purpose: Annotated[str, Field(description="What it is for.")]
    state: Annotated[str, Field(description="active, or paused: then it leads nobody.")]
    definition: Annotated[
        dict[str, Any] | None, Field(description="The live version's nodes: what customers are led by.")
    ]
    live_version: Annotated[int | None, Field(description="The number of the live version.")]
    waiting_runs: Annotated[int, Field(description="Conversations that stand in it now.")]
    action_request_id: Annotated[UUID | None, Field(description="The request that approved the live version.")]
    updated_at: Annotated[datetime, Field(description="When it was changed last.")]
    version_token: Annotated[str, Field(description="Pass it as base_version_token to change it.")]


class FlowsPage(PageAnswer):
    flows: Annotated[list[FlowRow], Field(description="Newest first.")]
    auto_replies: Annotated[list[AutoReplyRow], Field(description="All of them, on each page, by name.")]


@tool(
    "whatsapp.flows.list",
    kind=Kind.READ,
    scope="whatsapp:read",
    reads_first=("whatsapp.config.get",),
    safety="What is not approved and enabled answers nobody. Where queues are routed to is shown to who may see the"
    " configuration.",
)
def list_flows(call: Call, ask: PageAsk) -> FlowsPage:
    """List the flows with their live nodes, buttons and fallbacks, and the auto replies with scope and schedule."""
    found = Flow.objects.filter(organisation=call.organisation).select_related("live")
    rows, cursor = page(found, ask, by="created_at")
    replies = AutoReply.objects.filter(organisation=call.organisation).select_related("queue", "sender")
    waiting = waiting_in(rows)
    return FlowsPage(
        flows=[_flow(call, one, waiting.get(one.pk, 0)) for one in rows],
        auto_replies=[_auto_reply(one) for one in replies.order_by("name")],
        next_cursor=cursor,
    )


def _flow(call: Call, flow: Flow, waiting: int) -> FlowRow:
    live = flow.live
    return FlowRow(
        flow_id=flow.pk,
        name=flow.name,
        purpose=flow.purpose,
        state=flow.state,
        definition=shown_to(call.actor, live.definition) if live else None,
        live_version=live.number if live else None,
        waiting_runs=waiting,
        action_request_id=live.request_id if live else None,
        updated_at=flow.updated_at,
        version_token=token_of(flow),
    )


def _auto_reply(row: AutoReply) -> AutoReplyRow:
    return AutoReplyRow(
        automation_id=row.pk,
        queue=row.queue.name if row.queue else "",
        sender=str(row.sender) if row.sender else "",
        version_token=token_of(row),
        **{
            name: getattr(row, name)
            for name in (
                "name", "enabled", "flow_id", "reply_text", "when", "from_day", "until_day", "hours_between",
            )
        },
    )  # fmt: skip


class KeywordRuleRow(Answer):
    automation_id: Annotated[UUID, Field(description="Its id.")]
    name: Annotated[str, Field(description="Its name.")]
    intent: Annotated[str, Field(description="What customers want who write so.")]
    enabled: Annotated[bool, Field(description="Whether it answers customers.")]
    phrases: Annotated[list[str], Field(description="What it meets.")]
    is_whole: Annotated[bool, Field(description="Only a message that is nothing but the phrase counts.")]
    languages: Annotated[list[str], Field(description="Languages it counts for; empty for all.")]
    flow_id: Annotated[UUID | None, Field(description="The flow that it begins.")]
    reply_text: Annotated[str, Field(description="The text it answers with, without a flow.")]
    queue: Annotated[str, Routing, Field(description="Where it moves the conversation; empty where it stays.")]
    priority: Annotated[int, Routing, Field(description="The highest goes first.")]
    sender: Annotated[str, Field(description="The number it counts for; empty for all.")]
    action_request_id: Annotated[UUID | None, Field(description="The request that approved it.")]
    updated_at: Annotated[datetime, Field(description="When it was changed last.")]
    version_token: Annotated[str, Field(description="Pass it as base_version_token to change it.")]


class KeywordRulesPage(PageAnswer):
    keyword_rules: Annotated[list[KeywordRuleRow], Field(description="Newest first.")]


@tool(
    "whatsapp.keyword_rules.list",
    kind=Kind.READ,
    scope="whatsapp:read",
    reads_first=("whatsapp.flows.list",),
    safety="Priorities and the queues that are routed to are shown to who may see the configuration; never pass them"
    " on to customers.",
)
def list_keyword_rules(call: Call, ask: PageAsk) -> KeywordRulesPage:
    """List the keyword rules: phrases, intent, languages, answer, routing and priority."""
    found = KeywordRule.objects.filter(organisation=call.organisation).select_related("queue", "sender")
    rows, cursor = page(found, ask, by="created_at")
    return KeywordRulesPage(keyword_rules=[_rule(one) for one in rows], next_cursor=cursor)


def _rule(row: KeywordRule) -> KeywordRuleRow:
    return KeywordRuleRow(
        automation_id=row.pk,
        queue=row.queue.name if row.queue else "",
        sender=str(row.sender) if row.sender else "",
        action_request_id=row.request_id,
        version_token=token_of(row),
        **{
            name: getattr(row, name)
            for name in (
                "name", "intent", "enabled", "phrases", "is_whole", "languages", "flow_id", "reply_text", "priority",
                "updated_at",
            )
        },
    )  # fmt: skip


@tool(
    "whatsapp.automation_change.preview",
    kind=Kind.PREVIEW,
    scope="whatsapp:preview",
    reads_first=("whatsapp.flows.list", "whatsapp.keyword_rules.list", "whatsapp.policy_rules.get"),
    safety="Finds loops, dead ends, missing fallbacks, old prices, templates that may not be sent and keywords that are"
    " too broad or claimed twice, and replays the change over the last 30 days.",
)
def preview_automation(call: Call, ask: AutomationAsk) -> AutomationChange:
    """Check and freeze a change of a flow, keyword rule or auto reply, and show what it would have done lately."""
    return planning.plan_change(call, ask)


@tool(
    "whatsapp.flow.upsert",
    kind=Kind.WRITE,
    scope="whatsapp:request",
    reads_first=("whatsapp.automation_change.preview",),
    preview="whatsapp.automation_change.preview",
    approval=Always(role=Role.COMPLIANCE),
    guards=FLOW_GUARDS,
    safety="Nobody is led by a flow before an officer has approved these very nodes.",
)
def upsert_flow(call: Call, contract: AutomationChange) -> AutomationKept:
    """Keep a previewed flow as its next version, once an officer has approved it."""
    return keeping.keep_change(call, contract)


@tool(
    "whatsapp.keyword_rule.upsert",
    kind=Kind.WRITE,
    scope="whatsapp:request",
    reads_first=("whatsapp.automation_change.preview",),
    preview="whatsapp.automation_change.preview",
    approval=Always(role=Role.COMPLIANCE),
    guards=RULE_GUARDS,
    safety="Too broad keywords, and two rules of one priority that meet the same messages, are refused.",
)
def upsert_keyword_rule(call: Call, contract: AutomationChange) -> AutomationKept:
    """Keep a previewed keyword rule once an officer has approved it: only then routing or replies change."""
    return keeping.keep_change(call, contract)


@tool(
    "whatsapp.auto_reply.enable",
    kind=Kind.WRITE,
    scope="whatsapp:request",
    reads_first=("whatsapp.automation_change.preview",),
    preview="whatsapp.automation_change.preview",
    approval=Always(role=Role.COMPLIANCE),
    guards=AUTO_REPLY_GUARDS,
    safety="Fallbacks and the way to a person are checked again before it is enabled.",
)
def enable_auto_reply(call: Call, contract: AutomationChange) -> AutomationKept:
    """Enable, disable or adjust an auto reply's scope and schedule once an officer has approved it."""
    return keeping.keep_change(call, contract)
