"""Submitting a drafted template after its approval: marked in the transaction, posted to Meta outside of it."""

from collections.abc import Iterator
from dataclasses import dataclass
from typing import Annotated
from uuid import UUID

from django.db import transaction
from django.db.models import QuerySet
from django.utils.translation import gettext_lazy as _
from pydantic import Field

from approvals.contracts import Answer
from approvals.execution import OutcomeUnknown
from approvals.reasons import Reason, Refused, refuse_if_any
from approvals.registry import Call
from audit.record import record
from messaging.carriers import Retry, carrier
from messaging.models import Template, TemplateTranslation, TranslationStatus
from messaging.whatsapp.client import CloudApi, GraphError
from messaging.whatsapp.media.headers import sample_handle
from messaging.whatsapp.review.contract import TemplateContract
from messaging.whatsapp.review.drafts import statuses_of
from messaging.whatsapp.templates.definition import Definition, category_named
from messaging.whatsapp.templates.meta import to_meta, to_meta_edit

_REVIEWABLE = (TranslationStatus.DRAFT, TranslationStatus.REJECTED)


class Submitted(Answer):
    template_id: Annotated[UUID, Field(description="The template.")]
    languages: Annotated[dict[str, str], Field(description="Language code -> review status at Meta.")]


@dataclass(frozen=True, slots=True)
class DraftStands:
    """What is submitted is the draft that was previewed: the same texts, none of them under review already."""

    def __call__(self, call: Call, contract: TemplateContract) -> Iterator[Reason]:
        template = _template(contract)
        drafts = {draft.language: draft for draft in template.translations.all()} if template else {}
        for text in contract.texts:
            draft = drafts.get(text.language)
            if draft is None:
                yield Reason(
                    "not_drafted",
                    _("There is no draft in %s.") % text.language,
                    _("Call whatsapp.template_draft.upsert with the same preview_id first."),
                    "preview_id",
                )
            elif draft.digest != text.digest:
                yield Reason("template_changed", _("The draft in %s is not what was previewed.") % text.language,
                             _("Make a new preview."), "preview_id")  # fmt: skip
            elif draft.status not in _REVIEWABLE:
                state = draft.get_status_display()
                yield Reason("wrong_state", _("%(language)s is “%(state)s” already.")
                             % {"language": text.language, "state": state}, _("Wait for Meta's review."))  # fmt: skip


def mark_submitting(call: Call, contract: TemplateContract) -> Submitted:
    """Claim the drafts under their lock: of two requests for the same texts one submits them."""
    template = _template(contract)
    assert template is not None
    drafts = list(_texts_of(template, contract).select_for_update().order_by("language"))
    refuse_if_any(DraftStands()(call, contract))
    for draft in drafts:
        draft.status, draft.submitted_at, draft.rejection = TranslationStatus.SUBMITTING, call.now, ""
        draft.save()
    return Submitted(template_id=template.pk, languages=statuses_of(template))


def submit_to_meta(call: Call, contract: TemplateContract, _marked: Submitted) -> Submitted:
    """Post each language. Raises Refused when Meta takes none, OutcomeUnknown when an answer was lost."""
    template = _template(contract)
    assert template is not None
    assert template.account is not None  # the database keeps it so
    waba_id = template.account.waba_id
    api = carrier("whatsapp").api(template.account)  # type: ignore[attr-defined]
    drafts = list(_texts_of(template, contract).filter(status=TranslationStatus.SUBMITTING).order_by("language"))
    errors = [error for draft in drafts if (error := _submit(api, call, waba_id, draft)) is not None]
    if any(error.retry is Retry.UNSURE for error in errors):
        raise OutcomeUnknown
    if errors and len(errors) == len(drafts):
        raise Refused(*(_refusal(error) for error in errors))
    return Submitted(template_id=template.pk, languages=statuses_of(template))


def _submit(api: CloudApi, call: Call, waba_id: str, draft: TemplateTranslation) -> GraphError | None:
    definition = Definition.model_validate(draft.definition)
    try:
        handle = _handle(definition, draft)
        if draft.meta_id:
            api.edit_template(draft.meta_id, to_meta_edit(definition, handle, approved=False))
            _note(call, draft, TranslationStatus.PENDING, draft.meta_id, draft.reviewed_category)
            return None
        made = api.create_template(waba_id, to_meta(definition, handle))
        status = made.status if made.status in TranslationStatus.values else TranslationStatus.PENDING
        _note(call, draft, TranslationStatus(status), made.id, category_named(made.category))
    except GraphError as error:
        unsure = error.retry is Retry.UNSURE
        _note(call, draft, TranslationStatus.UNSURE if unsure else TranslationStatus.DRAFT, draft.meta_id, "", error)
        return error
    return None


def _handle(definition: Definition, draft: TemplateTranslation) -> str:
    """The uploaded sample of the header. What went wrong with it leaves no doubt: nothing was submitted."""
    assert draft.template.account is not None
    try:
        return sample_handle(definition, draft.template.account)
    except Refused as no:
        raise GraphError(None, str(_("The file of the header")), str(no), retry=Retry.PERMANENT) from no


def _note(
    call: Call,
    draft: TemplateTranslation,
    status: TranslationStatus,
    meta_id: str,
    category: str,
    error: GraphError | None = None,
) -> None:
    """Keep Meta's answer on the draft and in the audit; the review webhook may have been faster and then stands."""
    with transaction.atomic():
        current = TemplateTranslation.objects.select_for_update().get(pk=draft.pk)
        if current.status == TranslationStatus.SUBMITTING:
            current.status = status
            current.rejection = error.details[:500] if error else ""
        current.meta_id = meta_id or current.meta_id
        current.reviewed_category = category or current.reviewed_category
        current.save()
        record(
            "template.submitted", current, call.actor, now=call.now,
            request_id=call.request.pk if call.request else None,
            language=current.language, status=current.status, category=current.category,
            **({"error": error.code} if error else {}),
        )  # fmt: skip


def _texts_of(template: Template, contract: TemplateContract) -> QuerySet[TemplateTranslation]:
    return template.translations.filter(language__in=[text.language for text in contract.texts])


def _template(contract: TemplateContract) -> Template | None:
    return Template.objects.select_related("account").filter(account_id=contract.account_id, name=contract.name).first()


def _refusal(error: GraphError) -> Reason:
    code = f"meta_{error.subcode or error.code}"
    return Reason(code, f"{error.title}: {error.details}", error.do or _("Correct the template and submit it again."))
