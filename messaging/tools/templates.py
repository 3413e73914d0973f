"""whatsapp.templates.list, whatsapp.template.get, whatsapp.template_submit.preview, .template_draft.upsert,
.template.submit.
"""

from datetime import datetime
from typing import Annotated, Any
from uuid import UUID

from pydantic import Field

from accounts.roles import Role
from approvals.contracts import Answer, Ask
from approvals.floors import Always, ByPolicy
from approvals.registry import Call, Kind, tool
from approvals.versions import token_of
from messaging.finding import find_own
from messaging.models import Channel, Template, TemplateTranslation, TranslationStatus
from messaging.paging import PageAnswer, PageAsk, page
from messaging.whatsapp.media.headers import SampleApproved
from messaging.whatsapp.review import drafts, submission
from messaging.whatsapp.review import preview as previewing
from messaging.whatsapp.review.contract import TemplateAsk, TemplateContract
from messaging.whatsapp.review.drafts import DraftKept, NothingMetaWouldRefuse, TemplateUnchanged
from messaging.whatsapp.review.submission import DraftStands, Submitted
from messaging.whatsapp.templates.definition import Definition
from messaging.whatsapp.templates.named_values import names_needed


class TemplatesAsk(PageAsk):
    status: Annotated[TranslationStatus | None, Field(description="Only templates with a language in this status.")] = (
        None
    )
    language: Annotated[str, Field(max_length=16, description="Only templates with a text in this language.")] = ""
    category: Annotated[str, Field(max_length=16, description="marketing or utility; empty for all.")] = ""


class TemplateRow(Answer):
    template_id: Annotated[UUID, Field(description="Its id.")]
    name: Annotated[str, Field(description="Its name at Meta.")]
    category: Annotated[str, Field(description="What it was submitted as.")]
    default_language: Annotated[str, Field(description="Read by people whose language has no translation.")]
    languages: Annotated[dict[str, str], Field(description="Language code -> review status at Meta.")]
    sendable: Annotated[bool, Field(description="Whether at least one language may be sent now.")]
    version_token: Annotated[str, Field(description="Pass it as base_version_token to edit the template.")]
    updated_at: Annotated[datetime, Field(description="When it was last edited.")]


class TemplatesPage(PageAnswer):
    templates: Annotated[list[TemplateRow], Field(description="Newest first.")]


@tool(
    "whatsapp.templates.list",
    kind=Kind.READ,
    scope="whatsapp:read",
    reads_first=("whatsapp.config.get",),
    safety="Only templates that are sendable may be used for a message that the business begins.",
)
def list_templates(call: Call, ask: TemplatesAsk) -> TemplatesPage:
    """List message templates with their languages and their review status at Meta."""
    templates = Template.objects.filter(organisation=call.organisation, channel=Channel.WHATSAPP)
    if ask.status is not None:
        templates = templates.filter(translations__status=ask.status).distinct()
    if ask.language:
        templates = templates.filter(translations__language=ask.language).distinct()
    if ask.category:
        templates = templates.filter(category=ask.category)
    rows, cursor = page(templates.prefetch_related("translations"), ask, by="created_at")
    return TemplatesPage(templates=[_row(template) for template in rows], next_cursor=cursor)


def _row(template: Template) -> TemplateRow:
    translations = sorted(template.translations.all(), key=lambda translation: translation.language)
    return TemplateRow(
        template_id=template.pk,
        name=template.name,
        category=template.category,
        default_language=template.default_language,
        languages={translation.language: translation.status for translation in translations},
        sendable=any(translation.is_sendable for translation in translations),
        version_token=token_of(template),
        updated_at=template.updated_at,
    )


class TemplateGetAsk(Ask):
    template_id: Annotated[UUID, Field(description="An id of whatsapp.templates.list.")]


class TranslationRow(Answer):
    language: Annotated[str, Field(description="The language code.")]
    status: Annotated[str, Field(description="Its review status at Meta.")]
    category: Annotated[str, Field(description="What Meta charges it as now.")]
    quality: Annotated[str, Field(description="GREEN, YELLOW, RED or UNKNOWN.")]
    rejection: Annotated[str, Field(description="Why Meta rejected it; empty unless it did.")]
    definition: Annotated[dict[str, Any], Field(description="Header, body, footer, buttons and examples.")]
    variables: Annotated[list[str], Field(description="The names that need a value before it can be sent.")]


class TemplateDetail(TemplateRow):
    translations: Annotated[list[TranslationRow], Field(description="One entry a language.")]


@tool(
    "whatsapp.template.get",
    kind=Kind.READ,
    scope="whatsapp:read",
    reads_first=("whatsapp.templates.list",),
    safety="Shows why a text was rejected, never Meta's tokens or who reviewed it.",
)
def get_template(call: Call, ask: TemplateGetAsk) -> TemplateDetail:
    """Read one template: texts, variables, media, buttons, category, review and quality of each language."""
    template = find_own(
        Template, ask.template_id, call.organisation, "template_id", "whatsapp.templates.list", channel=Channel.WHATSAPP
    )
    translations = [_translation(one) for one in template.translations.order_by("language")]
    return TemplateDetail(**_row(template).model_dump(), translations=translations)


def _translation(translation: TemplateTranslation) -> TranslationRow:
    return TranslationRow(
        language=translation.language,
        status=translation.status,
        category=translation.category,
        quality=translation.quality,
        rejection=translation.rejection,
        definition=translation.definition,
        variables=list(names_needed(Definition.model_validate(translation.definition))),
    )


@tool(
    "whatsapp.template_submit.preview",
    kind=Kind.PREVIEW,
    scope="whatsapp:preview",
    reads_first=("whatsapp.template.get", "whatsapp.policy_rules.get", "whatsapp.media_assets.list"),
    safety="Finds prohibited claims, a wrong category, missing variables and what else Meta's rules forbid.",
)
def preview_template(call: Call, ask: TemplateAsk) -> TemplateContract:
    """Check a template's texts, variables, buttons and category as Meta's review would, and freeze them."""
    return previewing.preview_template(call, ask)


@tool(
    "whatsapp.template_draft.upsert",
    kind=Kind.WRITE,
    scope="whatsapp:request",
    reads_first=("whatsapp.template_submit.preview",),
    preview="whatsapp.template_submit.preview",
    approval=ByPolicy(),
    guards=(NothingMetaWouldRefuse(), TemplateUnchanged()),
    safety="A draft is kept only when its variables and category are fit to be submitted; customers see none.",
)
def upsert_template_draft(call: Call, contract: TemplateContract) -> DraftKept:
    """Keep a previewed template as a draft, new or in place of an earlier one."""
    return drafts.keep_draft(call, contract)


@tool(
    "whatsapp.template.submit",
    kind=Kind.WRITE,
    scope="whatsapp:request",
    reads_first=("whatsapp.template_submit.preview",),
    preview="whatsapp.template_submit.preview",
    approval=Always(role=Role.COMPLIANCE),
    guards=(NothingMetaWouldRefuse(), SampleApproved(), DraftStands()),
    outside=submission.submit_to_meta,
    safety="What was previewed is what is submitted; Meta's answer is kept in the audit.",
)
def submit_template(call: Call, contract: TemplateContract) -> Submitted:
    """Submit a drafted template to Meta's review once a compliance officer has approved it."""
    return submission.mark_submitting(call, contract)
