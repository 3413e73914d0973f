"""Which column of a file is what: by its heading, in English or Chinese, or by a mapping that the caller gives."""

import csv
import re
import unicodedata
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from functools import cache
from pathlib import Path
from typing import Final

from django.utils.translation import gettext as _

from approvals.reasons import Reason, Refused

FIELDS: Final = (
    "phone",
    "name",
    "language",
    "country",
    "tags",
    "crm_id",
    "consent_category",
    "consent_source",
    "consent_at",
    "opt_out",
)
"""What a column can be, beside ``attribute.<name>``."""

_ATTRIBUTE: Final = re.compile(r"^\s*(?:attributes?|attr|屬性|属性)\s*[.:：_\s]\s*(.+?)\s*$", re.IGNORECASE)
_MOST_ATTRIBUTE_CHARACTERS: Final = 60


@dataclass(frozen=True, slots=True)
class Columns:
    """Positions of what is imported, and the headings that are not."""

    width: int
    positions: Mapping[str, int]
    attributes: Mapping[str, int] = field(default_factory=dict)
    ignored: tuple[str, ...] = ()

    def as_dict(self, headings: Sequence[str]) -> dict[str, str]:
        """Heading -> field, for the preview and the contract."""
        found = {headings[position]: name for name, position in self.positions.items()}
        return found | {headings[position]: f"attribute.{name}" for name, position in self.attributes.items()}


def columns_of(headings: Sequence[str], most: int, mapping: Mapping[str, str] | None = None) -> Columns:
    """What each column is. ``mapping`` (heading -> field, "" to leave out) goes before the known headings.

    Raises `Refused` with every reason: too many columns, no phone column, one field twice, a mapping that cannot be.
    """
    reasons = _mapping_problems(headings, mapping or {})
    if len(headings) > most:
        text = _("The file has %(count)d columns; at most %(most)d are read.") % {"count": len(headings), "most": most}
        raise Refused(Reason("import_columns", text, _("Leave out the columns you do not need."), field="file"))
    positions: dict[str, int] = {}
    attributes: dict[str, int] = {}
    ignored: list[str] = []
    for position, heading in enumerate(headings):
        target = _target(heading, mapping or {})
        if not target:
            ignored += [heading] if heading.strip() else []
            continue
        place, key = (attributes, target[10:]) if target.startswith("attribute.") else (positions, target)
        if key in place:
            reasons.append(_twice(target, headings[place[key]], heading))
        place.setdefault(key, position)
    if "phone" not in positions:
        text = _("No column holds phone numbers: the first line has to name the columns.")
        fix = _("Name one column “phone”, or tell which one it is in the mapping.")
        reasons.append(Reason("import_no_phone", text, fix, field="file"))
    if reasons:
        raise Refused(*reasons)
    return Columns(len(headings), positions, attributes, tuple(ignored))


def _target(heading: str, mapping: Mapping[str, str]) -> str:
    if heading in mapping:
        return mapping[heading]
    attribute = _ATTRIBUTE.match(heading)
    if attribute:
        name = attribute_name(attribute.group(1))
        return f"attribute.{name}" if name else ""
    return _known().get(_bare(heading), "")


def attribute_name(heading: str) -> str:
    """The name an attribute is asked by in segment rules: ``Loyalty tier`` becomes ``loyalty_tier``."""
    name = re.sub(r"[^\w.-]+", "_", unicodedata.normalize("NFKC", heading).strip().lower()).strip("_.-")
    return name[:_MOST_ATTRIBUTE_CHARACTERS]


def _bare(heading: str) -> str:
    return re.sub(r"[\W_]+", "", unicodedata.normalize("NFKC", heading).casefold())


@cache
def _known() -> Mapping[str, str]:
    """Bare heading -> field, from `headings.csv`."""
    with Path(__file__).with_name("headings.csv").open(encoding="utf-8", newline="") as lines:
        rows = csv.DictReader(line for line in lines if not line.startswith("#"))
        return {_bare(heading): row["field"] for row in rows for heading in row["headings"].split("|")}


def _mapping_problems(headings: Sequence[str], mapping: Mapping[str, str]) -> list[Reason]:
    problems = []
    for heading, target in mapping.items():
        if heading not in headings:
            text = _("The mapping names a column “%(heading)s” that the file does not have.") % {"heading": heading}
            problems.append(Reason("import_mapping", text, _("Use a heading of the file."), field="mapping"))
        attribute = target.removeprefix("attribute.")
        if target and target not in FIELDS and (attribute == target or attribute_name(attribute) != attribute):
            text = _("“%(target)s” is no field of a contact.") % {"target": target}
            fix = _("Use one of: %(fields)s.") % {"fields": ", ".join((*FIELDS, "attribute.<name>"))}
            problems.append(Reason("import_mapping", text, fix, field="mapping"))
    return problems


def _twice(target: str, first: str, second: str) -> Reason:
    values = {"first": first, "second": second, "target": target}
    text = _("The columns “%(first)s” and “%(second)s” would both be %(target)s.") % values
    return Reason("import_column_twice", text, _("Leave one of them out with the mapping."), field="mapping")
