"""`audit_append`, `audit_seal`, `audit_verify`: what the record costs when it is written, sealed and checked."""

import tempfile
from collections.abc import Callable, Iterator
from concurrent.futures import ThreadPoolExecutor
from contextlib import contextmanager
from pathlib import Path

from django.db import connection, transaction
from django.utils import timezone

from accounts.actor import Actor
from accounts.tenancy import as_login_role
from audit.export import export
from audit.models import Entry
from audit.record import record
from audit.seal import seal
from audit.verify import verify
from benchmarks import world
from benchmarks.measuring import Bar, Outcome, in_turns, seconds
from messaging.models import Segment

APPENDS = 1_000
ENTRIES = 100_000
_COLUMNS = (
    "organisation_id, at, action, actor_kind, actor_principal, actor_label, face, subject_type, subject_id, facts"
)
_MANY = f"""
INSERT INTO audit_entry ({_COLUMNS})
SELECT %s, now(), 'contact.opted_out', 'agent', 'agent:12', 'Planner', 'mcp', 'messaging.Contact', n::text,
       jsonb_build_object('reason', 'stop', 'source', 'benchmark ' || n, 'channel', 'any', 'category', 'any')
  FROM generate_series(1, %s) n
"""  # noqa: S608 - of our own constants
# The row that an entry is, its values given as an entry's are: what keeping the same facts costs at least.
_PLAIN = f"""
INSERT INTO bench_entry ({_COLUMNS}) VALUES (%s, %s, %s, %s, %s, %s, %s, %s, %s, %s) RETURNING id
"""  # noqa: S608 - of our own constants


def run(rounds: int, scale: int) -> Iterator[Outcome]:
    where = world.organisation("bench-record")
    segment = world.segment(where, timezone.now())
    with _table_alike():
        for writers in (1, 8):
            yield _append(rounds, Actor.system(where, "bench"), segment, writers)
    entries = ENTRIES * scale
    sealing = Outcome("audit_seal", "entries/s", "entries/s wanted", Bar(1.0))
    checking = Outcome("audit_verify", "s", "s allowed (30 a million)", Bar(1.0, above=False))
    seal(timezone.now())
    for _round in range(rounds):
        with connection.cursor() as cursor:
            cursor.execute(_MANY, [where.pk, entries])
        with as_login_role(), connection.cursor() as cursor:  # as PostgreSQL does by itself within a minute
            cursor.execute("ANALYZE audit_entry")
        sealing.measured.append(entries / seconds(lambda: seal(timezone.now())))
        sealing.reference.append(200_000.0)
    for _round in range(rounds):
        took, checked = _verified()
        checking.measured.append(took)
        checking.reference.append(30.0 * checked / 1_000_000)
    sealing.notes.append(f"{entries:,} entries a round")
    checking.notes.append(f"{checked:,} entries, read from a file without the database")
    yield from (sealing, checking)


def _append(rounds: int, actor: Actor, segment: Segment, writers: int) -> Outcome:
    """One entry a transaction, as most are written, against an insert into a table like it."""
    now = timezone.now()
    row = (
        actor.organisation.pk, now, "segment.kept", "system", "system:bench", "bench", "system", "messaging.Segment",
        str(segment.pk), '{"version": 3}',
    )  # fmt: skip

    def ours() -> None:
        record("segment.kept", segment, actor, now=now, version=3)

    def plain() -> None:
        with connection.cursor() as cursor:
            cursor.execute(_PLAIN, row)

    outcome = Outcome("audit_append", "entries/s", "rows/s plain insert", Bar(0.9))
    outcome.notes.append(f"{APPENDS:,} transactions a round, {writers} at a time")
    return in_turns(outcome, rounds, lambda: _each(ours, writers), lambda: _each(plain, writers))


@contextmanager
def _table_alike() -> Iterator[None]:
    with as_login_role(), connection.cursor() as cursor:
        cursor.execute("CREATE TABLE IF NOT EXISTS bench_entry (LIKE audit_entry INCLUDING ALL)")
        cursor.execute("ALTER TABLE bench_entry ALTER COLUMN xid SET DEFAULT 0")
        cursor.execute("GRANT ALL ON bench_entry TO PUBLIC")
    yield
    with as_login_role(), connection.cursor() as cursor:
        cursor.execute("DROP TABLE bench_entry")


def _each(write: Callable[[], object], writers: int) -> float:
    """Transactions a second, shared among so many connections."""
    share = APPENDS // writers

    def work(_writer: int) -> None:
        for _time in range(share):
            with transaction.atomic():
                write()
        if writers > 1:
            connection.close()

    if writers == 1:
        return share / seconds(lambda: work(0))
    with ThreadPoolExecutor(writers) as threads:
        return share * writers / seconds(lambda: list(threads.map(work, range(writers))))


def _verified() -> tuple[float, int]:
    """Seconds of checking an export of everything, and how many entries it has."""
    with tempfile.TemporaryDirectory() as folder:
        path = Path(folder) / "record.jsonl"
        with path.open("wb") as out:
            export(out, timezone.now())
        reports = []
        took = seconds(lambda: reports.append(verify(path)))
    assert not reports[0].findings, reports[0].findings[:3]
    assert reports[0].entries == Entry.objects.count()
    return took, reports[0].entries
