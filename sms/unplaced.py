"""Receipts of texts that we do not know, or not yet. They wait for a week, and are read anew when their text is known:
then it shows whether they speak of a whole text or of a part, and whose price they tell.
"""

import logging
from collections.abc import Iterator, Sequence
from datetime import datetime
from typing import Any

from django.db import transaction
from django.db.models import CharField, Exists, OuterRef, Q, QuerySet, UUIDField
from django.db.models.fields.json import KeyTextTransform, KeyTransform
from django.db.models.functions import Cast
from pydantic import TypeAdapter

from messaging.engine.recurring import REPORTED_WITHIN
from messaging.inbox import handlers, statuses
from messaging.inbox.events import Event
from messaging.inbox.items import StatusItem
from messaging.inbox.senders import Known
from messaging.models import Message, ParkedStatus, Sender
from sms.gateways.gateway import Receipt
from sms.inbox import keep_charge
from sms.items import ChargeItem, Item, PartItem, UnplacedItem, read_again
from sms.models import SmsGateway, SubmittedPart
from sms.parts import keep_part
from sms.ways import tag_of

log = logging.getLogger(__name__)

AT_ONCE = 1000

_receipts: TypeAdapter[Receipt] = TypeAdapter(Receipt)


def park(item: UnplacedItem, event: Event, known: Known, now: datetime) -> None:
    """Keep a receipt until its text is known. Any sender of the gateway's house holds its place."""
    for sender, voices in known.senders.values():
        if item.gateway_id in voices and item.gateway_id in event.signed_for:
            kept = {
                "gateway": str(item.gateway_id),
                "receipt": _receipts.dump_python(item.receipt, mode="json"),
                "told_at": item.told_at.isoformat(),
            }
            provider_id = f"{tag_of(item.gateway_id)}:{item.receipt.provider_id}"[:255]
            ParkedStatus.objects.create(sender=sender, provider_id=provider_id, item=kept, parked_at=now)
            return


def place(now: datetime) -> int:
    """Apply the receipts whose text is known by now, each in a transaction of its own: whoever holds the locks of one
    text while it asks for another ends in a deadlock with a lane. How many that were.
    """
    return sum(_could_place(key, now) for key in list(_placeable().values_list("pk", flat=True)[:AT_ONCE]))


def _placeable() -> QuerySet[ParkedStatus]:
    """Those whose id is by now that of a text of the house, or of a part. Ids of gateways come round again: what left
    long before this was told is another text.
    """
    since = OuterRef("parked_at") - REPORTED_WITHIN
    texts = Message.objects.filter(
        provider_id=OuterRef("provider_id"), organisation=OuterRef("sender__organisation"), handed_at__gt=since
    )
    parts = SubmittedPart.objects.filter(gateway=OuterRef("gateway"), key=OuterRef("key"), submitted_at__gt=since)
    rows = ParkedStatus.objects.filter(item__has_key="receipt").annotate(
        gateway=Cast(KeyTextTransform("gateway", "item"), UUIDField()),
        key=Cast(KeyTextTransform("provider_id", KeyTransform("receipt", "item")), CharField()),
    )
    return rows.filter(Q(Exists(texts)) | Q(Exists(parts))).order_by("pk")


def _could_place(key: int, now: datetime) -> bool:
    try:
        with transaction.atomic():
            row = ParkedStatus.objects.select_for_update(skip_locked=True).filter(pk=key).first()
            if row is None:  # somebody else is at it
                return False
            items = _items_of(row)
            for item, sender in items:
                _apply(item, sender, datetime.fromisoformat(row.item["told_at"]), now)
            if items:
                row.delete()
    except Exception as error:  # noqa: BLE001 - the worker's end: what fails alone is tried again for a week
        log.warning("a parked receipt could not be applied: %s", type(error).__name__)
        return False
    return bool(items)


def _items_of(row: ParkedStatus) -> Sequence[tuple[Item, Sender]]:
    gateway = SmsGateway.objects.filter(pk=row.item["gateway"]).first()
    if gateway is None:
        return ()
    receipt = _receipts.validate_python(row.item["receipt"])
    told_at = datetime.fromisoformat(row.item["told_at"])
    return list(_with_senders(read_again([receipt], gateway, told_at), gateway))


def _with_senders(items: Sequence[Item], gateway: SmsGateway) -> Iterator[tuple[Item, Sender]]:
    for item in items:
        ref: Any = getattr(item, "sender_ref", "")
        sender = Sender.objects.filter(organisation=gateway.organisation_id, carrier="sms", provider_ref=ref).first()
        if sender is not None:
            yield item, sender


def _apply(item: Item, sender: Sender, told_at: datetime, now: datetime) -> None:
    if isinstance(item, StatusItem):
        statuses.apply_statuses([(sender, item)], now)
    elif isinstance(item, PartItem):
        keep_part(item, sender, told_at, now)
    elif isinstance(item, ChargeItem):
        keep_charge(item, sender, now)


handlers.register(UnplacedItem, park)
statuses.also_match(place)
