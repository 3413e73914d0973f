"""sms_marketing.config.get, .approval_policies.list and .frequency_caps.get: how SMS is set up here."""

from decimal import Decimal
from typing import Annotated

from django.utils.translation import gettext as _
from pydantic import Field

from approvals.contracts import Answer, Ask
from approvals.registry import Call, Kind, Tool, registry, tool
from messaging.engine.terms import FARTHEST, LASTS
from messaging.gate import rules_of
from messaging.quiet_hours import quiet_hours_in_words
from messaging.tools.policies import PolicyRow, floors, policies_of
from messaging.tools.setup import house_rules
from sms.campaigns.contract import CostAsk
from sms.links.making import base_of
from sms.models import LinkRules, Quota, SenderId, SenderIdState, SmsGateway


def sms_tools() -> list[Tool]:
    """Every tool of SMS."""
    return [one for one in registry if one.family == "sms_marketing"]


class ConfigAsk(Ask):
    pass


class LinkPolicy(Answer):
    stands_on: Annotated[str, Field(description="What your organisation's short links stand on.")]
    tracked: Annotated[bool, Field(description="Whether clicks may be counted.")]
    untracked_countries: Annotated[list[str], Field(description="Countries where nobody's clicks are counted.")]
    longest_days: Annotated[int, Field(description="Days a short link may live.")]


class SmsConfig(Answer):
    organisation: Annotated[str, Field(description="Whose configuration this is.")]
    timezone: Annotated[str, Field(description="Its time zone; quiet hours, days and months are counted in it.")]
    currency: Annotated[str, Field(description="The currency of budgets and policies; gateways bill in their own.")]
    default_country: Annotated[str, Field(description="How a number without a country is read.")]
    sender_ids: Annotated[list[str], Field(description="The verified sender IDs.")]
    gateways: Annotated[list[str], Field(description="The open gateways, in the order in which they are asked.")]
    short_links: Annotated[LinkPolicy, Field(description="Short links and tracking.")]
    opting_out: Annotated[str, Field(description="How people opt out.")]
    quiet_hours: Annotated[str, Field(description="When no marketing goes out.")]
    latest_start_days: Annotated[int, Field(description="How many days ahead a campaign may be scheduled.")]
    lasts_hours: Annotated[int, Field(description="How long after its start a campaign goes on, if nothing is said.")]
    most_parts: Annotated[int, Field(description="Parts that a text may take, if nothing is said.")]
    marketing_cap: Annotated[str, Field(description="How often one person gets marketing, over all channels.")]
    sending_stopped: Annotated[bool, Field(description="Whether an administrator has stopped all sending.")]
    quotas: Annotated[dict[str, Decimal], Field(description="Currency -> the most that texts may cost in a month.")]
    approvals: Annotated[dict[str, str], Field(description="Tool -> the least that is asked before it is carried out.")]
    costs: Annotated[str, Field(description="What to know of estimates and charges.")]


@tool(
    "sms_marketing.config.get",
    kind=Kind.READ,
    scope="sms:read",
    safety="What stands here holds for every write; keys, passwords and addresses of callbacks are never shown.",
)
def get_config(call: Call, ask: ConfigAsk) -> SmsConfig:
    """Read how SMS is set up here: sender IDs, gateways, short links, opting out, schedules, approvals and costs."""
    whose = call.organisation
    senders = SenderId.objects.filter(organisation=whose, state=SenderIdState.VERIFIED).order_by("value")
    gateways = SmsGateway.objects.filter(organisation=whose, paused_at=None).order_by("position", "name")
    return SmsConfig(
        **house_rules(whose),
        currency=whose.currency,
        default_country=whose.default_country,
        sender_ids=list(senders.values_list("value", flat=True)),
        gateways=list(gateways.values_list("name", flat=True)),
        short_links=_links(call),
        opting_out=_("By the page behind the unsubscribe link, by STOP to a sender that takes replies, and by telling"
                     " anybody here. It takes effect at once, everywhere, and asks nobody."),
        latest_start_days=FARTHEST.days,
        lasts_hours=int(LASTS.total_seconds() // 3600),
        most_parts=int(CostAsk.model_fields["most_parts"].default),
        quotas=dict(Quota.objects.filter(organisation=whose).order_by("currency").values_list("currency", "monthly")),
        approvals=floors(sms_tools()),
        costs=_("Estimates take the dearest way of each country; charges are what gateways said, and may come late."),
    )  # fmt: skip


def _links(call: Call) -> LinkPolicy:
    rules = LinkRules.objects.filter(organisation=call.organisation).first() or LinkRules()
    return LinkPolicy(
        stands_on=base_of(call.organisation) or "",
        tracked=rules.tracked,
        untracked_countries=list(rules.untracked_countries),
        longest_days=rules.longest_days,
    )


class ApprovalsAsk(Ask):
    pass


class ApprovalPolicies(Answer):
    floors: Annotated[dict[str, str], Field(description="Tool -> the least that is asked before it is carried out.")]
    policies: Annotated[list[PolicyRow], Field(description="The organisation's own rules, which can only be stricter.")]


@tool(
    "sms_marketing.approval_policies.list",
    kind=Kind.READ,
    scope="sms:read",
    reads_first=("sms_marketing.config.get",),
    safety="What any of these rules asks a person about waits for that person; no tool goes round them.",
)
def list_approval_policies(call: Call, ask: ApprovalsAsk) -> ApprovalPolicies:
    """List what has to be decided by whom before campaigns, links, sender IDs and other writes of SMS happen."""
    return ApprovalPolicies(floors=floors(sms_tools()), policies=policies_of(call.organisation, sms_tools()))


class CapsAsk(Ask):
    pass


class FrequencyCaps(Answer):
    marketing_most: Annotated[int, Field(description="Marketing messages to one person, over all channels...")]
    marketing_days: Annotated[int, Field(description="...in a moving window of this many days.")]
    per_campaign: Annotated[int, Field(description="Texts of one campaign to one person.")]
    seconds_between: Annotated[int, Field(description="Seconds between two messages of one sender to one person.")]
    transactional: Annotated[str, Field(description="What holds for texts that people wait for.")]
    quiet_hours: Annotated[str, Field(description="When no marketing goes out.")]
    opt_outs_to_pause: Annotated[int, Field(description="Opt-outs per thousand that pause a send by themselves.")]
    counted: Annotated[str, Field(description="What counts towards the cap, and when.")]


@tool(
    "sms_marketing.frequency_caps.get",
    kind=Kind.READ,
    scope="sms:read",
    reads_first=("sms_marketing.config.get",),
    safety="The cap is asked again for each person at the moment of sending; nothing goes round it.",
)
def get_frequency_caps(call: Call, ask: CapsAsk) -> FrequencyCaps:
    """Read how often one person may be written to: marketing, one campaign, texts that people wait for."""
    rules = rules_of(call.organisation)
    return FrequencyCaps(
        marketing_most=rules.marketing_cap,
        marketing_days=rules.marketing_cap_days,
        per_campaign=1,
        seconds_between=rules.pair_gap_seconds,
        transactional=_("Not capped by number, but spaced by the seconds between two messages."),
        quiet_hours=quiet_hours_in_words(rules, call.organisation.timezone),
        opt_outs_to_pause=rules.opt_outs_to_pause,
        counted=_("Every try that may have reached the person, on any channel, from when it was handed over."),
    )
