"""Keeping a checked template as a draft."""

from collections.abc import Iterator
from dataclasses import dataclass
from typing import Annotated
from uuid import UUID

from django.utils.translation import gettext_lazy as _
from pydantic import Field

from approvals.contracts import Answer
from approvals.reasons import Reason, refuse_if_any
from approvals.registry import Call
from approvals.versions import token_of
from audit.record import record
from messaging.models import Template, TemplateTranslation, TranslationStatus
from messaging.whatsapp.review.contract import TemplateContract


class DraftKept(Answer):
    template_id: Annotated[UUID, Field(description="The template.")]
    version_token: Annotated[str, Field(description="Pass it as base_version_token to edit it again.")]
    languages: Annotated[dict[str, str], Field(description="Language code -> review status.")]


@dataclass(frozen=True, slots=True)
class NothingMetaWouldRefuse:
    """A draft is fit to be submitted: what the check calls an error is mended first."""

    def __call__(self, call: Call, contract: TemplateContract) -> Iterator[Reason]:
        for found in contract.findings:
            if found.severity == "error":
                yield Reason(found.code, f"{found.language}: {found.text}", found.fix, f"{found.where}")


@dataclass(frozen=True, slots=True)
class TemplateUnchanged:
    """Nobody edited the template since the preview."""

    def __call__(self, call: Call, contract: TemplateContract) -> Iterator[Reason]:
        template = Template.objects.filter(account_id=contract.account_id, name=contract.name).first()
        if (template.version if template else 0) != contract.base_version:
            yield Reason("stale_version", _("The template has changed since the preview."),
                         _("Read it and make a new preview."), "base_version_token")  # fmt: skip


def keep_draft(call: Call, contract: TemplateContract) -> DraftKept:
    template, is_new = Template.objects.get_or_create(
        account_id=contract.account_id,
        name=contract.name,
        defaults={
            "organisation": call.organisation,
            "category": contract.category,
            "default_language": contract.default_language,
            "created_at": call.now,
            "updated_at": call.now,
        },
    )
    if not is_new:
        template = Template.objects.select_for_update().get(pk=template.pk)
        # Asked again under the lock: of two edits at once one stands.
        refuse_if_any(TemplateUnchanged()(call, contract))
        template.category, template.default_language = contract.category, contract.default_language
        template.version += 1
        template.updated_at = call.now
        template.save()
    for text in contract.texts:
        _keep_text(template, text.language, text.definition, text.digest)
    request_id = call.request.pk if call.request else None
    record("template.drafted", template, call.actor, now=call.now, request_id=request_id, version=template.version)
    return DraftKept(template_id=template.pk, version_token=token_of(template), languages=statuses_of(template))


def statuses_of(template: Template) -> dict[str, str]:
    return dict(template.translations.order_by("language").values_list("language", "status"))


def _keep_text(template: Template, language: str, definition: dict[str, object], digest: str) -> None:
    translation, is_new = TemplateTranslation.objects.get_or_create(
        template=template,
        language=language,
        defaults={"organisation_id": template.organisation_id, "definition": definition, "digest": digest},
    )
    if not is_new and translation.digest != digest:
        translation.definition, translation.digest = definition, digest
        translation.status, translation.rejection = TranslationStatus.DRAFT, ""
        translation.save()
