"""The `messages` field: what became of ours, what customers wrote, and errors about the whole number."""

from collections.abc import Callable, Iterator
from typing import Any

from messaging.inbox.items import StatusItem
from messaging.whatsapp.errors import row as error_row
from messaging.whatsapp.webhooks.inbound import read_inbound
from messaging.whatsapp.webhooks.items import AccountItem, Item, UnknownItem
from messaging.whatsapp.webhooks.place import Place
from messaging.whatsapp.webhooks.reading import (
    Object,
    Unreadable,
    as_object,
    fingerprint,
    inner,
    listed,
    moment,
    phone,
    required,
    text,
    user_id,
)

STATUSES = frozenset({"sent", "delivered", "read", "played", "failed"})


def read_messages(value: Object, place: Place) -> Iterator[Item]:
    """All items of the value; one that makes no sense leaves the others alone."""
    number = text(inner(value, "metadata"), "phone_number_id", 64)
    found = False
    for key, reader in (("statuses", _status), ("messages", _inbound(value)), ("errors", _account_error)):
        for raw in _items(value, key):
            found = True
            yield _one(reader, raw, number, place, key)
    if not found:
        content = fingerprint(place.waba_id, place.time, value)
        yield UnknownItem(f"unknown:messages:{content}", "messages", "neither statuses nor messages nor errors")


def _items(value: Object, key: str) -> list[Any]:
    """The list under the key. Anything else becomes one item that is no object, so that it is kept as unknown."""
    try:
        return listed(value, key)
    except Unreadable:
        return [[value[key]]]


def _one(reader: Callable[[Object, str, Place], Item], raw: Any, number: str, place: Place, key: str) -> Item:
    try:
        if not number:
            raise Unreadable("metadata.phone_number_id is missing")
        return reader(as_object(raw), number, place)
    except Unreadable as error:
        name = f"messages.{key}"
        return UnknownItem(f"unknown:{name}:{fingerprint(place.waba_id, number, raw)}", name, str(error))


def _inbound(value: Object) -> Callable[[Object, str, Place], Item]:
    try:
        contacts = [contact for contact in listed(value, "contacts") if isinstance(contact, dict)]
    except Unreadable:
        contacts = []
    return lambda raw, number, _place: read_inbound(raw, number, contacts)


def _status(raw: Object, number: str, _place: Place) -> StatusItem:
    status = required(raw, "status", 32).lower()
    if status not in STATUSES:
        raise Unreadable(f"the status {status!r} is not known")
    provider_id = required(raw, "id")
    who, who_id = _recipient(raw)
    code, title = _error(raw)
    pricing = inner(raw, "pricing")
    billable = pricing.get("billable")
    return StatusItem(
        dedupe_key=f"status:{provider_id}:{status}:{who or who_id}",
        sender_ref=number,
        provider_id=provider_id,
        status=status,
        at=moment(raw, "timestamp"),
        echo=text(raw, "biz_opaque_callback_data", 512),
        phone=who,
        user_id=who_id,
        error_code="" if code is None else str(code),
        error_title=title,
        opts_out=code is not None and error_row(code).opts_out,
        pricing_category=text(pricing, "category", 64).lower().replace("-", "_"),
        pricing_type=text(pricing, "type", 64).lower(),
        billable=billable if isinstance(billable, bool) else None,
    )


def _recipient(raw: Object) -> tuple[str, str]:
    """Phone and user id. In a group the recipient is the group, and the person is the participant."""
    if text(raw, "recipient_type") == "group":
        participant = "recipient_participant_id"
        return phone(raw, participant), user_id(raw, "recipient_participant_user_id", participant)
    return phone(raw, "recipient_id"), user_id(raw, "recipient_user_id", "recipient_id")


def _error(raw: Object) -> tuple[int | None, str]:
    """Code and words of the first error, if there is one."""
    errors = raw.get("errors")
    if not errors:
        return None, ""
    first = errors[0] if isinstance(errors, list) and isinstance(errors[0], dict) else {}
    return error_of(first)


def error_of(error: Object) -> tuple[int | None, str]:
    """The code, and the title with its details where they say more."""
    digits = text(error, "code", 12)
    code = int(digits) if digits.isascii() and digits.isdigit() and len(digits) <= 9 else None
    title = text(error, "title", 200) or text(error, "message", 200)
    details = text(inner(error, "error_data"), "details", 300)
    return code, f"{title}: {details}" if details and details != title else title


def _account_error(raw: Object, number: str, place: Place) -> AccountItem:
    code, detail = error_of(raw)
    key = f"error:{number}:{fingerprint(place.waba_id, place.time, raw)}"
    return AccountItem(key, place.waba_id, number, "messages", "ERROR", detail, code, (), place.at)
