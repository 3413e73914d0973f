"""What is asked for and what is countersigned when a reusable text is kept."""

from typing import Annotated
from uuid import UUID

from django.utils.translation import gettext as _
from pydantic import Field

from approvals.contracts import Answer, Ask, Contract
from sms.copy.texts import DefaultLanguage, Language, TextCategory, Texts

OptOut = Annotated[str, Field(min_length=2, max_length=160)]


class TemplateAsk(Ask):
    name: Annotated[str, Field(min_length=3, max_length=120, description="Its name, once in the organisation.")]
    purpose: Annotated[str, Field(max_length=200, description="What it is used for.")] = ""
    category: TextCategory
    texts: Texts
    default_language: DefaultLanguage
    brand: Annotated[
        str, Field(max_length=60, description="The name people know you by; every text has to hold it. Empty for none.")
    ] = ""
    opt_outs: Annotated[
        dict[Language, OptOut],
        Field(max_length=10, description="Language code -> the words of that text that tell how to opt out."),
    ] = {}
    most_parts: Annotated[int, Field(ge=1, le=10, description="Parts that a text may take before it is filled.")] = 4
    template_id: Annotated[
        UUID | None,
        Field(description="The template to edit: an id of sms_marketing.templates.list; null for a new one."),
    ] = None
    base_version_token: Annotated[
        str, Field(max_length=40, description="version_token of the template that is edited; empty for a new one.")
    ] = ""


class TemplateContract(Contract):
    template_id: Annotated[UUID | None, Field(description="The template that is edited; null for a new one.")]
    base_version: Annotated[int, Field(description="Its version when this was planned; 0 for a new one.")]
    name: Annotated[str, Field(description="Its name.")]
    purpose: Annotated[str, Field(description="What it is used for.")]
    category: Annotated[str, Field(description="marketing or utility.")]
    texts: Annotated[dict[str, str], Field(description="Language code -> text.")]
    texts_before: Annotated[dict[str, str], Field(description="The texts it had; empty for a new one.")]
    parts: Annotated[dict[str, int], Field(description="Language code -> parts of the text before it is filled.")]
    default_language: Annotated[str, Field(description="Read by people whose language has no text.")]
    brand: Annotated[str, Field(description="The name that every text holds.")]
    opt_outs: Annotated[dict[str, str], Field(description="Language code -> the words that tell how to opt out.")]
    most_parts: Annotated[int, Field(description="Parts that a text may take before it is filled.")]
    compliance_changes: Annotated[
        list[str], Field(description="What changes of brand, opt-out words and category; not empty: a person decides.")
    ]

    def sentence(self) -> str:
        return _("Reusable text “%(name)s” in %(languages)s") % {
            "name": self.name, "languages": ", ".join(sorted(self.texts)),
        }  # fmt: skip


class TemplateKept(Answer):
    template_id: Annotated[UUID, Field(description="The template.")]
    version: Annotated[int, Field(description="Its version; earlier ones are kept.")]
    version_token: Annotated[str, Field(description="Pass it as base_version_token to edit it again.")]
