"""The record as a file that anybody can check with `audit/verify.py`, streamed out of one view of the database."""

import base64
import json
from collections.abc import Iterator
from datetime import datetime
from typing import Any, BinaryIO

from django.core.exceptions import ImproperlyConfigured
from django.db import connection, transaction

from accounts.actor import Actor
from accounts.models import Organisation
from audit.audit_actions import EXPORTED
from audit.checkpoints import public_key, signing_key
from audit.models import Segment
from audit.record import record
from audit.seal import facts_of, spelt
from audit.spelling import LINE
from audit.verify import FORMAT

_AT_ONCE = 2000  # rows fetched from the server in one go
_SEGMENTS_AT_ONCE = 20  # of up to 400 kB

_ENTRIES = f"""
SELECT e.xid, e.id, {LINE} FROM audit_entry e WHERE e.organisation_id = %s ORDER BY e.xid, e.id
"""  # noqa: S608 - of our own constants

Position = tuple[int, int]


def export(out: BinaryIO, now: datetime, organisation: Organisation | None = None) -> tuple[int, int]:
    """Write the record of one organisation, or of all, and return how many entries and segments it has.

    The export is itself recorded first, in every organisation whose record it takes out.
    """
    organisations = [organisation] if organisation else list(Organisation.objects.order_by("pk"))
    with transaction.atomic():
        for each in organisations:
            record(EXPORTED, each, Actor.system(each, "command line"), now=now)
    entries = segments = 0
    with transaction.atomic(durable=True):
        with connection.cursor() as cursor:
            cursor.execute("SET TRANSACTION ISOLATION LEVEL REPEATABLE READ, READ ONLY")
        out.write(_json(_header(now, organisation)))
        for each in organisations:
            for line, is_entry in _lines_of(each):
                out.write(line)
                entries += is_entry
                segments += not is_entry
        out.write(_json({"end": spelt(now), "entries": entries, "segments": segments}))
    return entries, segments


def _header(now: datetime, organisation: Organisation | None) -> dict[str, object]:
    try:
        signer: str | None = public_key(signing_key())
    except ImproperlyConfigured:
        signer = None  # a machine that only exports need not hold the key; the verifier is then given --public-key
    return {
        "countersign_audit": FORMAT,
        "exported_at": spelt(now),
        "organisation": str(organisation.pk) if organisation else None,
        "public_key": signer,
    }


def _lines_of(organisation: Organisation) -> Iterator[tuple[bytes, bool]]:
    """Each line of an organisation's record and whether it is an entry: a segment follows the entries it seals."""
    entries = _entries_of(organisation)
    waiting = next(entries, None)
    for segment in _segments_of(organisation):
        while waiting and waiting[0] <= (segment.last_xid, segment.last_entry_id):
            yield waiting[1], True
            waiting = next(entries, None)
        leaves = base64.b64encode(bytes(segment.leaves)).decode()
        yield _json({**facts_of(segment), "seal": segment.seal, "leaves": leaves}), False
    while waiting:
        yield waiting[1], True
        waiting = next(entries, None)


def _entries_of(organisation: Organisation) -> Iterator[tuple[Position, bytes]]:
    with connection.chunked_cursor() as cursor:
        cursor.execute(_ENTRIES, (organisation.pk,))
        while rows := cursor.fetchmany(_AT_ONCE):
            for xid, entry, line in rows:
                yield (xid, entry), line.encode() + b"\n"


def _segments_of(organisation: Organisation) -> Iterator[Segment]:
    of_one = Segment.objects.filter(organisation=organisation).order_by("number")
    return of_one.iterator(chunk_size=_SEGMENTS_AT_ONCE)


def _json(value: dict[str, Any]) -> bytes:
    return json.dumps(value).encode() + b"\n"
