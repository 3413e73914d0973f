"""Fields about templates, numbers, accounts and people's preferences: one reader a field."""

from collections.abc import Callable, Iterator
from datetime import datetime
from typing import Any

from messaging.whatsapp.webhooks.items import (
    AccountItem,
    Item,
    NumberItem,
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
    yield TemplateCategoryItem(
        **common, previous=previous, category=category, correct=correct, takes_effect_at=announced if correct else None
    )


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
        or _daily_limit(value)
        or text(value, "correct_category", 32)
        or text(value, "rejection_reason", 255)
    )


def _daily_limit(value: Object) -> str:
    """How many people a day: a TIER_ word or a number, under the names of the newer and the older versions."""
    names = ("max_daily_conversations_per_business", "max_daily_conversation_per_phone", "current_limit")
    return next(filter(None, (text(value, name, 64) for name in names)), "")


def _restrictions(value: Object) -> Iterator[tuple[str, Any]]:
    for raw in listed(value, "restriction_info")[:RESTRICTIONS_LIMIT]:
        if isinstance(raw, dict) and (kind := text(raw, "restriction_type", 64)):
            yield kind, moment_or_none(raw, "expiration")


def _phone_quality(value: Object, place: Place) -> Iterator[Item]:
    limit = _daily_limit(value)
    display, event = text(value, "display_phone_number", 32), text(value, "event", 64).upper()
    yield PhoneQualityItem(place.key(value), place.waba_id, display, event, limit, place.at)


def _number_name(value: Object, place: Place) -> Iterator[Item]:
    """A display name that was decided on, or a username that was given or taken."""
    event = text(value, "decision", 32) or required(value, "status", 32)
    name = text(value, "requested_verified_name", 255) or text(value, "username", 64).lstrip("@")
    display = text(value, "display_phone_number", 32)
    yield NumberItem(place.key(value), place.waba_id, display, place.field, event.upper(), name, place.at)


def each_of(key: str, read: Callable[[Object, str, Place], Item]) -> Callable[[Object, Place], Iterator[Item]]:
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
    # Of a no that does not say what it is about, the only thing it ever was about is taken.
    is_about_marketing = category == "marketing_messages" or (value == "stop" and not category)
    if not is_about_marketing or value not in ("stop", "resume"):
        raise Unreadable(f"the preference {category}={value} is not known")
    if not who and not who_id:
        raise Unreadable("neither wa_id nor user_id names the person")
    at = moment_or_none(raw, "timestamp") or place.at
    key = f"preference:{place.waba_id}:{number}:{who_id or who}:{value}:{_seconds(at)}"
    return UserPreferenceItem(key, number, who, who_id, value, text(raw, "detail", 500), at, place.waba_id)


def _user_id_change(raw: Object, number: str, place: Place) -> Item:
    ids, who = inner(raw, "user_id"), phone(raw, "wa_id")
    at = moment_or_none(raw, "timestamp") or place.at
    previous, current = required(ids, "previous", 160), required(ids, "current", 160)
    key = f"user_id:{place.waba_id}:{previous}:{current}:{_seconds(at)}"
    parent = text(inner(raw, "parent_user_id"), "current", 160)
    return UserIdUpdateItem(key, number, previous, current, "", who, at, place.waba_id, parent)


def _seconds(at: datetime | None) -> str:
    return "" if at is None else f"{at.timestamp():.0f}"


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
    "flows": _account,
    "template_correct_category_detection": _account,
    "phone_number_name_update": _number_name,
    "business_username_update": _number_name,
    "phone_number_quality_update": _phone_quality,
    "user_preferences": each_of("user_preferences", _preference),
    "user_id_update": each_of("user_id_update", _user_id_change),
}
