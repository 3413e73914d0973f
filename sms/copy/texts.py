"""The texts of a template or a campaign, one a language: judged before they are kept, and kept byte for byte."""

from collections.abc import Iterable, Iterator, Mapping, Sequence
from datetime import datetime
from typing import Annotated, Literal

from django.utils.translation import gettext_lazy as _
from pydantic import Field

from approvals.canonical import seal_of
from approvals.reasons import Reason
from messaging.audiences.languages import fold
from messaging.audiences.variables import Variable
from messaging.models import Template, TemplateTranslation, TranslationStatus
from sms.text import UnsendableText, measure
from sms.text.filling import has_broken_variable, names_in

Language = Annotated[str, Field(pattern=r"^[A-Za-z]{2,3}([_-][A-Za-z]{2,4}){0,2}$")]
Text = Annotated[str, Field(min_length=1, max_length=1600)]

# What people are asked for with texts, wherever they write some.
Texts = Annotated[
    dict[Language, Text],
    Field(min_length=1, max_length=10, description="Language code -> text; variables as {{name}}."),
]
DefaultLanguage = Annotated[Language, Field(description="Read by people whose language has no text.")]
TextCategory = Annotated[
    Literal["marketing", "utility"], Field(description="utility only for what people wait for, without promotion.")
]
Variables = Annotated[
    list[Variable], Field(max_length=20, description="Where each variable of the texts gets its value.")
]
MostParts = Annotated[
    int, Field(ge=1, le=10, description="A text that takes more parts than this is left out, not cut.")
]


def fold_language(code: str) -> str:
    """One spelling of a language code: zh_hant_hk for zh-Hant-HK."""
    return fold(code)


def folded(texts: Mapping[str, str]) -> dict[str, str]:
    """The same texts, under the one spelling of their language codes."""
    return {fold_language(language): text for language, text in texts.items()}


def reasons_against(texts: Mapping[str, str], default_language: str) -> Iterator[Reason]:
    """Why these texts cannot be kept: no text to fall back on, a character that no network carries, broken braces."""
    if fold_language(default_language) not in texts:
        yield Reason("default_language_missing", _("There is no text in the default language."),
                     _("Add one, or choose a language that has a text."), "default_language")  # fmt: skip
    for language, text in texts.items():
        try:
            measure(text)
        except UnsendableText as error:
            yield Reason("unsendable_text", str(error), _("Remove that character."), f"texts.{language}")
        if has_broken_variable(text):
            yield Reason("broken_variable", _("Double braces are left that are no variable."),
                         _("Write variables as {{name}}."), f"texts.{language}")  # fmt: skip


def reasons_against_variables(texts: Iterable[str], given: Sequence[str], field: str) -> Iterator[Reason]:
    """Whether each variable of the texts has exactly one source, and no source is left over."""
    needed = {name for text in texts for name in names_in(text)}
    if needed != set(given) or len(given) != len(set(given)):
        missing, unknown = sorted(needed - set(given)), sorted(set(given) - needed)
        numbers = {"missing": ", ".join(missing) or "–", "unknown": ", ".join(unknown) or "–"}
        yield Reason("variables_do_not_match",
                     _("Variables without a source: %(missing)s. Unknown to the texts: %(unknown)s.") % numbers,
                     _("Give each variable of the texts exactly one source."), field)  # fmt: skip


def keep_texts(template: Template, texts: Mapping[str, str], default_language: str, now: datetime) -> None:
    """Keep exactly these texts. Whoever calls has asked whether somebody let them through."""
    template.default_language, template.updated_at = default_language, now
    template.save()
    # Frozen audiences hold on to texts, so one that is dropped stays as a row that nothing new is made of.
    template.translations.exclude(language__in=texts).update(status=TranslationStatus.ARCHIVED)
    for language, text in texts.items():
        definition = {"text": text}
        TemplateTranslation.objects.update_or_create(
            template=template,
            language=language,
            defaults={
                "organisation_id": template.organisation_id,
                "definition": definition,
                "digest": seal_of(definition),
                "status": TranslationStatus.APPROVED,
            },
        )


def translations_of(template: Template) -> list[TemplateTranslation]:
    """The texts in use, in the order of their languages. Lists read the translations of all their rows at once."""
    in_use = (one for one in template.translations.all() if one.status != TranslationStatus.ARCHIVED)
    return sorted(in_use, key=lambda one: one.language)


def texts_of(template: Template) -> dict[str, str]:
    """Language code -> text."""
    return {one.language: str(one.definition["text"]) for one in translations_of(template)}
