"""A file into rows with verdicts: COPY to a temporary table, then one statement that judges each row by what we know.

Nothing outside the preview is written. A row's verdict is what a person will read and approve; `rows_digest` seals it.
"""

from collections.abc import Iterable
from datetime import datetime
from functools import lru_cache
from typing import Final

import orjson
from django.db import connection, transaction

from accounts.models import Organisation
from messaging.imports.known_people import CONTACT_ID, KNOWN_AS, SAID_NO, joining_by_hash
from messaging.imports.problems import INVALID, NO_CONSENT, Problem
from messaging.imports.reading import ContactFile
from messaging.imports.rows import ParsedRow
from messaging.models import ImportBatch

_AT_ONCE: Final = 1_000

_TABLE: Final = """
CREATE TEMPORARY TABLE import_staging (
    line integer, phone text, country text, name text, attributes jsonb, crm_id text, language text, tags text[],
    consent_category text, consent_source text, consent_at timestamptz, opt_out boolean, judged text, problems jsonb
) ON COMMIT DROP
"""


def stage(
    organisation: Organisation, file: ContactFile, *, name: str, channel: str, made_by: str, now: datetime
) -> ImportBatch:
    """Read the file to its end and keep its rows with their verdicts. All or nothing; raises `Refused` as reading does.

    ``channel`` is what the file's consent is for ("whatsapp"); it is sealed with the rows.
    """
    with transaction.atomic():
        batch = ImportBatch.objects.create(
            organisation=organisation,
            name=name[:200],
            digest=file.survey.digest,
            encoding=file.survey.encoding,
            columns=file.columns.as_dict(file.headings),
            made_by=made_by[:80],
            created_at=now,
        )
        _copy(file)
        with joining_by_hash(), connection.cursor() as cursor:
            cursor.execute(_JUDGE, {"batch": batch.pk, "organisation": organisation.pk, "channel": channel})
        batch.counts = {"channel": channel, **_counts(batch)}
        batch.rows_digest = rows_digest(batch)
        batch.save(update_fields=("counts", "rows_digest"))
    return batch


def rows_digest(batch: ImportBatch) -> str:
    """SHA-256 over the channel and every row with its verdict, as they stand in the database now."""
    with connection.cursor() as cursor:
        cursor.execute(_DIGEST, [batch.counts["channel"], batch.pk])
        (digest,) = cursor.fetchone()
    return str(digest)


def _copy(rows: Iterable[ParsedRow]) -> None:
    with connection.cursor() as cursor:
        cursor.execute("DROP TABLE IF EXISTS pg_temp.import_staging")
        cursor.execute(_TABLE)
        with cursor.copy("COPY import_staging FROM STDIN") as copy:
            lines: list[str] = []
            for row in rows:
                lines.append(_copy_line(row))
                if len(lines) == _AT_ONCE:
                    copy.write("".join(lines))
                    lines.clear()
            copy.write("".join(lines))
        cursor.execute("ANALYZE import_staging (line, phone, judged, opt_out)")


_ESCAPES: Final = str.maketrans({"\\": "\\\\", "\t": "\\t", "\n": "\\n", "\r": "\\r"})


def _copy_line(row: ParsedRow) -> str:
    """One line of PostgreSQL's text format, written by hand: adapting values one by one takes five times as long."""
    line, phone, country, name, language, tags, attributes, crm_id, *rest = row
    said = orjson.dumps(attributes).decode() if attributes else "{}"
    return (
        f"{line}\t{phone}\t{country}\t{_escaped(name)}\t{_escaped(said)}\t{_escaped(crm_id)}\t"
        f"{_shared(language, tags, *rest)}\n"
    )


def _escaped(text: str) -> str:
    # Hardly a text holds one of the four, and looking costs a tenth of translating.
    return text if text.isprintable() and "\\" not in text else text.translate(_ESCAPES)


@lru_cache(maxsize=2_048)
def _shared(
    language: str, tags: tuple[str, ...], category: str, source: str, at: datetime | None, opt_out: bool,
    problems: tuple[Problem, ...],
) -> str:  # fmt: skip
    given_at = at.isoformat() if at else "\\N"
    return (
        f"{language}\t{_array(tags)}\t{category}\t{source.translate(_ESCAPES)}\t{given_at}\t"
        f"{'t' if opt_out else 'f'}\t{_judged(problems)}\t{_problems(problems)}"
    )


def _array(tags: tuple[str, ...]) -> str:
    quoted = ",".join('"' + tag.replace("\\", "\\\\").replace('"', '\\"') + '"' for tag in tags)
    return ("{" + quoted + "}").translate(_ESCAPES)


def _judged(problems: tuple[Problem, ...]) -> str:
    codes = {problem.code for problem in problems}
    return "invalid" if codes & INVALID else "no_consent" if codes & NO_CONSENT else ""


def _problems(problems: tuple[Problem, ...]) -> str:
    found = [{"code": problem.code, "column": problem.column} for problem in problems]
    return orjson.dumps(found).decode().translate(_ESCAPES)


def _counts(batch: ImportBatch) -> dict[str, int]:
    with connection.cursor() as cursor:
        cursor.execute(_COUNT, [batch.pk])
        columns = [column.name for column in cursor.description or ()]
        return dict(zip(columns, cursor.fetchone(), strict=True))


# Ranked by a few narrow columns; each line is then read once more with its place among the lines of its person.
_JUDGE: Final = f"""
WITH usable AS (
    SELECT r.line, r.phone, r.opt_out, {CONTACT_ID} AS contact_id
    FROM import_staging r {KNOWN_AS.format(row="r")}
    WHERE r.judged = '' OR (r.judged = 'no_consent' AND r.opt_out)
),
ranked AS (
    -- Of the lines about one person the opt-out counts, else the first.
    SELECT line, contact_id, row_number() OVER same AS place, first_value(line) OVER same AS first_line
    FROM usable
    WINDOW same AS (PARTITION BY contact_id, CASE WHEN contact_id IS NULL THEN phone END ORDER BY opt_out DESC, line)
)
INSERT INTO messaging_importrow (batch_id, line, phone, name, language, country, tags, attributes, crm_id,
    consent_category, consent_source, consent_at, opt_out, verdict, problems)
SELECT %(batch)s, r.line, r.phone, r.name, r.language, r.country, r.tags, r.attributes, r.crm_id,
    r.consent_category, r.consent_source, r.consent_at, r.opt_out,
    CASE WHEN known.line IS NULL THEN r.judged
         WHEN known.place > 1 THEN 'duplicate'
         WHEN r.opt_out THEN 'opt_out'
         WHEN known.contact_id IS NULL THEN 'new'
         ELSE 'update' END,
    CASE WHEN known.place > 1
         THEN r.problems || jsonb_build_array(
            jsonb_build_object('code', 'duplicate', 'column', '', 'line', known.first_line))
         WHEN known.contact_id IS NOT NULL AND NOT r.opt_out
              AND {SAID_NO.format(contact="known.contact_id", category="r.consent_category")}
         THEN r.problems || '[{{"code": "stays_opted_out", "column": ""}}]'::jsonb
         ELSE r.problems END
FROM import_staging r LEFT JOIN ranked known ON known.line = r.line
ORDER BY r.line
"""

_COUNT: Final = """
SELECT count(*) AS rows,
    count(*) FILTER (WHERE verdict = 'new') AS new,
    count(*) FILTER (WHERE verdict = 'update') AS "update",
    count(*) FILTER (WHERE verdict = 'duplicate') AS duplicate,
    count(*) FILTER (WHERE verdict = 'invalid') AS invalid,
    count(*) FILTER (WHERE verdict = 'no_consent') AS no_consent,
    count(*) FILTER (WHERE verdict = 'opt_out') AS opt_out,
    count(*) FILTER (WHERE problems @> '[{"code": "stays_opted_out"}]') AS stays_opted_out
FROM messaging_importrow WHERE batch_id = %s
"""

_DIGEST: Final = """
SELECT encode(sha256(convert_to(%s, 'UTF8') || coalesce(string_agg(sha256(convert_to(
    ROW(r.line, r.phone, r.name, r.language, r.country, r.tags, r.attributes, r.crm_id, r.consent_category,
        r.consent_source, extract(epoch FROM r.consent_at), r.opt_out, r.verdict)::text, 'UTF8')),
    ''::bytea ORDER BY r.line), ''::bytea)), 'hex')
FROM messaging_importrow r WHERE r.batch_id = %s
"""
