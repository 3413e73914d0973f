"""list_templates."""

from typing import Annotated

from django.db.models import Case, F, When
from pydantic import AfterValidator, Field

from approvals.contracts import Answer, Ask
from approvals.registry import Call, Kind, tool
from messaging.models import Channel, TemplateTranslation, TranslationStatus

_MOST = 200  # rows of one page


def _status(said: str) -> str:
    if said and said.upper() not in TranslationStatus.values:
        raise ValueError("one of " + ", ".join(TranslationStatus.values) + " is needed")
    return said.upper()


class TemplatesAsk(Ask):
    status_filter: Annotated[
        str,
        AfterValidator(_status),
        Field(
            max_length=12, description="Only texts in this state: APPROVED, PENDING, REJECTED, PAUSED, ...; empty: all."
        ),
    ] = ""
    category_filter: Annotated[
        str, Field(max_length=16, description="Only what Meta charges as marketing, utility or authentication.")
    ] = ""
    locale_filter: Annotated[str, Field(max_length=16, description="Only texts in this language, such as en.")] = ""
    limit: Annotated[int, Field(ge=1, le=_MOST, description="How many on this page.")] = 50
    offset: Annotated[int, Field(ge=0, le=1_000_000, description="How many to pass over.")] = 0


class TemplateText(Answer):
    name: Annotated[str, Field(description="Its name at Meta.")]
    locale: Annotated[str, Field(description="The language of this text.")]
    category: Annotated[str, Field(description="What Meta charges it as.")]
    status: Annotated[str, Field(description="Where its review stands; only APPROVED and FLAGGED can be sent.")]
    body_text: Annotated[str, Field(description="The text, variables as {{1}} or {{first_name}}.")]


class TemplatesPage(Answer):
    templates: Annotated[list[TemplateText], Field(description="One entry a language, by name and language.")]
    total: Annotated[int, Field(description="How many there are on all pages.")]
    limit: Annotated[int, Field(description="How many at most on this page.")]
    offset: Annotated[int, Field(description="How many were passed over.")]


@tool(
    "list_templates",
    kind=Kind.READ,
    scope="meta:read",
    safety="Only texts that are APPROVED or FLAGGED can be sent; this is our copy of what Meta last said.",
)
def list_templates(call: Call, ask: TemplatesAsk) -> TemplatesPage:
    """List message templates by review status, category and language, page by page."""
    texts = TemplateTranslation.objects.filter(
        organisation=call.organisation, template__channel=Channel.WHATSAPP
    ).annotate(charged_as=Case(When(reviewed_category="", then=F("template__category")), default="reviewed_category"))
    wanted = {"status": ask.status_filter, "charged_as": ask.category_filter.lower(), "language": ask.locale_filter}
    texts = texts.filter(**{field: value for field, value in wanted.items() if value})
    page = texts.select_related("template").order_by("template__name", "language", "pk")
    return TemplatesPage(
        templates=[_row(text) for text in page[ask.offset : ask.offset + ask.limit]],
        total=texts.count(),
        limit=ask.limit,
        offset=ask.offset,
    )


def _row(text: TemplateTranslation) -> TemplateText:
    return TemplateText(
        name=text.template.name,
        locale=text.language,
        category=text.category,
        status=text.status,
        body_text=str((text.definition.get("body") or {}).get("text", "")),
    )
