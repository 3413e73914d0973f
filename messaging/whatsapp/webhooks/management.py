"""Fields about templates, numbers, accounts and people's preferences: one reader a field."""

from collections.abc import Callable, Iterator
from typing import Any

from messaging.whatsapp.webhooks.items import (
    AccountItem,
    Item,
    PhoneQualityItem,
    TemplateCategoryItem,
    TemplateEditedItem,
    TemplateQualityItem,
    TemplateStatusItem,
    UnknownItem,
    UserIdUpdateItem,
    UserPreferenceItem,
)
from messaging.whatsapp.webhooks.messages import error_of
from messaging.whatsapp.webhooks.place import Place
from messaging.whatsapp.webhooks.reading import (
    Object,
    Unreadable,
    as_object,
    inner,
    listed,
    moment,
    moment_or_none,
    phone,
    required,
    text,
    user_id,
)

RESTRICTIONS_LIMIT = 50


def _template(value: Object, place: Place) -> dict[str, Any]:
    """What all items about a template share. The id is a number in some fields and text in others."""
    return {
        "dedupe_key": place.key(value),
        "waba_id": place.waba_id,
        "template_id": required(value, "message_template_id", 40),
        "name": text(value, "message_template_name", 512),
        # Webhooks print en-US where the API wants en_US.
        "language": text(value, "message_template_language", 16).replace("-", "_"),
        "at": place.at,
    }


def _template_status(value: Object, place: Place) -> Iterator[Item]:
    rejection, other = inner(value, "rejection_info"), inner(value, "other_info")
    reason = text(value, "reason", 255)
    detail = " ".join(
        part
        for part in (
            text(rejection, "reason", 500),
            text(rejection, "recommendation", 500),
            text(other, "title", 100),
            text(other, "description", 500),
        )
        if part
    )
    yield TemplateStatusItem(
        **_template(value, place),
        category=text(value, "message_template_category", 32).upper(),
        event=required(value, "event", 32).upper(),
        reason="" if reason == "NONE" else reason,
        detail=detail,
    )


def _template_quality(value: Object, place: Place) -> Iterator[Item]:
    yield TemplateQualityItem(
        **_template(value, place),
        previous=text(value, "previous_quality_score", 16).upper(),
        score=required(value, "new_quality_score", 16).upper(),
    )


def _template_category(value: Object, place: Place) -> Iterator[Item]:
    """Two shapes: changed (previous and new), or a day's warning (correct; then `new_category` is the current one)."""
    correct = text(value, "correct_category", 32).upper()
    category = text(value, "new_category", 32).upper()
    if not correct and not category:
        raise Unreadable("neither new_category nor correct_category is there")
    announced = moment_or_none(value, "category_update_timestamp")
    common = _template(value, place) | {"at": announced or place.at}
    previous = text(value, "previous_category", 32).upper()
    yield TemplateCategoryItem(**common, previous=previous, category=category, correct=correct)


def _template_edited(value: Object, place: Place) -> Iterator[Item]:
    yield TemplateEditedItem(**_template(value, place))


def _account(value: Object, place: Place) -> Iterator[Item]:
    """Account news of all kinds. The event is Meta's word for it, or the decision, or the field itself."""
    alert = inner(value, "alert_info")
    event = text(value, "event", 64) or text(alert, "alert_type", 64) or text(value, "decision", 64) or place.field
    yield AccountItem(
        dedupe_key=place.key(value),
        waba_id=place.waba_id,
        phone_number_id="",
        field=place.field,
        event=event.upper(),
        detail=_account_detail(value, alert),
        error_code=error_of(value)[0],
        restrictions=tuple(_restrictions(value)),
        at=place.at,
    )


def _account_detail(value: Object, alert: Object) -> str:
    """The one telling value of the kinds of news we know."""
    return (
        text(inner(value, "violation_info"), "violation_type", 255)
        or text(inner(value, "ban_info"), "waba_ban_state", 255)
        or text(alert, "alert_description", 500)
        or text(value, "max_daily_conversations_per_business", 64)
        or text(value, "rejection_reason", 255)
    )


def _restrictions(value: Object) -> Iterator[tuple[str, Any]]:
    for raw in listed(value, "restriction_info")[:RESTRICTIONS_LIMIT]:
        if isinstance(raw, dict) and (kind := text(raw, "restriction_type", 64)):
            yield kind, moment_or_none(raw, "expiration")


def _phone_quality(value: Object, place: Place) -> Iterator[Item]:
    limit = text(value, "max_daily_conversations_per_business", 64) or text(value, "current_limit", 64)
    display, event = text(value, "display_phone_number", 32), text(value, "event", 64).upper()
    yield PhoneQualityItem(place.key(value), place.waba_id, display, event, limit, place.at)


def _each(key: str, read: Callable[[Object, str, Place], Item]) -> Callable[[Object, Place], Iterator[Item]]:
    """A reader of a value with a list, where one bad element leaves the others alone."""

    def reader(value: Object, place: Place) -> Iterator[Item]:
        number = text(inner(value, "metadata"), "phone_number_id", 64)
        elements = listed(value, key)
        if not elements:
            raise Unreadable(f"{key} is missing or empty")
        for raw in elements:
            try:
                yield read(as_object(raw), number, place)
            except Unreadable as error:
                yield UnknownItem(f"unknown:{place.key(raw)}", place.field, str(error))

    return reader


def _preference(raw: Object, number: str, place: Place) -> Item:
    value, category = required(raw, "value", 32).lower(), text(raw, "category", 64)
    who, who_id = phone(raw, "wa_id"), user_id(raw, "user_id", "wa_id")
    if category != "marketing_messages" or value not in ("stop", "resume"):
        raise Unreadable(f"the preference {category}={value} is not known")
    if not who and not who_id:
        raise Unreadable("neither wa_id nor user_id names the person")
    at = moment(raw, "timestamp")
    key = f"preference:{place.waba_id}:{number}:{who_id or who}:{value}:{at.timestamp():.0f}"
    return UserPreferenceItem(key, number, who, who_id, value, text(raw, "detail", 500), at)


def _user_id_change(raw: Object, number: str, place: Place) -> Item:
    ids, who, at = inner(raw, "user_id"), phone(raw, "wa_id"), moment(raw, "timestamp")
    previous, current = required(ids, "previous", 160), required(ids, "current", 160)
    key = f"user_id:{place.waba_id}:{previous}:{current}:{at.timestamp():.0f}"
    return UserIdUpdateItem(key, number, previous, current, "", who, at)


READERS: dict[str, Callable[[Object, Place], Iterator[Item]]] = {
    "message_template_status_update": _template_status,
    "message_template_quality_update": _template_quality,
    "message_template_components_update": _template_edited,
    "template_category_update": _template_category,
    "account_update": _account,
    "account_review_update": _account,
    "account_alerts": _account,
    "business_capability_update": _account,
    "security": _account,
    "phone_number_name_update": _account,
    "phone_number_quality_update": _phone_quality,
    "user_preferences": _each("user_preferences", _preference),
    "user_id_update": _each("user_id_update", _user_id_change),
}
