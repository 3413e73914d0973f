"""What a campaign stands on, asked again at every step up to its release. Each asks one question of the facts."""

from collections.abc import Iterator
from dataclasses import dataclass

from django.utils import formats
from django.utils.translation import gettext_lazy as _

from approvals.reasons import Reason
from approvals.registry import Call
from messaging.gate import rules_of
from messaging.guards import AudienceFrozen, InTime, OrganisationMaySend, SenderHealthy
from messaging.models import TemplateTranslation
from messaging.quiet_hours import RecipientsNight
from sms.balances.holding import WithinBalance
from sms.campaigns.addresses import OptOutLinkStands, samples_of
from sms.campaigns.contract import CampaignContract
from sms.compliance.checking import reasons_against_copy
from sms.links.standing import LinksStand
from sms.models import Campaign, SenderId, SenderIdState
from sms.quotas import WithinQuota
from sms.routing import routes_of
from sms.text.filling import fill_shared


@dataclass(frozen=True, slots=True)
class CampaignUnchanged:
    """Nobody edited the campaign since the preview."""

    def __call__(self, call: Call, contract: CampaignContract) -> Iterator[Reason]:
        campaign = Campaign.objects.filter(pk=contract.campaign_id, organisation=call.organisation).first()
        if campaign is None or campaign.version != contract.campaign_version:
            yield Reason("campaign_changed", _("The campaign was edited since the preview."), _("Make a new preview."))


@dataclass(frozen=True, slots=True)
class TextsUnchanged:
    """Every language still says the same words."""

    def __call__(self, call: Call, contract: CampaignContract) -> Iterator[Reason]:
        parts = {part.translation_id: part for part in contract.texts}
        found = TemplateTranslation.objects.filter(pk__in=parts, organisation=call.organisation)
        digests = dict(found.values_list("pk", "digest"))
        for key, part in parts.items():
            if digests.get(key) != part.digest:
                yield Reason("text_changed", _("The text in %s is not what was previewed.") % part.language,
                             _("Make a new preview."))  # fmt: skip


def _sender_id_of(call: Call, contract: CampaignContract) -> SenderId | None:
    """The organisation's sender ID behind the sender that the contract names."""
    return SenderId.objects.filter(sender=contract.sender_id, organisation=call.organisation).first()


@dataclass(frozen=True, slots=True)
class SenderIdVerified:
    """The sender ID is still verified: one that was suspended since sends nothing."""

    def __call__(self, call: Call, contract: CampaignContract) -> Iterator[Reason]:
        identity = _sender_id_of(call, contract)
        if identity is None or identity.state != SenderIdState.VERIFIED or identity.value != contract.sender_name:
            yield Reason("sender_not_verified", _("The sender ID %s is not verified.") % contract.sender_name,
                         _("Choose one that is, and make a new preview."))  # fmt: skip


@dataclass(frozen=True, slots=True)
class RoutesOpen:
    """Every country can still be reached the way that was shown, at no higher price."""

    def __call__(self, call: Call, contract: CampaignContract) -> Iterator[Reason]:
        identity = _sender_id_of(call, contract)
        routes = routes_of(identity, max(contract.due_at, call.now).date()) if identity is not None else {}
        for part in contract.routes:
            route = routes.get(part.country)
            open_ways = set(route.gateway_ids) & set(part.gateway_ids) if route is not None else set()
            if not open_ways:
                yield Reason("route_closed", _("No gateway of the preview carries it to %s any more.") % part.country,
                             _("Make a new preview."))  # fmt: skip
            elif route is not None and (route.amount > part.price or route.currency != contract.currency):
                yield Reason("prices_changed", _("A part to %s costs more than in the preview.") % part.country,
                             _("Make a new preview."))  # fmt: skip


@dataclass(frozen=True, slots=True)
class TextsHoldWhatCountriesAsk:
    """No text goes where a confirmed rule forbids it as it is: without a way out that its sender has, and such."""

    def __call__(self, call: Call, contract: CampaignContract) -> Iterator[Reason]:
        identity = _sender_id_of(call, contract)
        if identity is None:
            return  # `SenderIdVerified` says so
        samples = samples_of(contract.links, contract.opt_out_link)
        texts = {part.language: fill_shared(part.text, samples) for part in contract.texts}
        yield from reasons_against_copy(texts, identity, [part.country for part in contract.routes], contract.category)


@dataclass(frozen=True, slots=True)
class SomebodyIsAwake:
    """Marketing does not begin while it is night in every country it goes to; elsewhere people are waited for."""

    def __call__(self, call: Call, contract: CampaignContract) -> Iterator[Reason]:
        begins = max(contract.due_at, call.now)
        if contract.category != "marketing" or begins == call.now or not contract.routes:
            return
        night = RecipientsNight(rules_of(call.organisation), call.organisation.timezone, begins)
        ends = [night.until(part.country) for part in contract.routes]
        if all(ends):
            first = formats.date_format(min(one for one in ends if one is not None), "DATETIME_FORMAT")
            yield Reason("quiet_hours", _("It would begin in quiet hours, which last until %s.") % first,
                         _("Choose a time outside them."), "due_at")  # fmt: skip


CAMPAIGN_GUARDS = (
    OrganisationMaySend(),
    CampaignUnchanged(),
    TextsUnchanged(),
    SenderIdVerified(),
    TextsHoldWhatCountriesAsk(),
    SenderHealthy(),
    AudienceFrozen(),
    RoutesOpen(),
    WithinQuota(),
    WithinBalance(),
    LinksStand(),
    OptOutLinkStands(),
    InTime(),
    SomebodyIsAwake(),
)
