"""Which text an id of a gateway speaks of, where each part gets an id of its own and no reference comes back."""

from collections.abc import Sequence
from dataclasses import dataclass, replace
from datetime import datetime, timedelta
from uuid import UUID

from sms.gateways.gateway import Receipt, Reply, Unknown
from sms.models import SubmittedPart

# Receipts come within days; a text is given up as unknown after three.
KEPT_FOR = timedelta(days=30)


@dataclass(frozen=True, slots=True)
class Submitted:
    """A text that a gateway took, perhaps not with all of its parts: the ids of those it took, in order."""

    gateway_id: UUID
    reference: UUID
    keys: tuple[str, ...]
    parts: int


def keep(texts: Sequence[Submitted], now: datetime) -> None:
    """Write the ids down, in one statement. A text that is there already stays as it is."""
    rows = [
        SubmittedPart(
            gateway_id=one.gateway_id, reference=one.reference, part=place, parts=one.parts, key=key, submitted_at=now
        )
        for one in texts
        for place, key in enumerate(one.keys, 1)
    ]
    SubmittedPart.objects.bulk_create(rows, ignore_conflicts=True)


def named(told: Sequence[Receipt | Reply | Unknown], gateway_id: UUID) -> list[Receipt | Reply | Unknown]:
    """The same, where receipts without a reference got that of their text, and their place among its parts."""
    keys = {one.provider_id for one in told if isinstance(one, Receipt) and not one.reference}
    if not keys:
        return list(told)
    rows = SubmittedPart.objects.filter(gateway=gateway_id, key__in=keys).order_by("pk")
    known = {row.key: row for row in rows}
    return [_named(one, known) for one in told]


def _named(one: Receipt | Reply | Unknown, known: dict[str, SubmittedPart]) -> Receipt | Reply | Unknown:
    if not isinstance(one, Receipt) or one.reference or one.provider_id not in known:
        return one
    row = known[one.provider_id]
    return replace(one, reference=str(row.reference), part=row.part, parts=row.parts)


def forget_old(now: datetime) -> int:
    """Drop what no receipt will ask for any more. Returns how many rows."""
    return SubmittedPart.objects.filter(submitted_at__lt=now - KEPT_FOR).delete()[0]
