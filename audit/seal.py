"""Sealing: finished entries are bound, segment by segment, under a seal that also covers the seal before.

Entries are taken in the order (transaction, id) and only from transactions below the horizon, the oldest one still
running: nothing can arrive behind a seal any more, however late a transaction that began early commits.
"""

import hashlib
from dataclasses import dataclass
from datetime import UTC, datetime
from uuid import UUID

from django.db import connection, transaction

from audit.models import Entry, Segment
from audit.spelling import HASH, HORIZON, NEWEST
from audit.verify import LEAF, NO_SEAL, seal_of

MOST_ENTRIES = 10_000
_SEGMENTS_AT_ONCE = 10  # in one transaction, of 400 kB each
Position = tuple[int, int]  # transaction and id of an entry
_LOCK = 0x61756469  # "audi": whoever finds it taken leaves the work to its holder

_WAITING = f"""
SELECT o.id, newest.xid >= {NEWEST}
  FROM accounts_organisation o
  JOIN LATERAL (SELECT e.xid, e.id FROM audit_entry e WHERE e.organisation_id = o.id
                 ORDER BY e.xid DESC, e.id DESC LIMIT 1) newest ON true
  LEFT JOIN LATERAL (SELECT s.last_xid, s.last_entry_id FROM audit_segment s WHERE s.organisation_id = o.id
                      ORDER BY s.number DESC LIMIT 1) sealed ON true
 WHERE (newest.xid, newest.id) > (coalesce(sealed.last_xid, -1), coalesce(sealed.last_entry_id, -1))
    OR newest.xid >= {NEWEST}
 ORDER BY o.id
"""  # noqa: S608 - of our own constants

# Where the next segments end, and how many entries stand up to there.
_ENDS = f"""
SELECT xid, id, place
  FROM (SELECT e.xid, e.id, row_number() OVER chain AS place, lead(e.id) OVER chain AS next FROM audit_entry e
         WHERE e.organisation_id = %s AND (e.xid, e.id) > (%s, %s) AND e.xid < {HORIZON}
        WINDOW chain AS (ORDER BY e.xid, e.id) LIMIT %s) finished
 WHERE place %% %s = 0 OR next IS NULL
 ORDER BY place
"""  # noqa: S608 - of our own constants

# OFFSET 0 keeps the hashing inside, where several processes of the database can share it. The ends of the range stand
# in brackets of their own, where the planner cannot take them for a handful: entries written at once share a xid.
_LEAVES = f"""
SELECT string_agg(int8send(id) || hash, ''::bytea ORDER BY xid, id)
  FROM (SELECT e.id, e.xid, {HASH} AS hash FROM audit_entry e
         WHERE e.organisation_id = %s AND (e.xid, e.id) > ((SELECT %s::bigint), (SELECT %s::bigint))
           AND (e.xid, e.id) <= ((SELECT %s::bigint), (SELECT %s::bigint))
         ORDER BY e.xid, e.id OFFSET 0) finished
"""  # noqa: S608 - of our own constants

# Without statistics, as after a burst, the planner would sort the whole backlog for every segment: quadratic work.
_LOCKED = """
SELECT pg_try_advisory_xact_lock(%s), set_config('enable_seqscan', 'off', true),
       set_config('enable_bitmapscan', 'off', true)
"""
# For the rest of the transaction. Only a backlog is worth the start of other processes, ten milliseconds.
_SHARED_OUT = """
SELECT set_config('parallel_setup_cost', '0', true), set_config('parallel_tuple_cost', '0', true),
       set_config('min_parallel_table_scan_size', '0', true), set_config('min_parallel_index_scan_size', '0', true)
"""
_WORTH_SHARING = 20_000  # entries


class Restored(RuntimeError):
    """The database came out of a dump, and its transactions count from below those already recorded."""


@dataclass(frozen=True, slots=True)
class Sealed:
    """What one run did."""

    entries: int = 0
    segments: int = 0


def seal(now: datetime, most: int = MOST_ENTRIES) -> Sealed:
    """Seal all finished entries of every organisation, at most `most` in a segment and ten segments a transaction.

    Stops early, having done what it says, when another sealer is at work. Raises Restored.
    """
    sizes: list[int] = []
    for organisation_id in _organisations_waiting():
        sealed = [most] * _SEGMENTS_AT_ONCE
        while sealed == [most] * _SEGMENTS_AT_ONCE:
            with transaction.atomic(durable=True):
                if not _take_lock():
                    return Sealed(sum(sizes), len(sizes))
                sealed = _seal_next(organisation_id, now, most)
            sizes += sealed
    return Sealed(sum(sizes), len(sizes))


def spelt(at: datetime) -> str:
    """A time as seals, checkpoints and entries spell it: UTC with microseconds."""
    return at.astimezone(UTC).strftime("%Y-%m-%dT%H:%M:%S.%fZ")


def facts_of(segment: Segment) -> dict[str, object]:
    """A segment in the words that its seal covers and an export carries."""
    return {
        "segment": segment.number, "organisation": str(segment.organisation_id), "entries": segment.entries,
        "first": segment.first_entry_id, "last": segment.last_entry_id, "root": segment.root,
        "previous": segment.previous, "sealed_at": spelt(segment.sealed_at),
    }  # fmt: skip


def segment_of(entry: Entry) -> Segment | None:
    """The segment that seals an entry, or None while none does."""
    reaching = Segment.objects.filter(organisation=entry.organisation_id, last_xid__gte=entry.xid).defer("leaves")
    return reaching.exclude(last_xid=entry.xid, last_entry_id__lt=entry.pk).order_by("last_xid", "number").first()


def _organisations_waiting() -> list[UUID]:
    with connection.cursor() as cursor:
        cursor.execute(_WAITING)
        rows = cursor.fetchall()
    if any(restored for _, restored in rows):
        raise Restored(
            "This database was restored from a dump: its transactions count from below those already recorded. "
            "Stop every process, run `manage.py audit_seal --after-restore` once, and start again."
        )
    return [organisation_id for organisation_id, _ in rows]


def _take_lock() -> bool:
    with connection.cursor() as cursor:
        cursor.execute(_LOCKED, (_LOCK,))
        return bool(cursor.fetchone()[0])


def _seal_next(organisation_id: UUID, now: datetime, most: int) -> list[int]:
    """Seal the next segments of an organisation and return their sizes; none when nothing is finished."""
    before = Segment.objects.filter(organisation_id=organisation_id).defer("leaves").order_by("-number").first()
    position = (before.last_xid, before.last_entry_id) if before else (-1, -1)
    ends = _ends_of_next(organisation_id, position, most)
    if not ends:
        return []
    leaves = _leaves_of(organisation_id, position, ends[-1])
    sizes, start = [], 0
    for last_xid, _last, place in ends:
        before = _segment(organisation_id, before, leaves[start * LEAF : place * LEAF], last_xid, now)
        before.save(force_insert=True)
        sizes.append(place - start)
        start = place
    return sizes


def _segment(organisation_id: UUID, before: Segment | None, leaves: bytes, last_xid: int, now: datetime) -> Segment:
    """The segment that binds these leaves to the one before."""
    size = len(leaves) // LEAF
    segment = Segment(
        organisation_id=organisation_id, number=before.number + 1 if before else 1, entries=size,
        entries_so_far=size + (before.entries_so_far if before else 0), first_entry_id=int.from_bytes(leaves[:8]),
        last_entry_id=int.from_bytes(leaves[-LEAF : 8 - LEAF]), last_xid=last_xid, leaves=leaves,
        root=hashlib.sha256(leaves).hexdigest(), previous=before.seal if before else NO_SEAL, sealed_at=now,
    )  # fmt: skip
    segment.seal = seal_of(facts_of(segment))
    return segment


def _ends_of_next(organisation_id: UUID, after: Position, most: int) -> list[tuple[int, int, int]]:
    """Transaction, id and place of each next segment's last entry; none when nothing is finished."""
    with connection.cursor() as cursor:
        cursor.execute(_ENDS, (organisation_id, *after, most * _SEGMENTS_AT_ONCE, most))
        return list(cursor.fetchall())


def _leaves_of(organisation_id: UUID, after: Position, end: tuple[int, int, int]) -> bytes:
    """Number and hash of each entry behind a position and up to an end, 40 bytes an entry."""
    *until, size = end
    with connection.cursor() as cursor:
        if size >= _WORTH_SHARING:
            cursor.execute(_SHARED_OUT)
        cursor.execute(_LEAVES, (organisation_id, *after, *until))
        (leaves,) = cursor.fetchone()
    return bytes(leaves)
