"""sms_marketing.campaigns.* and sms_marketing.cost_preview: a campaign from its draft to its send."""

from collections.abc import Mapping
from datetime import datetime
from decimal import Decimal
from typing import Annotated, Any
from uuid import UUID

from pydantic import Field

from accounts.roles import Role
from approvals.contracts import Answer, Ask
from approvals.floors import Always, ByPolicy, Never
from approvals.registry import Call, Kind, tool
from approvals.versions import token_of
from messaging.engine.tallies import Tally, tallies
from messaging.finding import find_own
from messaging.paging import PageAnswer, PageAsk, page
from sms.campaigns import cancelling, drafts, life, preview
from sms.campaigns.addresses import opt_out_variable_of, short_link_ids_of
from sms.campaigns.cancelling import CanBeCancelled, CancelContract, Cancelled
from sms.campaigns.contract import CampaignContract, CostAsk
from sms.campaigns.drafts import ChangeAsk, DraftContract, DraftKept, DraftUnchanged
from sms.campaigns.guards import CAMPAIGN_GUARDS
from sms.campaigns.life import DueNow, NotScheduledYet, Scheduled
from sms.models import Campaign


class CampaignsAsk(PageAsk):
    name: Annotated[str, Field(max_length=200, description="Only campaigns whose name has this in it.")] = ""


class CampaignRow(Answer):
    campaign_id: Annotated[UUID, Field(description="Its id.")]
    name: Annotated[str, Field(description="Its name.")]
    state: Annotated[
        str, Field(description="draft, scheduled, releasing, sending, paused, completed, stopped or expired.")
    ]
    pause_reason: Annotated[str, Field(description="Why it is paused; empty unless it is.")]
    category: Annotated[str, Field(description="marketing or utility.")]
    segment: Annotated[str, Field(description="The segment's name.")]
    sender: Annotated[str, Field(description="The sender ID.")]
    languages: Annotated[list[str], Field(description="The languages it has a text in.")]
    short_link_ids: Annotated[dict[str, UUID], Field(description="Variable -> the short link that fills it.")]
    due_at: Annotated[datetime | None, Field(description="When it begins; null for a draft.")]
    outcomes: Annotated[
        dict[str, int], Field(description="People by what became of their text; adds up to targeted. Empty for drafts.")
    ]
    cost_ceiling: Annotated[Decimal | None, Field(description="The send stops before it costs more.")]
    action_request_id: Annotated[UUID | None, Field(description="The request that was countersigned.")]
    version_token: Annotated[str, Field(description="Pass it as base_version_token to edit, price or cancel it.")]


class CampaignsPage(PageAnswer):
    campaigns: Annotated[list[CampaignRow], Field(description="Newest first.")]


class CampaignAsk(Ask):
    campaign_id: Annotated[UUID, Field(description="An id of sms_marketing.campaigns.list.")]


class CampaignDetail(CampaignRow):
    goal: Annotated[str, Field(description="What it is meant to achieve.")]
    texts: Annotated[dict[str, str], Field(description="Language code -> text with its variables.")]
    default_language: Annotated[str, Field(description="Read by people whose language has no text.")]
    variables: Annotated[list[dict[str, Any]], Field(description="Where each variable gets its value.")]
    opt_out_variable: Annotated[
        str, Field(description="The variable that each person's own link to opt out fills; empty for none.")
    ]
    advice: Annotated[str, Field(description="What the officer should know.")]
    contract: Annotated[
        dict[str, Any] | None, Field(description="What was countersigned: ways, parts, cost, exclusions. Null before.")
    ]


@tool(
    "sms_marketing.campaigns.list",
    kind=Kind.READ,
    scope="sms:read",
    reads_first=("sms_marketing.config.get",),
    safety="Only campaigns of your own organisation; nobody's number is shown.",
)
def list_campaigns(call: Call, ask: CampaignsAsk) -> CampaignsPage:
    """List SMS campaigns with segment, sender ID, schedule, approval and outcomes, newest first."""
    campaigns = Campaign.objects.filter(organisation=call.organisation)
    if ask.name:
        campaigns = campaigns.filter(name__icontains=ask.name)
    related = ("segment", "identity", "texts", "send__audience", "send__preview")
    told = campaigns.select_related(*related).prefetch_related("texts__translations")
    rows, cursor = page(told, ask, by="created_at")
    numbers = tallies([one.send for one in rows if one.send is not None])
    return CampaignsPage(campaigns=[CampaignRow(**_facts(one, numbers)) for one in rows], next_cursor=cursor)


@tool(
    "sms_marketing.campaigns.get",
    kind=Kind.READ,
    scope="sms:read",
    reads_first=("sms_marketing.campaigns.list",),
    safety="Edits, prices and schedules have to pass the version_token that is read here.",
)
def get_campaign(call: Call, ask: CampaignAsk) -> CampaignDetail:
    """Read one SMS campaign: texts, segment, sender ID, variables, and once it was priced what was countersigned."""
    campaign = find_own(Campaign, ask.campaign_id, call.organisation, "campaign_id", "sms_marketing.campaigns.list")
    return CampaignDetail(
        **_facts(campaign, tallies([campaign.send] if campaign.send is not None else [])),
        goal=campaign.goal,
        texts=drafts.texts_of(campaign),
        default_language=campaign.texts.default_language,
        variables=campaign.variables,
        opt_out_variable=opt_out_variable_of(campaign),
        advice=campaign.notes,
        contract=campaign.send.preview.contract if campaign.send is not None else None,
    )


def _facts(campaign: Campaign, numbers: Mapping[UUID, Tally]) -> dict[str, Any]:
    send = campaign.send
    return {
        "campaign_id": campaign.pk,
        "name": campaign.name,
        "state": str(send.state) if send is not None else "draft",
        "pause_reason": send.pause_reason if send is not None else "",
        "category": campaign.category,
        "segment": campaign.segment.name,
        "sender": campaign.identity.value,
        "languages": sorted(drafts.texts_of(campaign)),
        "short_link_ids": short_link_ids_of(campaign),
        "due_at": send.due_at if send is not None else None,
        "outcomes": numbers[send.pk].as_dict() if send is not None else {},
        "cost_ceiling": send.cost_ceiling if send is not None else None,
        "action_request_id": send.request_id if send is not None else None,
        "version_token": token_of(campaign),
    }


def plan_change(call: Call, ask: ChangeAsk) -> DraftContract:
    """The same plan; the registry reads from its annotation that an edit names the campaign and its version."""
    return drafts.plan_draft(call, ask)


@tool(
    "sms_marketing.campaigns.create_draft",
    kind=Kind.WRITE,
    scope="sms:request",
    reads_first=(
        "sms_marketing.segments.preview",
        "sms_marketing.copy.fit_preview",
        "sms_marketing.short_links.preview",
    ),
    plan=drafts.plan_draft,
    approval=ByPolicy(),
    guards=(DraftUnchanged(),),
    spends=False,
    safety="A draft sends nothing; a text that no network carries, or with a broken variable, is not kept.",
)
def create_draft(call: Call, contract: DraftContract) -> DraftKept:
    """Keep a new SMS campaign as a draft: segment, texts by language, sender ID, variables, short links."""
    return drafts.keep_draft(call, contract)


@tool(
    "sms_marketing.campaigns.update",
    kind=Kind.WRITE,
    scope="sms:request",
    reads_first=("sms_marketing.campaigns.get", "sms_marketing.approval_policies.list"),
    plan=plan_change,
    approval=ByPolicy(),
    guards=(DraftUnchanged(),),
    spends=False,
    safety="A campaign that is scheduled is not edited; an edit voids the previews made of the version before.",
)
def update_campaign(call: Call, contract: DraftContract) -> DraftKept:
    """Edit a drafted SMS campaign, in the version that was read."""
    return drafts.keep_draft(call, contract)


@tool(
    "sms_marketing.cost_preview",
    kind=Kind.PREVIEW,
    scope="sms:preview",
    reads_first=("sms_marketing.campaigns.get", "sms_marketing.quotas.get", "sms_marketing.gateways.list"),
    safety="Estimates are marked as such; opt-outs, people without consent or route and texts too long are left out.",
)
def preview_cost(call: Call, ask: CostAsk) -> CampaignContract:
    """Show who would get a campaign, who is left out and why, the ways by country, the parts and what it costs.

    Freezes exactly that. Sends nothing and changes nothing but the preview itself.
    """
    return preview.preview_campaign(call, ask)


@tool(
    "sms_marketing.campaigns.schedule",
    kind=Kind.WRITE,
    scope="sms:request",
    reads_first=("sms_marketing.campaigns.get", "sms_marketing.cost_preview", "sms_marketing.sender_ids.list"),
    preview="sms_marketing.cost_preview",
    approval=Always(role=Role.COMPLIANCE),
    guards=(*CAMPAIGN_GUARDS, NotScheduledYet()),
    safety="Consent, opt-outs, caps, sender ID and price are asked again for each person at the moment of sending.",
)
def schedule_campaign(call: Call, contract: CampaignContract) -> Scheduled:
    """Schedule a priced campaign. A compliance officer decides; afterwards it goes out by itself at its time."""
    return life.schedule_campaign(call, contract)


@tool(
    "sms_marketing.campaigns.send_approved",
    kind=Kind.WRITE,
    scope="sms:request",
    reads_first=("sms_marketing.campaigns.get", "sms_marketing.opt_outs.list", "sms_marketing.cost_preview"),
    preview="sms_marketing.cost_preview",
    approval=Always(role=Role.COMPLIANCE),
    guards=(*CAMPAIGN_GUARDS, NotScheduledYet(), DueNow()),
    safety="Nothing is sent that nobody countersigned; each person is asked about again at the moment of sending.",
)
def send_campaign(call: Call, contract: CampaignContract) -> Scheduled:
    """Send a priced campaign as soon as a compliance officer has approved it."""
    return life.schedule_campaign(call, contract)


@tool(
    "sms_marketing.campaigns.cancel_schedule",
    kind=Kind.WRITE,
    scope="sms:request",
    reads_first=("sms_marketing.campaigns.get",),
    plan=cancelling.plan_cancelling,
    approval=Never(),
    guards=(CanBeCancelled(),),
    spends=False,
    safety="Stops at once, without waiting for anybody; texts that have left cannot be recalled, and are counted.",
)
def cancel_schedule(call: Call, contract: CancelContract) -> Cancelled:
    """Stop a scheduled or running campaign: whoever has not been sent theirs yet gets nothing."""
    return cancelling.cancel_campaign(call, contract)
