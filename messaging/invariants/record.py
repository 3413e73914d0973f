"""The record verifies: every seal covers its entries and the seal before, and reaches as far as the checkpoints say."""

import hashlib
import json
from collections.abc import Iterator
from pathlib import Path
from uuid import UUID

from django.conf import settings
from django.db import connection

from audit.models import Segment
from audit.seal import facts_of
from audit.spelling import HASH
from audit.verify import LEAF, NO_SEAL, seal_of
from messaging.invariants.rules import Broken, broken

_TEXT = "Every seal covers its entries and the seal before it, and reaches as far as the checkpoints say."
# The entries behind one seal and up to the next, as the sealer hashed them.
_LEAVES = f"""
SELECT coalesce(string_agg(int8send(e.id) || {HASH}, ''::bytea ORDER BY e.xid, e.id), ''::bytea) FROM audit_entry e
 WHERE e.organisation_id = %s AND (e.xid, e.id) > (%s, %s) AND (e.xid, e.id) <= (%s, %s)
"""


def chains_hold() -> list[Broken | None]:
    """The chains of all organisations, recomputed from their entries."""
    organisations = Segment.objects.order_by().values_list("organisation_id", flat=True).distinct()
    return [broken("record_verifies", _TEXT, [what for one in sorted(organisations) for what in _against(one)])]


def _against(organisation: UUID) -> Iterator[str]:
    checkpoint = _newest_checkpoint(organisation)  # before the seals: another may be made while we read them
    previous, number, position, entries = NO_SEAL, 0, (-1, -1), 0
    seals: dict[int, tuple[str, int]] = {}
    for segment in Segment.objects.filter(organisation=organisation).order_by("number").iterator(20):
        number, entries = number + 1, entries + segment.entries
        end = (segment.last_xid, segment.last_entry_id)
        if not _is_sound(segment, number, previous, _leaves(organisation, position, end)):
            yield f"segment {segment.number} of {organisation}"
        previous, position = segment.seal, end
        seals[segment.number] = (segment.seal, entries)
    if checkpoint and seals.get(checkpoint[0]) != checkpoint[1:]:
        yield f"the checkpoint of segment {checkpoint[0]} of {organisation}"


def _is_sound(segment: Segment, number: int, previous: str, leaves: bytes) -> bool:
    kept = bytes(segment.leaves)
    return (
        (segment.number, segment.previous, segment.seal) == (number, previous, seal_of(facts_of(segment)))
        and segment.root == hashlib.sha256(kept).hexdigest()
        and len(kept) == LEAF * segment.entries
        and kept == leaves
    )


def _leaves(organisation: UUID, after: tuple[int, int], upto: tuple[int, int]) -> bytes:
    with connection.cursor() as cursor:
        cursor.execute(_LEAVES, (organisation, *after, *upto))
        return bytes(cursor.fetchone()[0])


def _newest_checkpoint(organisation: UUID) -> tuple[int, str, int] | None:
    """Segment, seal and entries of the last line outside the database; None without a file."""
    file = Path(settings.AUDIT_CHECKPOINT_DIR) / f"{organisation}.jsonl"
    lines = file.read_bytes().splitlines() if file.exists() else []
    if not lines:
        return None
    told = json.loads(lines[-1])
    return int(told["segment"]), str(told["seal"]), int(told["entries"])
