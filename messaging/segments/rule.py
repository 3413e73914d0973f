"""What a segment rule is once it has been understood: frozen values, no text and no SQL."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date, timedelta
from decimal import Decimal
from enum import StrEnum

from approvals.reasons import Reason, Refused


class RuleError(Refused):
    """The rule cannot be used: every reason says where (line and position), what was expected, and how to mend it."""

    def __init__(self, code: str, text: str, fix: str) -> None:
        super().__init__(Reason(code, text, fix, field="rule"))


class Operator(StrEnum):
    """How a field is compared; the value is how it is written."""

    IS = "="
    IS_NOT = "!="
    BELOW = "<"
    ABOVE = ">"
    AT_MOST = "<="
    AT_LEAST = ">="
    IN = "in"
    NOT_IN = "not in"
    HAS = "has"
    EXISTS = "exists"


@dataclass(frozen=True, slots=True)
class Age:
    """A span back from now, as it was written: ``last_inbound < 90 days``."""

    count: int
    unit: str

    @property
    def span(self) -> timedelta:
        return timedelta(**{f"{self.unit}s": self.count})


Value = str | Decimal | date | Age


@dataclass(frozen=True, slots=True)
class Condition:
    """One question about a contact. ``name`` is the attribute's for ``attribute.<name>``, else empty."""

    field: str
    operator: Operator
    values: tuple[Value, ...] = ()
    name: str = ""


@dataclass(frozen=True, slots=True)
class Everyone:
    """Said on purpose: all contacts of the organisation."""


@dataclass(frozen=True, slots=True)
class Not:
    inner: Expression


@dataclass(frozen=True, slots=True)
class All:
    parts: tuple[Expression, ...]


@dataclass(frozen=True, slots=True)
class AnyOf:
    parts: tuple[Expression, ...]


Expression = Condition | Everyone | Not | All | AnyOf


@dataclass(frozen=True, slots=True)
class Rule:
    """A rule that may be used. ``is_everyone``: it says ``everyone``, so that policy can ask for more."""

    expression: Expression
    is_everyone: bool
