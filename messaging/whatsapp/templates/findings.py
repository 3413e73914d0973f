"""What a check of a template found, and whether Meta would refuse it or a person should look twice."""

from dataclasses import dataclass
from enum import StrEnum

from django.utils.functional import Promise


class Severity(StrEnum):
    ERROR = "error"  # Meta refuses it; it is not submitted
    RISK = "risk"  # it may be refused, re-categorised or read badly; the approver sees it


@dataclass(frozen=True, slots=True)
class Finding:
    """One thing about a template. `where` is its place: name, header, body, buttons.0 ..."""

    code: str
    where: str
    text: str | Promise
    fix: str | Promise
    severity: Severity = Severity.ERROR

    def as_dict(self) -> dict[str, str]:
        """For answers and pages, in the reader's language. A sealed contract keeps `code` and `where` only."""
        return {
            "code": self.code,
            "where": self.where,
            "text": str(self.text),
            "fix": str(self.fix),
            "severity": self.severity.value,
        }


def risk(code: str, where: str, text: str | Promise, fix: str | Promise) -> Finding:
    return Finding(code, where, text, fix, Severity.RISK)
