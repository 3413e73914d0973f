"""What an import would do, for the person who decides: sums that close, reasons with examples, numbers masked."""

from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any, Final

from django.db import connection
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from messaging.imports.problems import PROBLEMS
from messaging.models import ImportBatch
from messaging.phones import mask

EXAMPLES: Final = 3

_NOTES: Final = {
    "duplicate": (
        gettext_lazy("The same person stands on another line; that line counts."),
        gettext_lazy("Nothing to do."),
    ),
    "stays_opted_out": (
        gettext_lazy("The person has opted out and stays so; an import brings nobody back."),
        gettext_lazy("Only the person can opt in again, for example by writing START."),
    ),
}
"""What is said about a row beside the problems of its cells."""


@dataclass(frozen=True, slots=True)
class Example:
    """A line of the file, its phone masked ("" where it has none)."""

    line: int
    phone: str


@dataclass(frozen=True, slots=True)
class Finding:
    """One kind of problem in one column: how often, and the first lines that have it."""

    code: str
    column: str
    text: str
    fix: str
    count: int
    examples: tuple[Example, ...]


@dataclass(frozen=True, slots=True)
class Summary:
    """``rows`` is the sum of the verdicts; ``stays_opted_out`` counts updates of people whose no goes on standing."""

    rows: int
    new: int
    update: int
    duplicate: int
    invalid: int
    no_consent: int
    opt_out: int
    stays_opted_out: int
    findings: tuple[Finding, ...]


def summarise(batch: ImportBatch) -> Summary:
    """The staged file in numbers and examples, most frequent finding first."""
    counts = {name: count for name, count in batch.counts.items() if name in Summary.__dataclass_fields__}
    return Summary(**counts, findings=tuple(_findings(batch)))


def told(problem: dict[str, Any]) -> dict[str, str]:
    """A stored problem in words of the reader's language."""
    text, fix = PROBLEMS.get(problem["code"]) or _NOTES[problem["code"]]
    words = str(text)
    if "line" in problem:
        words = f"{words} {_('Line %(line)d.') % {'line': problem['line']}}"
    return {"code": problem["code"], "column": problem["column"], "text": words, "fix": str(fix)}


def _findings(batch: ImportBatch) -> Iterator[Finding]:
    with connection.cursor() as cursor:
        cursor.execute(_GROUPED, [EXAMPLES, EXAMPLES, batch.pk])
        for code, column, count, lines, phones in cursor.fetchall():
            words = told({"code": code, "column": column})
            examples = tuple(
                Example(line, mask(phone) if phone else "") for line, phone in zip(lines, phones, strict=True)
            )
            yield Finding(code, column, words["text"], words["fix"], count, examples)


_GROUPED: Final = """
SELECT p.value ->> 'code', p.value ->> 'column', count(*),
    (array_agg(r.line ORDER BY r.line))[1:%s], (array_agg(r.phone ORDER BY r.line))[1:%s]
FROM messaging_importrow r CROSS JOIN LATERAL jsonb_array_elements(r.problems) p
WHERE r.batch_id = %s AND r.problems <> '[]'
GROUP BY 1, 2 ORDER BY 3 DESC, 1, 2
"""
