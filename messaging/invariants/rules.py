"""A rule: the sentence that must hold, and the statement that finds what speaks against it."""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

from django.db import connection

SHOWN = 20  # rows that are named; all are counted


@dataclass(frozen=True, slots=True)
class Broken:
    """A rule that does not hold. `rows` names the first twenty of the `count` that speak against it."""

    code: str
    text: str
    rows: tuple[str, ...]
    count: int

    def __str__(self) -> str:
        more = f" and {self.count - len(self.rows)} more" if self.count > len(self.rows) else ""
        return f"{self.code}: {self.text} Against it: {', '.join(self.rows)}{more}."


@dataclass(frozen=True, slots=True)
class Rule:
    """`sql` gives one text a row that breaks the rule; it may stand on the parameters of `Scope`."""

    code: str
    text: str
    sql: str

    def ask(self, parameters: dict[str, Any]) -> Broken | None:
        with connection.cursor() as cursor:
            cursor.execute(f"SELECT found.* FROM ({self.sql}) found(what) ORDER BY 1", parameters)
            rows = [str(what) for (what,) in cursor.fetchall()]
        return broken(self.code, self.text, rows)


def broken(code: str, text: str, rows: Sequence[str]) -> Broken | None:
    """What these rows make of a rule: nothing when there are none."""
    return Broken(code, text, tuple(rows[:SHOWN]), len(rows)) if rows else None
