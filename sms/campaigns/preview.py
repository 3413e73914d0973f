"""Making the contract of a campaign: the ways there are today, the audience frozen and priced, the texts sealed."""

from collections.abc import Iterator, Sequence
from datetime import datetime, timedelta
from decimal import Decimal

from django.db.models import Count, Sum
from django.utils.translation import gettext_lazy as _

from approvals.reasons import Reason, refuse_if_any
from approvals.registry import Call
from approvals.versions import check_token
from messaging.audiences.resolve import Only, Purpose, resolve
from messaging.audiences.variables import Variable
from messaging.finding import find_own
from messaging.models import Audience, AudienceMember, Channel, TemplateTranslation, Verdict
from sms.campaigns.contract import CampaignContract, CostAsk, RoutePart, TextPart
from sms.campaigns.drafts import translations_of
from sms.fares import sms_fare
from sms.models import Campaign, SenderIdState, SmsGateway
from sms.routing import Route, routes_of
from sms.text.filling import names_in

LASTS = timedelta(hours=24)
FARTHEST = timedelta(days=90)


def preview_campaign(call: Call, ask: CostAsk) -> CampaignContract:
    """Freeze who gets the campaign and what that costs. Raises Refused with every reason against it."""
    campaign = find_own(Campaign, ask.campaign_id, call.organisation, "campaign_id", "sms_marketing.campaigns.list")
    check_token(campaign, ask.base_version_token)
    return freeze_campaign(call, ask, campaign)


def freeze_campaign(call: Call, ask: CostAsk, campaign: Campaign, only: Only | None = None) -> CampaignContract:
    """Freeze the campaign for its segment, or for some people of it. Raises Refused with every reason against it."""
    texts = translations_of(campaign)
    variables = [Variable.model_validate(one) for one in campaign.variables]
    routes = routes_of(campaign.identity, ask.due_at.date())
    refuse_if_any((*reasons_of_campaign(campaign, texts, variables, routes), *_reasons_of_time(ask, call.now)))
    names = sorted({name for one in texts for name in names_in(one.definition["text"])})
    purpose = Purpose(
        organisation=call.organisation,
        segment=campaign.segment,
        channel=Channel.SMS,
        category=campaign.category,
        translations=texts,
        default_language=campaign.texts.default_language,
        variables=variables,
        fare=sms_fare(texts, names, routes, ask.most_parts),
        only=only,
    )
    return _contract(ask, campaign, texts, variables, routes, resolve(purpose, call.now), call.now)


def reasons_of_campaign(
    campaign: Campaign,
    texts: Sequence[TemplateTranslation],
    variables: Sequence[Variable],
    routes: dict[str, Route],
) -> Iterator[Reason]:
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
    needed = {name for one in texts for name in names_in(one.definition["text"])}
    given = {one.name for one in variables}
    if needed != given:
        missing, unknown = ", ".join(sorted(needed - given)) or "–", ", ".join(sorted(given - needed)) or "–"
        yield Reason("variables_do_not_match",
                     _("Variables without a source: %(missing)s. Unknown to the texts: %(unknown)s.")
                     % {"missing": missing, "unknown": unknown},
                     _("Give each variable of the texts exactly one source."), "campaign_id")  # fmt: skip


def _reasons_of_time(ask: CostAsk, now: datetime) -> Iterator[Reason]:
    if ask.not_after is not None and ask.not_after <= ask.due_at:
        yield Reason("ends_before_it_begins", _("not_after is not later than due_at."),
                     _("Give the send time to go out."), "not_after")  # fmt: skip
    if ask.due_at > now + FARTHEST:
        yield Reason("too_far_ahead", _("due_at is more than 90 days ahead."),
                     _("Prices and consent will have changed; plan it later."), "due_at")  # fmt: skip


def _contract(
    ask: CostAsk,
    campaign: Campaign,
    texts: Sequence[TemplateTranslation],
    variables: Sequence[Variable],
    routes: dict[str, Route],
    audience: Audience,
    now: datetime,
) -> CampaignContract:
    sender = campaign.identity.sender
    assert sender is not None  # a verified sender ID has its place in the engine
    included = AudienceMember.objects.filter(audience=audience, verdict=Verdict.INCLUDED)
    readers = dict(included.values_list("translation_id").annotate(Count("pk")))
    parts = route_parts(audience, routes)
    cost = sum((part.cost for part in parts), Decimal(0))
    per_second = min(ask.per_second or sender.per_second, sender.per_second)
    return CampaignContract(
        campaign_id=campaign.pk,
        campaign_version=campaign.version,
        name=campaign.name,
        segment_id=campaign.segment_id,
        segment_name=campaign.segment.name,
        segment_rule=campaign.segment.rule,
        audience_id=audience.pk,
        audience_digest=audience.digest,
        targeted=audience.targeted,
        included=audience.included,
        excluded=audience.excluded,
        category=campaign.category,
        default_language=campaign.texts.default_language,
        texts=[
            TextPart(
                translation_id=one.pk, language=one.language, text=one.definition["text"], digest=one.digest,
                people=readers.get(one.pk, 0),
            )
            for one in texts
        ],
        variables=list(variables),
        most_parts=ask.most_parts,
        sender_id=sender.pk,
        sender_name=campaign.identity.value,
        routes=parts,
        due_at=ask.due_at,
        not_after=ask.not_after or ask.due_at + LASTS,
        per_second=per_second,
        finishes_about=max(ask.due_at, now) + timedelta(seconds=audience.included // per_second),
        currency=next(iter(routes.values())).currency,
        cost_high=cost,
        cost_ceiling=cost if ask.cost_ceiling is None else ask.cost_ceiling,
    )  # fmt: skip


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
