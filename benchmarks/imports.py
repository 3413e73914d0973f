"""`csv_import`: reading, judging and merging a contact file, against COPY of the same rows without a thought."""

import resource
import tempfile
from collections.abc import Iterator
from pathlib import Path
from zoneinfo import ZoneInfo

from django.db import connection
from django.utils import timezone

from accounts.actor import Actor
from benchmarks import world
from benchmarks.measuring import Bar, Outcome, in_turns, seconds
from messaging.imports.merge import merge
from messaging.imports.reading import open_file
from messaging.imports.rows import Customs
from messaging.imports.staging import stage
from messaging.imports.surveying import Limits

# Whoever an import or a message made known to us has the phone among their addresses.
_KNOWN_BY = """
INSERT INTO messaging_identity (organisation_id, contact_id, kind, value, first_seen_at)
SELECT organisation_id, id, 'phone', phone, now() FROM messaging_contact WHERE organisation_id = %s
"""
_HEAD = "phone,name,language,tags,consent_source,consent_at,tier\n"


def run(rounds: int, scale: int) -> Iterator[Outcome]:
    rows = 100_000 * scale
    where = world.organisation("bench-import")
    world.contacts(where, rows // 2)
    with connection.cursor() as cursor:
        cursor.execute(_KNOWN_BY, [where.pk])
    customs = Customs("HK", ZoneInfo("Asia/Hong_Kong"), timezone.now())
    turn = iter(range(1000))

    def ours() -> float:
        now = timezone.now()

        def work() -> None:
            with path.open("rb") as content:
                file = open_file(content, customs, limits=Limits(bytes=1 << 30, rows=rows + 10))
                batch = stage(where, file, name="bench", channel="whatsapp", made_by="bench", now=now)
            merge(batch, Actor.system(where, "bench"), now)

        _write(path, rows, next(turn))
        return rows / seconds(work)

    def bare() -> float:
        _write(path, rows, 0)
        with connection.cursor() as cursor:
            cursor.execute("CREATE TEMPORARY TABLE bare (a text, b text, c text, d text, e text, f text, g text)")
            took = seconds(lambda: _copy(path))
            cursor.execute("DROP TABLE bare")
        return rows / took

    outcome = Outcome("csv_import", "rows/s", "rows/s COPY without parsing", Bar(0.025))
    with tempfile.TemporaryDirectory() as folder:
        path = Path(folder) / "contacts.csv"
        in_turns(outcome, rounds, ours, bare)
    peak = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss // 1024
    outcome.notes.append(f"{rows:,} rows, 10 % dirty, half known; at most {peak} MB of memory in Python")
    outcome.notes.append("from the second round on the known people say nothing new")
    yield outcome


def _write(path: Path, rows: int, turn: int) -> None:
    """Half of the people are known; one line in ten is spelt oddly, broken or without consent."""
    with path.open("w", encoding="utf-8", newline="") as out:
        out.write(_HEAD)
        for n in range(rows):
            number = f"6{1_000_001 + n // 2 if n % 2 else 4_000_000 + turn * rows + n}"
            phone = {0: f"00852 {number[:4]} {number[4:]}", 10: "12", 20: f"+852-{number}"}.get(n % 30, f"+852{number}")
            source = "" if n % 37 == 0 else "web form"
            out.write(f"{phone},Customer {n},{'zh_HK' if n % 3 else 'en'},tea|vip,{source},2025-05-05,gold\n")


def _copy(path: Path) -> None:
    bare = "COPY bare FROM STDIN WITH (FORMAT csv, HEADER)"
    with path.open("rb") as content, connection.cursor() as cursor, cursor.copy(bare) as copy:
        while chunk := content.read(1 << 18):
            copy.write(chunk)
