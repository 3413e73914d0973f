"""sms_marketing.templates.list and sms_marketing.templates.save: texts that are used again."""

from collections import Counter
from datetime import datetime
from typing import Annotated
from uuid import UUID

from pydantic import Field

from approvals.contracts import Answer
from approvals.floors import When
from approvals.models import ActionRequest, State
from approvals.registry import Call, Kind, tool
from approvals.versions import token_of
from messaging.models import Template, TemplateTranslation, TranslationStatus
from messaging.paging import PageAnswer, PageAsk, page
from sms.copy import templates
from sms.copy.contract import TemplateContract, TemplateKept
from sms.copy.templates import TemplateUnchanged, touches_compliance
from sms.copy.texts import fold_language, texts_of
from sms.models import TextTerms
from sms.text import measure
from sms.text.filling import names_in


class TemplatesAsk(PageAsk):
    name: Annotated[str, Field(max_length=120, description="Only templates whose name has this in it.")] = ""
    language: Annotated[str, Field(max_length=16, description="Only templates with a text in this language.")] = ""
    category: Annotated[str, Field(max_length=16, description="marketing or utility; empty for both.")] = ""


class TextRow(Answer):
    language: Annotated[str, Field(description="The language code.")]
    text: Annotated[str, Field(description="The text with its variables.")]
    opt_out: Annotated[str, Field(description="The words in it that tell how to opt out; empty for none.")]
    variables: Annotated[list[str], Field(description="The variables that it needs.")]
    encoding: Annotated[str, Field(description="GSM-7 or UCS-2, before it is filled.")]
    units: Annotated[int, Field(description="Its size before it is filled: septets, or UTF-16 units.")]
    parts: Annotated[int, Field(description="Parts of it before it is filled.")]


class TemplateRow(Answer):
    template_id: Annotated[UUID, Field(description="Its id.")]
    name: Annotated[str, Field(description="Its name.")]
    purpose: Annotated[str, Field(description="What it is used for.")]
    category: Annotated[str, Field(description="marketing or utility.")]
    default_language: Annotated[str, Field(description="Read by people whose language has no text.")]
    brand: Annotated[str, Field(description="The name that every text has to hold; empty for none.")]
    most_parts: Annotated[int, Field(description="Parts that a text may take before it is filled.")]
    texts: Annotated[list[TextRow], Field(description="The approved texts, one a language.")]
    edits_waiting: Annotated[int, Field(description="Edits of it that wait for somebody to decide.")]
    version: Annotated[int, Field(description="Its version.")]
    version_token: Annotated[str, Field(description="Pass it as base_version_token to edit it.")]
    updated_at: Annotated[datetime, Field(description="When it was last edited.")]


class TemplatesPage(PageAnswer):
    templates: Annotated[list[TemplateRow], Field(description="Newest first.")]
    new_ones_waiting: Annotated[int, Field(description="New templates that wait for somebody to decide.")]


@tool(
    "sms_marketing.templates.list",
    kind=Kind.READ,
    scope="sms:read",
    reads_first=("sms_marketing.config.get",),
    safety="A campaign's text should come from a fitting template and keep its brand and the words to opt out by.",
)
def list_templates(call: Call, ask: TemplatesAsk) -> TemplatesPage:
    """List reusable texts of SMS with languages, variables, purpose, size, opt-out words and waiting edits."""
    found = Template.objects.filter(organisation=call.organisation, **templates.reusable())
    if ask.name:
        found = found.filter(name__icontains=ask.name)
    if ask.language:
        in_use = TemplateTranslation.objects.exclude(status=TranslationStatus.ARCHIVED)
        found = found.filter(pk__in=in_use.filter(language=fold_language(ask.language)).values("template"))
    if ask.category:
        found = found.filter(category=ask.category)
    rows, cursor = page(found.select_related("text_terms").prefetch_related("translations"), ask, by="created_at")
    waiting = _waiting(call)
    return TemplatesPage(
        templates=[_row(one, waiting[str(one.pk)]) for one in rows],
        new_ones_waiting=waiting["None"],
        next_cursor=cursor,
    )


def _waiting(call: Call) -> Counter[str]:
    """Template id -> edits that nobody has decided on; new ones under "None"."""
    requests = ActionRequest.objects.filter(
        organisation=call.organisation, tool="sms_marketing.templates.save", state=State.PENDING
    )
    return Counter(str(key) for key in requests.values_list("preview__contract__template_id", flat=True))


def _row(template: Template, waiting: int) -> TemplateRow:
    terms = getattr(template, "text_terms", None) or TextTerms(template=template)
    told = texts_of(template).items()
    texts = [_text(language, text, terms.opt_outs.get(language, "")) for language, text in told]
    return TemplateRow(
        template_id=template.pk,
        name=template.name,
        purpose=terms.purpose,
        category=template.category,
        default_language=template.default_language,
        brand=terms.brand,
        most_parts=terms.most_parts,
        texts=texts,
        edits_waiting=waiting,
        version=template.version,
        version_token=token_of(template),
        updated_at=template.updated_at,
    )


def _text(language: str, text: str, opt_out: str) -> TextRow:
    size = measure(text)
    return TextRow(
        language=language, text=text, opt_out=opt_out, variables=list(names_in(text)), encoding=size.encoding.value,
        units=size.units, parts=size.parts,
    )  # fmt: skip


@tool(
    "sms_marketing.templates.save",
    kind=Kind.WRITE,
    scope="sms:request",
    reads_first=("sms_marketing.templates.list", "sms_marketing.approval_policies.list"),
    plan=templates.plan_template,
    approval=When(touches_compliance),
    guards=(TemplateUnchanged(),),
    spends=False,
    safety="No text without its brand and opt-out words is kept; who changes those waits for a person. Versions stay.",
)
def save_template(call: Call, contract: TemplateContract) -> TemplateKept:
    """Keep a reusable text of SMS: languages, variables, purpose, brand, opt-out words and how long it may become."""
    return templates.keep_template(call, contract)
