"""A record of the file becomes a row: what each cell says, and everything that is wrong with it."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime, tzinfo
from functools import lru_cache
from operator import itemgetter
from typing import Final, NamedTuple

from messaging.imports.cells import (
    LONGEST_KEY,
    LONGEST_TAGS,
    category_of,
    language_of,
    moment_of,
    opt_out_of,
    plain_text,
    source_of,
    tags_of,
)
from messaging.imports.columns import Columns
from messaging.imports.problems import Problem
from messaging.imports.records import Record
from messaging.phones import BadPhone, PhoneType, normalise

NOT_PERSONAL: Final = frozenset((PhoneType.PREMIUM_RATE, PhoneType.SHARED_COST, PhoneType.PAGER, PhoneType.VOICEMAIL))

_LONGEST_NAME: Final = 200
_LONGEST_CRM_ID: Final = 120
_LONGEST_ATTRIBUTE: Final = 1_000

# Cells without a phone that are remembered: their characters, and how many.
_LONGEST_BAD: Final = 20
_MOST_BAD: Final = 1_000


class ParsedRow(NamedTuple):
    """One record of the file. ``phone`` is E.164, "" when there is none; ``line`` counts from 1, the headings' line."""

    line: int
    phone: str
    country: str
    name: str
    language: str
    tags: tuple[str, ...]
    attributes: dict[str, str]
    crm_id: str
    consent_category: str
    consent_source: str
    consent_at: datetime | None
    opt_out: bool
    problems: tuple[Problem, ...]


_Shared = tuple[str, tuple[str, ...], bool, str, str, datetime | None, list[Problem]]


@dataclass(frozen=True, slots=True)
class Customs:
    """What is taken for granted where a file does not say: the country of national numbers, the zone of its dates, what
    people agreed to, and the moment before which consent must have been given."""

    region: str
    zone: tzinfo
    now: datetime
    category: str = "marketing"


class RowReader:
    """Reads records of one file: the positions of its columns are looked up once."""

    def __init__(self, headings: Sequence[str], columns: Columns, customs: Customs) -> None:
        self._headings = headings
        self._width = columns.width
        self._customs = customs
        self._attributes = tuple(columns.attributes.items())
        # A column the file does not have is read from an empty cell put behind the last one.
        at = {name: columns.positions.get(name, columns.width) for name in _ORDER}
        self._at = at
        self._own = itemgetter(at["phone"], at["country"], at["name"], at["crm_id"])
        self._shared = itemgetter(*(at[name] for name in _SHARED))
        self._bad_phones: dict[tuple[str, str], str] = {}
        self._remembered = lru_cache(maxsize=2_048)(self._read_shared)

    def read(self, record: Record) -> ParsedRow:
        cells, width = record.cells, self._width
        if record.damage:
            return _unusable(record.line, record.damage)
        if len(cells) != width:
            if any(cells[width:]) or len(cells) < width:
                return _unusable(record.line, "row_too_few_cells" if len(cells) < width else "row_too_many_cells")
            del cells[width:]
        cells.append("")
        found: list[Problem] = []
        said, region, own_name, own_id = self._own(cells)
        phone, country = self._read_phone(said, region, found)
        name, crm_id = plain_text(own_name), plain_text(own_id) if own_id else ""
        if len(name) > _LONGEST_NAME or len(crm_id) > _LONGEST_CRM_ID:
            name, crm_id = self._shortened(name, crm_id, found)
        shared = self._shared(cells)
        # What fills the memory is not remembered.
        read = self._remembered if len("".join(shared)) <= LONGEST_KEY else self._read_shared
        language, tags, opt_out, category, source, given_at, problems = read(*shared)
        found += problems
        attributes = self._read_attributes(cells, found) if self._attributes else {}
        return ParsedRow(
            record.line, phone, country, name, language, tags, attributes, crm_id, category, source, given_at, opt_out,
            tuple(found),
        )  # fmt: skip

    def _read_shared(self, *cells: str) -> _Shared:
        """The cells that say the same on many lines, read together: one look-up where there would be six."""
        found: list[Problem] = []
        language, problem = language_of(cells[0][:LONGEST_KEY])
        if problem:
            self._note(found, problem, "language")
        tags, problem = tags_of(cells[1][:LONGEST_TAGS])
        if problem:
            self._note(found, problem, "tags")
        opt_out, problem = opt_out_of(cells[2][:LONGEST_KEY])
        if problem:
            self._note(found, problem, "opt_out")
        category, source, given_at = self._read_consent(*cells[3:], found=found)
        return language, tags, opt_out, category, source, given_at, found

    def _read_phone(self, said: str, country: str, found: list[Problem]) -> tuple[str, str]:
        country = country and country.strip().upper()
        region = country if len(country) == 2 else self._customs.region
        if bad := self._bad_phones.get((said, region)):
            self._note(found, bad, "phone")
            return "", ""
        try:
            phone = normalise(said, region)
        except BadPhone as no:
            # What stands for "none" stands there often: "-", "n/a", nothing.
            if len(said) <= _LONGEST_BAD and len(self._bad_phones) < _MOST_BAD:
                self._bad_phones[said, region] = no.code
            self._note(found, no.code, "phone")
            return "", ""
        if phone.type in NOT_PERSONAL:
            self._note(found, "phone_not_personal", "phone")
            return "", ""
        return phone.e164, phone.region if len(phone.region) == 2 else ""

    def _read_consent(
        self, category: str, source: str, given_at: str, *, found: list[Problem]
    ) -> tuple[str, str, datetime | None]:
        customs = self._customs
        category, problem = category_of(category[:LONGEST_KEY], customs.category)
        if problem:
            self._note(found, problem, "consent_category")
        source, problem = source_of(source[:LONGEST_KEY])
        if problem:
            self._note(found, problem, "consent_source")
        moment, problem = moment_of(given_at[:LONGEST_KEY], customs.zone)
        if moment is not None and moment > customs.now:
            moment, problem = None, "consent_at_future"
        if problem:
            self._note(found, problem, "consent_at")
        return category, source, moment

    def _read_attributes(self, cells: list[str], found: list[Problem]) -> dict[str, str]:
        attributes = {}
        for name, position in self._attributes:
            value = plain_text(cells[position])
            if len(value) > _LONGEST_ATTRIBUTE:
                found.append(_problem("attribute_too_long", self._headings[position]))
                value = value[:_LONGEST_ATTRIBUTE]
            if value:
                attributes[name] = value
        return attributes

    def _shortened(self, name: str, crm_id: str, found: list[Problem]) -> tuple[str, str]:
        if len(name) > _LONGEST_NAME:
            self._note(found, "name_too_long", "name")
        if len(crm_id) > _LONGEST_CRM_ID:
            self._note(found, "crm_id_too_long", "crm_id")
            crm_id = ""  # half an id would be somebody else's
        return name[:_LONGEST_NAME], crm_id

    def _note(self, found: list[Problem], code: str, field: str) -> None:
        position = self._at[field]
        found.append(_problem(code, self._headings[position] if position < self._width else field))


_SHARED: Final = ("language", "tags", "opt_out", "consent_category", "consent_source", "consent_at")
_ORDER: Final = ("phone", "country", "name", "crm_id", *_SHARED)


@lru_cache(maxsize=2_048)
def _problem(code: str, column: str) -> Problem:
    return Problem(code, column)


def _unusable(line: int, code: str) -> ParsedRow:
    return ParsedRow(line, "", "", "", "", (), {}, "", "", "", None, False, (_problem(code, ""),))
