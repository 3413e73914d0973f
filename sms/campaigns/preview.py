"""Making the contract of a campaign: the ways there are today, the audience frozen and priced, the texts sealed."""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from datetime import datetime
from decimal import Decimal

from django.db.models import Count, Sum
from django.utils.translation import gettext_lazy as _

from approvals.reasons import Reason, refuse_if_any
from approvals.registry import Call
from approvals.versions import check_token
from messaging.audiences.resolve import Only, Purpose, resolve
from messaging.audiences.variables import Variable
from messaging.engine.terms import (
    end_of,
    readers_of,
    reasons_of_time,
    terms_of_people,
    terms_of_segment,
    terms_of_time,
)
from messaging.finding import find_own
from messaging.models import Audience, AudienceMember, Channel, TemplateTranslation, Verdict
from sms.balances.holding import pays_for
from sms.balances.known import balances_of
from sms.campaigns.addresses import OptOutPart, link_parts_of, opt_out_part_of, samples_of
from sms.campaigns.contract import CampaignContract, CostAsk, RoutePart, TextPart
from sms.campaigns.drafts import translations_of
from sms.compliance.checking import CopyFinding, check_copy
from sms.copy.texts import reasons_against_variables
from sms.fares import sms_fare
from sms.links.standing import LinkPart, reasons_against
from sms.models import Campaign, SenderIdState, SmsGateway
from sms.routing import Route, routes_of
from sms.text.filling import fill_shared, names_in


@dataclass(frozen=True, slots=True)
class Words:
    """What people will read: the texts by language, and what fills their variables."""

    texts: Sequence[TemplateTranslation]
    variables: Sequence[Variable]
    links: Sequence[LinkPart]
    opt_out: OptOutPart | None

    @property
    def samples(self) -> dict[str, str]:
        return samples_of(self.links, self.opt_out)

    @property
    def needed(self) -> set[str]:
        """The variables in the texts."""
        return {name for one in self.texts for name in names_in(one.definition["text"])}


def preview_campaign(call: Call, ask: CostAsk) -> CampaignContract:
    """Freeze who gets the campaign and what that costs. Raises Refused with every reason against it."""
    campaign = find_own(Campaign, ask.campaign_id, call.organisation, "campaign_id", "sms_marketing.campaigns.list")
    check_token(campaign, ask.base_version_token)
    return freeze_campaign(call, ask, campaign)


def freeze_campaign(call: Call, ask: CostAsk, campaign: Campaign, only: Only | None = None) -> CampaignContract:
    """Freeze the campaign for its segment, or for some people of it. Raises Refused with every reason against it."""
    words = words_of(campaign)
    routes = routes_of(campaign.identity, ask.due_at.date())
    against_links = reasons_against(words.links, call.organisation, end_of(ask), call.now)
    refuse_if_any([*reasons_of_campaign(campaign, words, routes), *reasons_of_time(ask, call.now), *against_links])
    names = sorted(words.needed - words.samples.keys())
    purpose = Purpose(
        organisation=call.organisation,
        segment=campaign.segment,
        channel=Channel.SMS,
        category=campaign.category,
        translations=words.texts,
        default_language=campaign.texts.default_language,
        variables=words.variables,
        fare=sms_fare(words.texts, names, routes, ask.most_parts, words.samples),
        only=only,
    )
    return _contract(ask, campaign, words, routes, resolve(purpose, call.now), call.now)


def words_of(campaign: Campaign) -> Words:
    """What the campaign says today, and what fills it."""
    return Words(
        translations_of(campaign),
        [Variable.model_validate(one) for one in campaign.variables],
        link_parts_of(campaign),
        opt_out_part_of(campaign),
    )


def reasons_of_campaign(campaign: Campaign, words: Words, routes: dict[str, Route]) -> Iterator[Reason]:
    """Why nobody can be sent these texts today."""
    if campaign.identity.state != SenderIdState.VERIFIED or campaign.identity.sender is None:
        yield Reason("sender_not_verified", _("The sender ID %s is not verified.") % campaign.identity.value,
                     _("Choose one that is, or wait until this one is."), "campaign_id")  # fmt: skip
    if not routes:
        yield Reason("no_route", _("No gateway carries this sender ID anywhere."),
                     _("Look at registrations, prices and countries of the gateways."), "campaign_id")  # fmt: skip
    if len({route.currency for route in routes.values()}) > 1:
        yield Reason("mixed_currencies", _("The ways of this sender ID are priced in several currencies."),
                     _("Use gateways that bill in one currency for one campaign."), "campaign_id")  # fmt: skip
    if campaign.send_id is not None:
        yield Reason("already_scheduled", _("This campaign has been scheduled already."),
                     _("Make a new campaign, or cancel the schedule first."), "campaign_id")  # fmt: skip
    given = [*(one.name for one in words.variables), *words.samples]
    yield from reasons_against_variables((one.definition["text"] for one in words.texts), given, "campaign_id")


def _contract(
    ask: CostAsk, campaign: Campaign, words: Words, routes: dict[str, Route], audience: Audience, now: datetime
) -> CampaignContract:
    sender = campaign.identity.sender
    assert sender is not None  # a verified sender ID has its place in the engine
    parts = route_parts(audience, routes)
    cost = sum((part.cost for part in parts), Decimal(0))
    ceiling = cost if ask.cost_ceiling is None else ask.cost_ceiling
    return CampaignContract(
        **terms_of_segment(campaign.segment),
        **terms_of_people(audience),
        **terms_of_time(ask, sender, audience.included, now),
        campaign_id=campaign.pk,
        campaign_version=campaign.version,
        name=campaign.name,
        category=campaign.category,
        default_language=campaign.texts.default_language,
        texts=_text_parts(words, audience),
        variables=list(words.variables),
        links=list(words.links),
        opt_out_link=words.opt_out,
        most_parts=ask.most_parts,
        sender_id=sender.pk,
        sender_name=campaign.identity.value,
        routes=parts,
        currency=next(iter(routes.values())).currency,
        cost_high=cost,
        cost_ceiling=ceiling,
        balances=balances_of({key for part in parts for key in part.gateway_ids}, now),
        balance_pays=pays_for(parts, ceiling, now),
        findings=_findings(campaign, words, [part.country for part in parts]),
    )


def _text_parts(words: Words, audience: Audience) -> list[TextPart]:
    readers = readers_of(audience)
    return [
        TextPart(
            translation_id=one.pk, language=one.language, text=one.definition["text"], digest=one.digest,
            people=readers.get(one.pk, 0),
        )
        for one in words.texts
    ]  # fmt: skip


def _findings(campaign: Campaign, words: Words, countries: Sequence[str]) -> list[CopyFinding]:
    texts = {one.language: fill_shared(one.definition["text"], words.samples) for one in words.texts}
    return check_copy(texts, campaign.identity, countries, campaign.category)


def route_parts(audience: Audience, routes: dict[str, Route]) -> list[RoutePart]:
    """People, parts and cost by country, of those who will be written to."""
    included = AudienceMember.objects.filter(audience=audience, verdict=Verdict.INCLUDED)
    rows = included.values_list("market").annotate(people=Count("pk"), cost=Sum("price")).order_by("market")
    names = dict(SmsGateway.objects.filter(organisation=audience.organisation_id).values_list("pk", "name"))
    found = []
    for country, people, cost in rows:
        route = routes[country]
        found.append(
            RoutePart(
                country=country,
                gateway_ids=list(route.gateway_ids),
                gateways=[names[key] for key in route.gateway_ids],
                price=route.amount,
                people=people,
                parts=int(cost / route.amount) if route.amount else people,
                cost=cost,
            )
        )
    return found
