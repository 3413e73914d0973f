"""A text of several parts has arrived when all of them have; one that failed fails it, until proof comes after all."""

from collections.abc import Collection
from datetime import datetime
from uuid import UUID

from messaging.inbox import handlers
from messaging.inbox.events import Event
from messaging.inbox.senders import Known
from messaging.inbox.statuses import apply_statuses
from messaging.models import Attempt, Sender
from sms.gateways.gateway import Failure, Progress, Receipt
from sms.items import PartItem, status_item
from sms.models import SubmittedPart
from sms.ways import tag_of

_RANK = {
    Progress.ACCEPTED: 0,
    Progress.SENT: 1,
    Progress.FAILED: 2,
    Progress.EXPIRED: 2,
    Progress.DELIVERED: 3,
}


def note_part(item: PartItem, event: Event, known: Known, now: datetime) -> None:
    """A receipt for a part of a text of a sender that the event may speak for."""
    sender = known.sender(event, item.sender_ref)
    if sender is not None:
        keep_part(item, sender, event.received_at, now)


def keep_part(item: PartItem, sender: Sender, told_at: datetime, now: datetime) -> None:
    """Keep what became of one part, and say of the text what all of its parts say together."""
    receipt = item.receipt
    if receipt.progress not in _RANK:
        return
    reference = _reference(item, sender)
    if reference is None:
        return
    rows = _noted(item, reference, now)
    whole = _together([Progress(row.progress) for row in rows], receipt.parts)
    first = next((row.key for row in rows if row.part == 1 and row.key), receipt.provider_id)
    failure = receipt.failure if whole in (Progress.FAILED, Progress.EXPIRED) else Failure.NONE
    code = next((row.code for row in rows if row.progress == whole.value), "")
    said = Receipt(
        receipt.dedupe_key, first, str(reference), whole, receipt.at, code=code, text=receipt.text, failure=failure
    )
    apply_statuses([(sender, status_item(said, tag_of(item.gateway_id), item.sender_ref, told_at))], now)


def _reference(item: PartItem, sender: Sender) -> UUID | None:
    """The attempt that went out: as the gateway repeats it, or by the id that the text has there."""
    try:
        return UUID(item.receipt.reference)
    except ValueError:
        provider_id = f"{tag_of(item.gateway_id)}:{item.receipt.provider_id}"
        attempts = Attempt.objects.filter(message__provider_id=provider_id, sender=sender)
        return attempts.order_by("-started_at").values_list("pk", flat=True).first()


def _noted(item: PartItem, reference: UUID, now: datetime) -> list[SubmittedPart]:
    """All parts of the text that are known, with this receipt in its place. They only climb."""
    receipt = item.receipt
    row, _made = SubmittedPart.objects.get_or_create(
        gateway_id=item.gateway_id,
        reference=reference,
        part=receipt.part or _place(item, reference),
        defaults={"parts": receipt.parts, "key": receipt.provider_id, "submitted_at": now},
    )
    rows = SubmittedPart.objects.select_for_update().filter(gateway=item.gateway_id, reference=reference)
    parts = list(rows.order_by("part"))
    own = next(one for one in parts if one.pk == row.pk)
    if _RANK[receipt.progress] > _RANK[Progress(own.progress)]:
        own.progress, own.code = receipt.progress.value, receipt.code[:20]
        own.save(update_fields=("progress", "code"))
    return parts


def _place(item: PartItem, reference: UUID) -> int:
    """A part's place where the gateway tells only its id: the one it has, else the next."""
    rows = SubmittedPart.objects.filter(gateway=item.gateway_id, reference=reference)
    places = dict(rows.values_list("key", "part"))
    return places.get(item.receipt.provider_id) or max(places.values(), default=0) + 1


def _together(told: Collection[Progress], parts: int) -> Progress:
    """What the parts say of the text; those nobody has heard of were accepted."""
    for failed in (Progress.FAILED, Progress.EXPIRED):
        if failed in told:
            return failed
    if len(told) < parts:
        return Progress.ACCEPTED
    return min(told, key=_RANK.__getitem__)


handlers.register(PartItem, note_part)
