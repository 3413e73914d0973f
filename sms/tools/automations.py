"""sms_marketing.automations.list and .update_state, and the run that Countersign asks itself for."""

from collections.abc import Mapping
from datetime import datetime, timedelta
from decimal import Decimal
from typing import Annotated, Any
from uuid import UUID

from django.utils.translation import gettext as _
from pydantic import Field

from accounts.roles import Role
from approvals.contracts import Answer
from approvals.floors import Never, When
from approvals.registry import Call, Kind, tool
from approvals.versions import token_of
from messaging.gate import marketing_cap_in_words, rules_of
from messaging.paging import PageAnswer, PageAsk, page
from sms.automations import keeping, planning, running
from sms.automations.contract import AutomationContract, AutomationKept, RunContract, TriggerName
from sms.automations.guards import AutomationStands, AutomationUnchanged, SafeToEnable, WithinTheDaysCost
from sms.campaigns.drafts import texts_of
from sms.campaigns.guards import CAMPAIGN_GUARDS
from sms.models import Automation
from sms.routing import Route, routes_of


class AutomationsAsk(PageAsk):
    event: Annotated[TriggerName | None, Field(description="Only those that this sets off.")] = None


class AutomationRow(Answer):
    automation_id: Annotated[UUID, Field(description="Its id.")]
    name: Annotated[str, Field(description="Its name.")]
    event: Annotated[str, Field(description="What sets it off.")]
    state: Annotated[str, Field(description="enabled or paused.")]
    pause_reason: Annotated[str, Field(description="Why Countersign paused it; empty when people did.")]
    campaign_id: Annotated[UUID, Field(description="The campaign whose words it sends.")]
    campaign: Annotated[str, Field(description="Its name.")]
    category: Annotated[str, Field(description="marketing or utility.")]
    texts: Annotated[dict[str, str], Field(description="Language code -> text, as it is now.")]
    template_version: Annotated[int, Field(description="The version of the texts that was approved.")]
    template_is_current: Annotated[bool, Field(description="Whether the texts are still in that version.")]
    segment: Annotated[str, Field(description="Who is outside this segment gets nothing.")]
    sender: Annotated[str, Field(description="The sender ID.")]
    countries: Annotated[list[str], Field(description="Where it can be delivered today.")]
    daily_cap: Annotated[int, Field(description="Texts a day at most.")]
    per_contact_hours: Annotated[int, Field(description="Hours between two texts to one person.")]
    cost_a_day: Annotated[Decimal, Field(description="It pauses before a day costs more.")]
    currency: Annotated[str, Field(description="ISO 4217 code of cost_a_day; empty where there is no way.")]
    marketing_cap: Annotated[str, Field(description="The cap of all marketing to one person, which counts as well.")]
    opt_out: Annotated[str, Field(description="What happens with opt-outs.")]
    last_day: Annotated[
        dict[str, int],
        Field(description="Events of 24 hours: waiting, sent, nobody, repeated, over_cap, too_late, left_out."),
    ]
    action_request_id: Annotated[UUID | None, Field(description="The request it stands on.")]
    updated_at: Annotated[datetime, Field(description="When it was changed last.")]
    version_token: Annotated[str, Field(description="Pass it as base_version_token to change it.")]


class AutomationsPage(PageAnswer):
    automations: Annotated[list[AutomationRow], Field(description="Newest first.")]


@tool(
    "sms_marketing.automations.list",
    kind=Kind.READ,
    scope="sms:read",
    reads_first=("sms_marketing.config.get",),
    safety="Shows event, limits, opt-outs and the version of the texts; nobody's number is shown.",
)
def list_automations(call: Call, ask: AutomationsAsk) -> AutomationsPage:
    """List the SMS automations: what sets them off, their texts and limits, and what became of a day's events."""
    found = Automation.objects.filter(organisation=call.organisation)
    if ask.event is not None:
        found = found.filter(event=ask.event)
    related = found.select_related("campaign__segment", "campaign__identity", "campaign__texts")
    rows, cursor = page(related.prefetch_related("campaign__texts__translations"), ask, by="created_at")
    routes = {sender: routes_of(sender, call.now.date()) for sender in {one.campaign.identity for one in rows}}
    last_day = running.outcomes_since(rows, call.now - timedelta(days=1))
    cap = marketing_cap_in_words(rules_of(call.organisation))
    told = [_row(one, routes[one.campaign.identity], last_day[one.pk], cap) for one in rows]
    return AutomationsPage(automations=told, next_cursor=cursor)


def _row(automation: Automation, routes: Mapping[str, Route], last_day: Mapping[str, int], cap: str) -> AutomationRow:
    campaign = automation.campaign
    return AutomationRow(
        automation_id=automation.pk,
        name=automation.name,
        event=automation.event,
        state=automation.state,
        pause_reason=automation.pause_reason,
        campaign_id=campaign.pk,
        campaign=campaign.name,
        category=campaign.category,
        texts=texts_of(campaign),
        template_version=automation.campaign_version,
        template_is_current=automation.campaign_version == campaign.version,
        segment=campaign.segment.name,
        sender=campaign.identity.value,
        countries=sorted(routes),
        currency=next((route.currency for route in routes.values()), ""),
        marketing_cap=cap,
        opt_out=_("Whoever opted out is left out at the moment of sending, whatever the event."),
        last_day=dict(last_day),
        action_request_id=automation.request_id,
        updated_at=automation.updated_at,
        version_token=token_of(automation),
        **_limits(automation),
    )


def _limits(automation: Automation) -> dict[str, Any]:
    return {
        "daily_cap": automation.daily_cap,
        "per_contact_hours": automation.per_contact_hours,
        "cost_a_day": automation.cost_a_day,
    }


def enables(contract: AutomationContract) -> bool:
    return contract.state == Automation.State.ENABLED


def only_pauses(contract: AutomationContract) -> bool:
    return contract.is_pause_alone


@tool(
    "sms_marketing.automations.update_state",
    kind=Kind.WRITE,
    scope="sms:request",
    reads_first=("sms_marketing.automations.list", "sms_marketing.approval_policies.list"),
    plan=keeping.plan_automation,
    approval=When(enables, role=Role.COMPLIANCE, never=only_pauses),
    guards=(AutomationUnchanged(), SafeToEnable()),
    spends=False,
    safety="Not enabled without limits, sendable texts, known prices and, for marketing, a way to opt out. Pausing is"
    " immediate.",
)
def update_state(call: Call, contract: AutomationContract) -> AutomationKept:
    """Make, change, enable or pause an automation. An officer decides on enabling; pausing waits for nobody."""
    return keeping.keep_automation(call, contract)


class RunSent(Answer):
    batch_id: Annotated[UUID, Field(description="The send.")]


@tool(
    running.TOOL,
    kind=Kind.WRITE,
    scope="sms:request",
    plan=planning.plan_run,
    approval=Never(),
    guards=(AutomationStands(), *CAMPAIGN_GUARDS, WithinTheDaysCost()),
    desk_only=True,
    safety="Stands on the request by which people enabled the automation; everybody passes the gate as in a campaign.",
)
def run_automation(call: Call, contract: RunContract) -> RunSent:
    """Send an enabled automation's text to the people of the events that wait."""
    return RunSent(batch_id=running.send_run(call, contract).pk)
