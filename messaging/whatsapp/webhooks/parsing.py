"""A webhook body taken apart: entries, changes, items. What is not understood becomes an `UnknownItem`, no error."""

from collections.abc import Callable, Iterator
from typing import Any

from messaging.carriers import Malformed
from messaging.whatsapp.webhooks.echoes import read_echoes
from messaging.whatsapp.webhooks.items import Item, UnknownItem
from messaging.whatsapp.webhooks.management import READERS
from messaging.whatsapp.webhooks.messages import read_messages
from messaging.whatsapp.webhooks.place import Place
from messaging.whatsapp.webhooks.reading import (
    Unreadable,
    as_object,
    decode,
    fingerprint,
    inner,
    listed,
    moment_or_none,
    text,
)

__all__ = ["Malformed", "parse"]

OBJECT = "whatsapp_business_account"
Reader = Callable[[dict[str, Any], Place], Iterator[Item]]


def parse(raw: bytes) -> list[Item]:
    """Every item of a webhook body, in its order. Raises `Malformed` when the body is no JSON object at all."""
    body = decode(raw)
    if not isinstance(body, dict):
        raise Malformed("The body is not a JSON object.")
    if text(body, "object") not in ("", OBJECT):
        return [_unknown(text(body, "object", 64), f"the object is not {OBJECT}", body)]
    try:
        entries = listed(body, "entry")
    except Unreadable as error:
        return [_unknown("entry", str(error), body)]
    return [item for entry in entries for item in _of_entry(entry)]


def _of_entry(raw: Any) -> Iterator[Item]:
    try:
        entry = as_object(raw)
        changes = listed(entry, "changes")
    except Unreadable as error:
        yield _unknown("entry", str(error), raw)
        return
    for change in changes:
        yield from _of_change(change, entry)


def _of_change(raw: Any, entry: dict[str, Any]) -> Iterator[Item]:
    """One change. Meta's own examples put `field` beside `changes` at times, so both places are looked at."""
    try:
        change = as_object(raw)
        value = as_object(change.get("value"))
    except Unreadable as error:
        yield _unknown("changes", str(error), [text(entry, "id"), raw])
        return
    field = text(change, "field", 64) or text(entry, "field", 64)
    place = Place(field, text(entry, "id", 64), moment_or_none(entry, "time"), text(entry, "time", 32))
    reader = _reader(field, value)
    if reader is None:
        yield _unknown(field, "no one handles this field", [place.waba_id, place.time, value])
        return
    try:
        yield from reader(value, place)
    except Unreadable as error:
        yield _unknown(field, str(error), [place.waba_id, place.time, value])


def _reader(field: str, value: dict[str, Any]) -> Reader | None:
    """The reader of a field. A quality change arrives under the status field in one of Meta's examples."""
    if field == "messages" or (not field and inner(value, "metadata")):
        return read_messages
    if field == "smb_message_echoes":
        return read_echoes
    if "new_quality_score" in value:
        return READERS["message_template_quality_update"]
    return READERS.get(field)


def _unknown(field: str, reason: str, content: Any) -> UnknownItem:
    return UnknownItem(f"unknown:{field}:{fingerprint(field, content)}", field, reason)
