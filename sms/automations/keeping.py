"""Planning and keeping what an automation is. Enabling is somebody else's yes; pausing waits for nobody."""

from decimal import Decimal

from approvals.reasons import refuse_if_any
from approvals.registry import Call
from approvals.versions import check_token, token_of
from audit.record import record
from messaging.finding import find_own
from sms.automations.contract import AutomationAsk, AutomationContract, AutomationKept
from sms.automations.guards import AutomationUnchanged
from sms.campaigns.drafts import texts_of
from sms.campaigns.preview import words_of
from sms.compliance.checking import check_copy
from sms.models import Automation, Campaign
from sms.routing import routes_of
from sms.text.filling import fill_shared

_TERMS = ("name", "event", "daily_cap", "per_contact_hours", "cost_a_day", "most_parts")


def plan_automation(call: Call, ask: AutomationAsk) -> AutomationContract:
    """The automation as it would be kept, with the words and prices of today."""
    automation = None
    if ask.automation_id is not None:
        automation = find_own(
            Automation, ask.automation_id, call.organisation, "automation_id", "sms_marketing.automations.list"
        )
    campaign = find_own(Campaign, ask.campaign_id, call.organisation, "campaign_id", "sms_marketing.campaigns.list")
    if automation is not None:
        check_token(automation, ask.base_version_token)
    routes = routes_of(campaign.identity, call.now.date())
    samples = words_of(campaign).samples
    texts = {language: fill_shared(text, samples) for language, text in texts_of(campaign).items()}
    prices: dict[str, Decimal] = {country: route.amount for country, route in sorted(routes.items())}
    return AutomationContract(
        automation_id=automation.pk if automation else None,
        base_version=automation.version if automation else 0,
        state_before=automation.state if automation else "",
        state=ask.state,
        is_pause_alone=automation is not None and _is_pause_alone(ask, automation),
        campaign_id=campaign.pk,
        campaign_name=campaign.name,
        campaign_version=campaign.version,
        category=campaign.category,
        texts=texts_of(campaign),
        segment_name=campaign.segment.name,
        segment_rule=campaign.segment.rule,
        sender_name=campaign.identity.value,
        prices=prices,
        findings=check_copy(texts, campaign.identity, routes, campaign.category),
        currency=next((route.currency for route in routes.values()), ""),
        **{term: getattr(ask, term) for term in _TERMS},
    )


def _is_pause_alone(ask: AutomationAsk, automation: Automation) -> bool:
    same = all(getattr(ask, term) == getattr(automation, term) for term in _TERMS)
    return ask.state == "paused" and same and ask.campaign_id == automation.campaign_id


def keep_automation(call: Call, contract: AutomationContract) -> AutomationKept:
    if contract.automation_id is None:
        automation = Automation(organisation=call.organisation, created_at=call.now)
    else:
        automation = Automation.objects.select_for_update(of=("self",)).get(
            pk=contract.automation_id, organisation=call.organisation
        )
        automation.version += 1
    refuse_if_any(AutomationUnchanged()(call, contract))  # asked again under the lock: of two edits at once one stands
    for term in _TERMS:
        setattr(automation, term, getattr(contract, term))
    automation.campaign_id, automation.campaign_version = contract.campaign_id, contract.campaign_version
    automation.state, automation.pause_reason = contract.state, ""
    automation.request, automation.updated_at = call.request, call.now
    automation.save()
    request_id = call.request.pk if call.request else None
    record("sms.automation_kept", automation, call.actor, now=call.now, request_id=request_id, state=automation.state)
    return AutomationKept(automation_id=automation.pk, state=automation.state, version_token=token_of(automation))
