"""What has moved since a text was priced: ways and what a part costs on them, outcomes, an automation's limits."""

from collections.abc import Iterator

from django.utils.translation import gettext as _

from approvals.admin.panels import Drift, Reading, register_drift
from approvals.numerals import number
from messaging.admin.drift import drift_on, is_open, people_drift, settled_drift
from messaging.models import Channel, Segment, Status
from sms.automations.contract import AutomationContract
from sms.campaigns.contract import CampaignContract
from sms.models import Campaign, SenderId, SmsGateway
from sms.resends.contract import RetryContract
from sms.routing import routes_of

_send_drift = drift_on(Channel.SMS)


def campaign_drift(reading: Reading, contract: CampaignContract) -> Iterator[Drift]:
    yield from _send_drift(reading, contract)
    if is_open(reading):
        yield from _ways_drift(reading, contract)


def retry_drift(reading: Reading, contract: RetryContract) -> Iterator[Drift]:
    """Its people come from the first send: how large the segment has become means nothing to them."""
    if is_open(reading):
        yield from people_drift(Channel.SMS, reading, contract)
        yield from settled_drift(reading, contract, (Status.FAILED,))
        yield from _ways_drift(reading, contract)


def _ways_drift(reading: Reading, contract: CampaignContract) -> Iterator[Drift]:
    """By country. Where no way is left at all, a guard says so."""
    identity = SenderId.objects.filter(sender=contract.sender_id, organisation=reading.actor.organisation).first()
    routes = routes_of(identity, max(contract.due_at, reading.now).date()) if identity is not None else {}
    names = dict(SmsGateway.objects.filter(organisation=reading.actor.organisation).values_list("pk", "name"))
    for part in contract.routes:
        route = routes.get(part.country)
        if route is None:
            continue
        if list(route.gateway_ids) != part.gateway_ids:
            ways = " → ".join(names[key] for key in route.gateway_ids)
            yield Drift(_("Texts to %s are carried by") % part.country, " → ".join(part.gateways), ways)
        if (route.amount, route.currency) != (part.price, contract.currency):
            yield Drift(
                _("A part to %s costs") % part.country,
                f"{number(part.price)} {contract.currency}",
                f"{number(route.amount)} {route.currency}",
                serious=route.amount > part.price or route.currency != contract.currency,
            )


def automation_drift(reading: Reading, contract: AutomationContract) -> Iterator[Drift]:
    """The texts are guarded; what they cost and whom the segment means is not."""
    campaign = Campaign.objects.filter(pk=contract.campaign_id, organisation=reading.actor.organisation).first()
    if campaign is None or not is_open(reading):
        return
    yield from _rule_drift(campaign.segment, contract)
    routes = routes_of(campaign.identity, reading.now.date())
    for country in sorted(contract.prices.keys() | routes.keys()):
        before, route = contract.prices.get(country), routes.get(country)
        if before != (route.amount if route is not None else None):
            yield Drift(
                _("A part to %s costs") % country,
                f"{number(before)} {contract.currency}" if before is not None else _("there was no way"),
                f"{number(route.amount)} {route.currency}" if route is not None else _("there is no way to send it"),
                serious=before is None or route is None or route.amount > before,
            )


def _rule_drift(segment: Segment, contract: AutomationContract) -> Iterator[Drift]:
    if segment.rule != contract.segment_rule:
        yield Drift(_("The segment means others"), contract.segment_rule, segment.rule, serious=True)


register_drift(CampaignContract, campaign_drift)
register_drift(RetryContract, retry_drift)
register_drift(AutomationContract, automation_drift)
