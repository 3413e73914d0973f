"""Every no in Countersign is a `Refused` with all its reasons at once; each face renders it in its own way."""

from collections.abc import Iterable
from dataclasses import asdict, dataclass

from django.utils.functional import Promise
from django.utils.translation import gettext_lazy as _


@dataclass(frozen=True, slots=True)
class Reason:
    """One no: a stable code, what is wrong in plain words, and what to do about it. `field` names the argument at
    fault.
    """

    code: str
    text: str | Promise
    fix: str | Promise
    field: str = ""

    def as_dict(self) -> dict[str, str]:
        return {key: str(value) for key, value in asdict(self).items() if value}

    def __str__(self) -> str:
        where = f"{self.field}: " if self.field else ""
        return f"{where}{self.text} {self.fix}"


class Refused(Exception):
    """Nothing was changed. Raised with every reason that stands in the way, never just the first."""

    def __init__(self, *reasons: Reason) -> None:
        self.reasons = reasons
        super().__init__("; ".join(str(reason) for reason in reasons))

    @property
    def codes(self) -> list[str]:
        return [reason.code for reason in self.reasons]


def refuse_if_any(reasons: Iterable[Reason]) -> None:
    """Raise `Refused` with all reasons, or return when there is none."""
    found = tuple(reasons)
    if found:
        raise Refused(*found)


def scope_missing(what: str, scope: str) -> Reason:
    """Who asks may not use this tool or address."""
    return Reason(
        "scope_missing",
        _("You may not use %(tool)s: it needs the scope %(scope)s.") % {"tool": what, "scope": scope},
        _("Ask an administrator of your organisation for the scope."),
    )
