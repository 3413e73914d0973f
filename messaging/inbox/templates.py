"""What Meta says of templates: reviews, pauses, quality and categories. What stands on a template notices by itself."""

from datetime import datetime
from typing import Any, Final

from accounts.actor import Actor
from audit.record import record
from messaging.inbox.events import Event
from messaging.inbox.senders import Known
from messaging.inbox.standing_on import end_what_stands_on
from messaging.models import TemplateTranslation, TranslationStatus
from messaging.whatsapp.templates.definition import category_named
from messaging.whatsapp.webhooks import (
    TemplateCategoryItem,
    TemplateEditedItem,
    TemplateQualityItem,
    TemplateStatusItem,
)

# Meta's event -> the status it leaves behind. Events without a status of their own change nothing here.
STATUS_AFTER: Final = {
    "APPROVED": TranslationStatus.APPROVED,
    "REINSTATED": TranslationStatus.APPROVED,
    "UNARCHIVED": TranslationStatus.APPROVED,
    "UNPAUSED": TranslationStatus.APPROVED,
    "FLAGGED": TranslationStatus.FLAGGED,
    "PENDING": TranslationStatus.PENDING,
    "IN_APPEAL": TranslationStatus.REJECTED,
    "REJECTED": TranslationStatus.REJECTED,
    "PAUSED": TranslationStatus.PAUSED,
    "DISABLED": TranslationStatus.DISABLED,
    "LOCKED": TranslationStatus.DISABLED,
    "ARCHIVED": TranslationStatus.ARCHIVED,
    "PENDING_DELETION": TranslationStatus.DISABLED,
    "DELETED": TranslationStatus.DISABLED,
}

AnyTemplateItem = TemplateStatusItem | TemplateQualityItem | TemplateCategoryItem | TemplateEditedItem


def change_status(item: TemplateStatusItem, event: Event, known: Known, now: datetime) -> None:
    translation = _find(item, event, known)
    status = STATUS_AFTER.get(item.event)
    if translation is None or status is None or _older(item.at, translation.reviewed_at):
        return
    translation.status = status
    translation.rejection = " ".join(filter(None, (item.reason, item.detail)))[:500] if status in _REFUSED else ""
    translation.reviewed_at = item.at or now
    translation.reviewed_category = category_named(item.category) or translation.reviewed_category
    _keep(translation, item, now, event=item.event, category=translation.category)


_REFUSED = (TranslationStatus.REJECTED, TranslationStatus.PAUSED, TranslationStatus.DISABLED)


def change_quality(item: TemplateQualityItem, event: Event, known: Known, now: datetime) -> None:
    translation = _find(item, event, known)
    if translation is None or _older(item.at, translation.quality_told_at):
        return
    translation.quality_told_at = min(item.at or now, now)
    if translation.quality != item.score:
        translation.quality = item.score[:8]
        _keep(translation, item, now, event="QUALITY", quality=translation.quality)
    else:
        translation.save(update_fields=("quality_told_at",))


def change_category(item: TemplateCategoryItem, event: Event, known: Known, now: datetime) -> None:
    """With `correct` filled it is a warning of tomorrow's category, and today's still holds."""
    translation = _find(item, event, known)
    if translation is None or _older(item.at, translation.category_told_at):
        return
    announced = category_named(item.correct) if item.correct else ""
    if not item.correct:
        translation.category_told_at = min(item.at or now, now)
        translation.reviewed_category = category_named(item.category) or translation.reviewed_category
    is_news = bool(announced) and announced != translation.category
    translation.announced_category = announced if is_news else ""
    translation.announced_for = item.takes_effect_at if is_news else None
    _keep(translation, item, now, event="CATEGORY", category=translation.category, announced=item.correct.lower())


def note_edit(item: TemplateEditedItem, event: Event, known: Known, now: datetime) -> None:
    """Somebody edited the text at Meta: what would be sent may not be what was approved, so it is not sent."""
    translation = _find(item, event, known)
    if (
        translation is not None
        and translation.status == TranslationStatus.APPROVED
        and not _older(item.at, translation.reviewed_at)
        and _was_not_ours(translation, item)
    ):
        translation.status = TranslationStatus.PAUSED
        translation.rejection = "edited at Meta"
        _keep(translation, item, now, event="EDITED")


def _was_not_ours(translation: TemplateTranslation, item: TemplateEditedItem) -> bool:
    """Our own submission is told as an edit as well: one that comes within a day of it is taken for ours."""
    told = item.at
    submitted = translation.submitted_at
    return submitted is None or told is None or abs((told - submitted).total_seconds()) > 24 * 3600


def _find(item: AnyTemplateItem, event: Event, known: Known) -> TemplateTranslation | None:
    account = known.account(event, item.waba_id)
    if account is None:
        return None
    # Whoever makes messages holds their send and the key of their text: we lock the text here and sends after it.
    translations = TemplateTranslation.objects.select_for_update(of=("self",), no_key=True).select_related(
        "template", "organisation"
    )
    own = translations.filter(template__account=account)
    found = own.filter(meta_id=item.template_id).first() if item.template_id else None
    # The review can be faster than the answer to its own submission; then only name and language tell.
    return found or own.filter(template__name=item.name, language=item.language.replace("-", "_")).first()


def _older(at: datetime | None, last: datetime | None) -> bool:
    """Whether something newer was told already: webhooks come out of order, and some are tried again days later."""
    return at is not None and last is not None and at < last


def _keep(translation: TemplateTranslation, item: AnyTemplateItem, now: datetime, **facts: Any) -> None:
    if item.template_id and not translation.meta_id:
        translation.meta_id = item.template_id
    translation.save()
    actor = Actor.system(translation.organisation, "webhook inbox")
    record("template.reviewed", translation, actor, now=now, language=translation.language,
           status=translation.status, **facts)  # fmt: skip
    end_what_stands_on(translation, now)
