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

_FINISHED = f"""
SELECT string_agg(int8send(id) || hash, ''::bytea ORDER BY xid, id), max(xid)
  FROM (SELECT e.id, e.xid, {HASH} AS hash FROM audit_entry e
         WHERE e.organisation_id = %s AND (e.xid, e.id) > (%s, %s) AND e.xid < {HORIZON}
         ORDER BY e.xid, e.id LIMIT %s) finished
"""  # noqa: S608 - of our own constants


class Restored(RuntimeError):
    """The database came out of a dump, and its transactions count from below those already recorded."""


@dataclass(frozen=True, slots=True)
class Sealed:
    """What one run did."""

    entries: int = 0
    segments: int = 0


def seal(now: datetime, most: int = MOST_ENTRIES) -> Sealed:
    """Seal all finished entries of every organisation, at most `most` in a segment, each in its own transaction.

    Stops early, having done what it says, when another sealer is at work. Raises Restored.
    """
    sizes: list[int] = []
    for organisation_id in _organisations_waiting():
        size = most
        while size == most:
            with transaction.atomic(durable=True):
                if not _take_lock():
                    return Sealed(sum(sizes), len(sizes))
                size = _seal_next(organisation_id, now, most)
            sizes += [size] if size else []
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
        cursor.execute("SELECT pg_try_advisory_xact_lock(%s)", (_LOCK,))
        return bool(cursor.fetchone()[0])


def _seal_next(organisation_id: UUID, now: datetime, most: int) -> int:
    """Seal the next segment of an organisation and return its size; 0 when nothing is finished."""
    before = Segment.objects.filter(organisation_id=organisation_id).defer("leaves").order_by("-number").first()
    position = (before.last_xid, before.last_entry_id) if before else (-1, -1)
    with connection.cursor() as cursor:
        cursor.execute(_FINISHED, (organisation_id, *position, most))
        leaves, last_xid = cursor.fetchone()
    if leaves is None:
        return 0
    size = len(leaves) // LEAF
    segment = Segment(
        organisation_id=organisation_id, number=before.number + 1 if before else 1, entries=size,
        entries_so_far=size + (before.entries_so_far if before else 0), first_entry_id=int.from_bytes(leaves[:8]),
        last_entry_id=int.from_bytes(leaves[-LEAF : 8 - LEAF]), last_xid=last_xid, leaves=leaves,
        root=hashlib.sha256(leaves).hexdigest(), previous=before.seal if before else NO_SEAL, sealed_at=now,
    )  # fmt: skip
    segment.seal = seal_of(facts_of(segment))
    segment.save(force_insert=True)
    return size
