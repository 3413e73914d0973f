"""A contract's fields in words for people, whatever tool it is of."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date, datetime
from decimal import Decimal
from typing import Any
from uuid import UUID

from django.utils import formats, timezone
from django.utils.translation import gettext as _
from pydantic import BaseModel

from approvals.admin.panels import Words
from approvals.numerals import number

# Rows of a nested list that are shown; the whole stands in the sealed text below.
_MOST_ROWS = 12
# Characters of an id or a hash among other words.
_SHORT = 8


@dataclass(frozen=True, slots=True)
class Field:
    """One line: what it is called, what it says, what it means. `rows` are there for lists of things."""

    label: str
    text: str
    meaning: str = ""
    is_id: bool = False
    rows: tuple[tuple[str, ...], ...] = ()
    headings: tuple[str, ...] = ()
    left_out: int = 0


def fields_of(contract: BaseModel) -> list[Field]:
    """Every field in the contract's own order."""
    return [
        _field(name, getattr(contract, name), info.description or "")
        for name, info in type(contract).model_fields.items()
    ]


def name_in_words(name: str) -> str:
    """A field's name as a label in English, by which the catalogues know it."""
    return name.replace("_", " ").capitalize()


_fields: dict[str, Words] = {}
_keys: dict[str, Words] = {}


def register_words(fields: Mapping[str, Words], keys: Mapping[str, Words]) -> None:
    """Have names of fields, and of what maps count, said in other words than their own."""
    _fields.update(fields)
    _keys.update(keys)


def label_of(name: str) -> str:
    return str(_fields[name]) if name in _fields else _(name_in_words(name))


def _key_in_words(key: str) -> str:
    return str(_keys[key]) if key in _keys else label_of(key)


def in_words(value: Any) -> str:
    """A plain value as people write it: their zone, their separators, yes and no."""
    if value is None or value in ("", [], {}, ()):
        return "–"
    if isinstance(value, bool):
        return _("yes") if value else _("no")
    if isinstance(value, datetime):
        return formats.date_format(timezone.localtime(value), "DATETIME_FORMAT")
    if isinstance(value, date):
        return formats.date_format(value, "DATE_FORMAT")
    if isinstance(value, int | Decimal):
        return number(value)
    if isinstance(value, UUID) or _is_hash(value):
        return f"{str(value)[:_SHORT]}…"
    if isinstance(value, dict):
        return " · ".join(f"{_key_in_words(str(key))} {in_words(item)}" for key, item in value.items())
    if isinstance(value, list | tuple | set | frozenset):
        return ", ".join(in_words(item) for item in value)
    return str(value)


def _field(name: str, value: Any, meaning: str) -> Field:
    label, meaning = label_of(name), _(meaning) if meaning else ""
    if isinstance(value, list | tuple) and value and all(isinstance(item, BaseModel) for item in value):
        return _table(label, list(value), meaning)
    if isinstance(value, BaseModel):
        return Field(label, " · ".join(f"{part.label} {part.text}" for part in fields_of(value)), meaning)
    is_id = isinstance(value, UUID) or _is_hash(value)
    return Field(label, str(value) if is_id else in_words(value), meaning, is_id=is_id)


def _table(label: str, items: list[BaseModel], meaning: str) -> Field:
    headings = tuple(dict.fromkeys(name for item in items for name in type(item).model_fields))
    rows = tuple(tuple(in_words(getattr(item, name, None)) for name in headings) for item in items[:_MOST_ROWS])
    return Field(label, "", meaning, False, rows, tuple(map(label_of, headings)), max(0, len(items) - _MOST_ROWS))


def _is_hash(value: Any) -> bool:
    return isinstance(value, str) and len(value) == 64 and all(letter in "0123456789abcdef" for letter in value)
