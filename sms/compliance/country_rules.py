"""The rules of countries, read from `country_rules.csv`: each row with its source, day and whether it is sure."""

import csv
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import date
from functools import cache
from pathlib import Path

ANYWHERE = "*"


@dataclass(frozen=True, slots=True)
class CountryRule:
    """One row. `values` are alternatives; what each rule means stands in `sms.compliance.checking`."""

    country: str
    sender: str
    of: str
    rule: str
    values: tuple[str, ...]
    binding: str
    confirmed: bool
    as_of: date
    source: str
    note: str

    @property
    def refuses(self) -> bool:
        """Whether a text that breaks it is refused; what nobody has confirmed only warns."""
        return self.binding == "must" and self.confirmed


def rules_of(country: str, sender: str, category: str) -> Iterator[CountryRule]:
    """The rules for texts of a category from a sender ("name" or "number") to a country; `*` fills what it lacks."""
    own = [one for one in all_rules() if one.country == country]
    known = {one.rule for one in own}
    general = [one for one in all_rules() if one.country == ANYWHERE and one.rule not in known]
    for rule in (*own, *general):
        if rule.sender in (sender, "any") and rule.of in (category, "all"):
            yield rule


@cache
def all_rules() -> tuple[CountryRule, ...]:
    """Every row."""
    with Path(__file__).with_name("country_rules.csv").open(encoding="utf-8", newline="") as lines:
        return tuple(_row(row) for row in csv.DictReader(line for line in lines if not line.startswith("#")))


def _row(row: dict[str, str]) -> CountryRule:
    return CountryRule(
        country=row["country"],
        sender=row["sender"],
        of=row["of"],
        rule=row["rule"],
        values=tuple(row["value"].split("|")),
        binding=row["binding"],
        confirmed=row["confirmed"] == "yes",
        as_of=date.fromisoformat(row["as_of"]),
        source=row["source"],
        note=row["note"],
    )
