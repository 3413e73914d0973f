"""Writing a campaign: whom, what, from whom. A draft sends nothing; what goes out is frozen in its cost preview."""

from collections.abc import Iterator
from dataclasses import dataclass
from typing import Annotated
from uuid import UUID, uuid4

from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy
from pydantic import Field

from approvals.contracts import Answer, Ask, Contract
from approvals.reasons import Reason, refuse_if_any
from approvals.registry import Call
from approvals.versions import check_token, edited_since, name_taken, token_of
from audit.record import record
from messaging.audiences.variables import Variable
from messaging.finding import find_own
from messaging.models import Channel, Segment, Template, TemplateTranslation
from sms.campaigns.addresses import (
    OptOutPart,
    OptOutVariable,
    VariableName,
    kept_as,
    links_named,
    opt_out_named,
    reasons_against_sources,
    samples_of,
)
from sms.copy import texts
from sms.copy.texts import (
    DefaultLanguage,
    TextCategory,
    Texts,
    Variables,
    fold_language,
    folded,
    keep_texts,
    reasons_against,
)
from sms.links.standing import LinkPart
from sms.models import Campaign, SenderId
from sms.text import measure
from sms.text.filling import fill_shared


class DraftAsk(Ask):
    name: Annotated[str, Field(min_length=3, max_length=200, description="Its name, once in the organisation.")]
    goal: Annotated[str, Field(max_length=300, description="What it is meant to achieve.")] = ""
    category: TextCategory = "marketing"
    segment_id: Annotated[UUID, Field(description="Whom to write to: a segment of this organisation.")]
    texts: Texts
    default_language: DefaultLanguage
    sender_id: Annotated[UUID, Field(description="From whom: an id of sms_marketing.sender_ids.list.")]
    variables: Variables = []
    short_link_ids: Annotated[
        dict[VariableName, UUID],
        Field(
            max_length=5,
            description="Variable -> the short link that fills it: ids of"
            " sms_marketing.link_clicks.list. Everybody gets a code of their own.",
        ),
    ] = {}
    opt_out_variable: OptOutVariable = ""
    advice: Annotated[str, Field(max_length=500, description="What the officer should know.")] = ""


class ChangeAsk(DraftAsk):
    campaign_id: Annotated[UUID, Field(description="The campaign to edit: an id of sms_marketing.campaigns.list.")]
    base_version_token: Annotated[str, Field(max_length=40, description="Its version_token as you read it.")]


class DraftContract(Contract):
    campaign_id: Annotated[UUID | None, Field(description="The campaign that is edited; null for a new one.")]
    base_version: Annotated[int, Field(description="Its version when this was planned; 0 for a new one.")]
    name: Annotated[str, Field(description="Its name.")]
    goal: Annotated[str, Field(description="What it is meant to achieve.")]
    category: Annotated[str, Field(description="marketing or utility.")]
    segment_id: Annotated[UUID, Field(description="The segment.")]
    segment_name: Annotated[str, Field(description="Its name.")]
    texts: Annotated[dict[str, str], Field(description="Language code -> text.")]
    texts_before: Annotated[dict[str, str], Field(description="The texts it had; empty for a new one.")]
    parts: Annotated[
        dict[str, int], Field(description="Language code -> parts of the text with its links, before it is filled.")
    ]
    default_language: Annotated[str, Field(description="Read by people whose language has no text.")]
    sender_id: Annotated[UUID, Field(description="The sender ID.")]
    sender_name: Annotated[str, Field(description="What people see as the sender.")]
    variables: Annotated[list[Variable], Field(description="Where each variable gets its value.")]
    links: Annotated[list[LinkPart], Field(description="Short links in the texts.")] = []
    opt_out_link: Annotated[OptOutPart | None, Field(description="Each person's own link to opt out.")] = None
    advice: Annotated[str, Field(description="What the officer should know.")]
    is_scheduled: Annotated[bool, Field(description="Whether a send of it is scheduled: then nothing may be edited.")]

    def sentence(self) -> str:
        return _("Draft of the SMS campaign “%(name)s” in %(languages)s") % {
            "name": self.name, "languages": ", ".join(sorted(self.texts)),
        }  # fmt: skip


class DraftKept(Answer):
    campaign_id: Annotated[UUID, Field(description="The campaign. Ask for sms_marketing.cost_preview next.")]
    version_token: Annotated[str, Field(description="Pass it as base_version_token to edit or price it.")]


@dataclass(frozen=True, slots=True)
class DraftUnchanged:
    """Nobody edited or scheduled the campaign, or took its name, since this was planned."""

    def __call__(self, call: Call, contract: DraftContract) -> Iterator[Reason]:
        own = Campaign.objects.filter(organisation=call.organisation)
        campaign = own.filter(pk=contract.campaign_id).first() if contract.campaign_id else None
        told = gettext_lazy("The campaign has changed since this was planned.")
        yield from edited_since(campaign, contract.base_version, told)
        if campaign is not None and campaign.send_id is not None:
            yield Reason("already_scheduled", gettext_lazy("A scheduled campaign is not edited."),
                         gettext_lazy("Cancel its schedule first, or make a new campaign."), "campaign_id")  # fmt: skip
        namesakes = own.filter(name=contract.name)
        yield from name_taken(namesakes, contract.campaign_id, gettext_lazy("Another campaign has this name."))


def plan_draft(call: Call, ask: DraftAsk) -> DraftContract:
    """The draft as it would be kept. Raises Refused for a text that cannot be sent and for what is not there."""
    campaign = None
    if isinstance(ask, ChangeAsk):
        campaign = find_own(Campaign, ask.campaign_id, call.organisation, "campaign_id", "sms_marketing.campaigns.list")
        check_token(campaign, ask.base_version_token)
    segment = find_own(Segment, ask.segment_id, call.organisation, "segment_id", "sms_marketing.audiences.list")
    identity = find_own(SenderId, ask.sender_id, call.organisation, "sender_id", "sms_marketing.sender_ids.list")
    wanted = folded(ask.texts)
    links = links_named(ask.short_link_ids, call.organisation)
    opt_out = opt_out_named(ask.opt_out_variable, call.organisation)
    doubled = reasons_against_sources(ask.variables, ask.short_link_ids, ask.opt_out_variable)
    refuse_if_any([*reasons_against(wanted, ask.default_language), *doubled])
    samples = samples_of(links, opt_out)
    return DraftContract(
        campaign_id=campaign.pk if campaign else None,
        base_version=campaign.version if campaign else 0,
        name=ask.name,
        goal=ask.goal,
        category=ask.category,
        segment_id=segment.pk,
        segment_name=segment.name,
        texts=wanted,
        texts_before=texts_of(campaign) if campaign else {},
        parts={language: measure(fill_shared(text, samples)).parts for language, text in wanted.items()},
        default_language=fold_language(ask.default_language),
        sender_id=identity.pk,
        sender_name=identity.value,
        variables=list(ask.variables),
        links=links,
        opt_out_link=opt_out,
        advice=ask.advice,
        is_scheduled=campaign is not None and campaign.send_id is not None,
    )


def keep_draft(call: Call, contract: DraftContract) -> DraftKept:
    if contract.campaign_id is None:
        campaign = _new_campaign(call, contract)
    else:
        campaign = Campaign.objects.select_for_update(of=("self",)).get(
            pk=contract.campaign_id, organisation=call.organisation
        )
        refuse_if_any(DraftUnchanged()(call, contract))  # asked again under the lock: of two edits at once one stands
        campaign.version += 1
    campaign.name, campaign.goal, campaign.category = contract.name, contract.goal, contract.category
    campaign.segment_id, campaign.identity_id = contract.segment_id, contract.sender_id
    campaign.variables = [one.model_dump(mode="json") for one in contract.variables]
    campaign.links = kept_as(contract.links, contract.opt_out_link)
    campaign.notes, campaign.updated_at = contract.advice, call.now
    campaign.save()
    campaign.texts.category = contract.category
    keep_texts(campaign.texts, contract.texts, contract.default_language, call.now)
    request_id = call.request.pk if call.request else None
    record("sms.campaign_kept", campaign, call.actor, now=call.now, request_id=request_id, version=campaign.version)
    return DraftKept(campaign_id=campaign.pk, version_token=token_of(campaign))


def _new_campaign(call: Call, contract: DraftContract) -> Campaign:
    key = uuid4()
    template = Template.objects.create(
        organisation=call.organisation,
        channel=Channel.SMS,
        name=f"campaign {key}",
        category=contract.category,
        default_language=contract.default_language,
        created_at=call.now,
        updated_at=call.now,
    )
    return Campaign(pk=key, organisation=call.organisation, texts=template, created_at=call.now)


def texts_of(campaign: Campaign) -> dict[str, str]:
    """Language code -> text."""
    return texts.texts_of(campaign.texts)


def translations_of(campaign: Campaign) -> list[TemplateTranslation]:
    """The texts in use, one a language."""
    return texts.translations_of(campaign.texts)
