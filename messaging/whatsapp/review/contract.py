"""What is asked for and what is countersigned when a template goes to Meta's review."""

from typing import Annotated, Any, Literal
from uuid import UUID

from django.utils.translation import gettext as _
from pydantic import Field

from approvals.contracts import Ask, Contract
from messaging.whatsapp.templates.definition import Body, Button, Definition, Header, Style


class TranslationAsk(Ask):
    language: Annotated[str, Field(max_length=16, description="Meta's language code, such as en or zh_HK.")]
    style: Annotated[Style, Field(description="How variables are written: {{1}} or {{first_name}}.")] = Style.POSITIONAL
    header: Annotated[Header | None, Field(description="A title, a file or a map above the text.")] = None
    body: Annotated[Body, Field(description="The message itself, with an example for each variable.")]
    footer: Annotated[str, Field(max_length=2048, description="A small line below, without variables.")] = ""
    buttons: Annotated[list[Button], Field(max_length=30, description="Buttons below the text.")] = []


class TemplateAsk(Ask):
    name: Annotated[
        str, Field(max_length=512, description="Lower-case letters, digits and _; the same for all languages.")
    ]
    category: Annotated[
        Literal["marketing", "utility"],
        Field(description="What Meta charges it as. Promotion of any kind is marketing."),
    ]
    default_language: Annotated[
        str, Field(max_length=16, description="Read by people whose language has no translation.")
    ]
    translations: Annotated[
        list[TranslationAsk], Field(min_length=1, max_length=20, description="One entry a language.")
    ]
    account_id: Annotated[
        UUID | None, Field(description="The WhatsApp account; may be left out where the organisation has one.")
    ] = None
    base_version_token: Annotated[
        str, Field(max_length=40, description="version_token of the template that is edited; empty for a new one.")
    ] = ""


class FindingPart(Contract):
    """What the check of a text found. The words are looked up when it is read."""

    language: Annotated[str, Field(description="In which language.")]
    code: Annotated[str, Field(description="What was found.")]
    where: Annotated[str, Field(description="Where: name, header, body, buttons.0 ...")]
    severity: Annotated[str, Field(description="error: Meta would refuse it. risk: somebody should look twice.")]
    text: Annotated[str, Field(description="What is wrong, in English.")]
    fix: Annotated[str, Field(description="What to do about it, in English.")]


class TextPart(Contract):
    language: Annotated[str, Field(description="The language code.")]
    definition: Annotated[dict[str, Any], Field(description="The whole text as it goes to Meta.")]
    digest: Annotated[str, Field(description="SHA-256 of the definition.")]


class TemplateContract(Contract):
    name: Annotated[str, Field(description="The template's name.")]
    category: Annotated[str, Field(description="What it is submitted as; Meta may decide otherwise.")]
    default_language: Annotated[str, Field(description="Read by people whose language has no translation.")]
    account_id: Annotated[UUID, Field(description="The WhatsApp account.")]
    template_id: Annotated[UUID | None, Field(description="The template that is edited; null for a new one.")]
    base_version: Annotated[int, Field(description="Its version when the preview was made; 0 for a new one.")]
    texts: Annotated[list[TextPart], Field(description="The texts, by language.")]
    findings: Annotated[list[FindingPart], Field(description="What Meta would refuse and what is risky.")]

    def sentence(self) -> str:
        languages = ", ".join(text.language for text in self.texts)
        return _("Template “%(name)s” (%(languages)s)") % {"name": self.name, "languages": languages}

    def definitions(self) -> list[Definition]:
        return [Definition.model_validate(text.definition) for text in self.texts]
