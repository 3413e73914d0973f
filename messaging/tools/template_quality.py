"""whatsapp.template_quality.get."""

from typing import Annotated, Literal
from uuid import UUID

from pydantic import Field

from approvals.contracts import Answer, Ask
from approvals.registry import Call, Kind, tool
from messaging.finding import find_own
from messaging.models import Channel, Sender, Template, TemplateTranslation
from messaging.whatsapp.review.quality import Figures, figures_of, pause_risk


class TemplateQualityAsk(Ask):
    template_id: Annotated[UUID, Field(description="An id of whatsapp.templates.list.")]


class LanguageQuality(Answer):
    language: Annotated[str, Field(description="The language code.")]
    status: Annotated[str, Field(description="Its review status at Meta; PAUSED and DISABLED cannot be sent.")]
    quality: Annotated[str, Field(description="Meta's score: GREEN, YELLOW, RED or UNKNOWN.")]
    pause_risk: Annotated[
        Literal["paused", "disabled", "high", "medium", "low", "unknown"],
        Field(description="How near a pause seems: Meta's score first, then our own figures."),
    ]
    handed: Annotated[int, Field(description="People it was handed over for in the last seven days.")]
    delivered: Annotated[int, Field(description="Of them, those it reached.")]
    failed: Annotated[int, Field(description="Of them, those it did not reach.")]
    unwanted: Annotated[int, Field(description="Failed because the person wants no marketing of us, Meta says.")]
    opted_out: Annotated[int, Field(description="People who wrote STOP within three days of it.")]
    read_share: Annotated[float | None, Field(description="Of those reached; null where nobody was.")]
    reply_share: Annotated[float | None, Field(description="Of those reached; null where nobody was.")]
    opt_out_share: Annotated[float | None, Field(description="Of those reached; null where nobody was.")]
    block_share: Annotated[float | None, Field(description="Always null: Meta tells nobody how many blocked.")]


class SendingLimit(Answer):
    sender_id: Annotated[UUID, Field(description="A number the template can be sent from.")]
    number: Annotated[str, Field(description="The business number.")]
    quality: Annotated[str, Field(description="GREEN, YELLOW, RED or UNKNOWN.")]
    messaging_limit: Annotated[str, Field(description="People in a moving 24 hours, for the whole portfolio.")]
    per_second: Annotated[int, Field(description="Messages a second.")]
    can_send: Annotated[bool, Field(description="Connected, and paused neither by us nor by a restriction.")]


class TemplateQuality(Answer):
    template_id: Annotated[UUID, Field(description="The template.")]
    name: Annotated[str, Field(description="Its name at Meta.")]
    languages: Annotated[list[LanguageQuality], Field(description="One entry a language.")]
    limits: Annotated[list[SendingLimit], Field(description="What the numbers of its account may carry.")]


@tool(
    "whatsapp.template_quality.get",
    kind=Kind.READ,
    scope="whatsapp:read",
    reads_first=("whatsapp.template.get",),
    safety="Changes nothing. What is not known says so: send less when the risk is high, and do not wait for a pause.",
)
def get_template_quality(call: Call, ask: TemplateQualityAsk) -> TemplateQuality:
    """Read how a template does: Meta's quality score, the risk of a pause, what people did, and the sending limits."""
    where = "whatsapp.templates.list"
    template = find_own(Template, ask.template_id, call.organisation, "template_id", where, channel=Channel.WHATSAPP)
    figures = figures_of(template, call.now)
    translations = template.translations.order_by("language")
    senders = Sender.objects.filter(organisation=call.organisation, account=template.account).order_by("number")
    return TemplateQuality(
        template_id=template.pk,
        name=template.name,
        languages=[_language(one, figures.get(one.language, Figures())) for one in translations],
        limits=[_limit(sender) for sender in senders.select_related("account")],
    )


def _language(translation: TemplateTranslation, figures: Figures) -> LanguageQuality:
    return LanguageQuality(
        language=translation.language,
        status=translation.status,
        quality=translation.quality,
        pause_risk=pause_risk(translation, figures),
        handed=figures.handed,
        delivered=figures.delivered,
        failed=figures.failed,
        unwanted=figures.unwanted,
        opted_out=figures.opted_out,
        read_share=figures.share(figures.read),
        reply_share=figures.share(figures.replied),
        opt_out_share=figures.share(figures.opted_out),
        block_share=None,
    )


def _limit(sender: Sender) -> SendingLimit:
    is_free = sender.account is not None and sender.account.restricted_at is None
    return SendingLimit(
        sender_id=sender.pk,
        number=sender.number,
        quality=sender.quality,
        messaging_limit=sender.tier,
        per_second=sender.per_second,
        can_send=is_free and sender.status == "CONNECTED" and sender.paused_at is None,
    )
