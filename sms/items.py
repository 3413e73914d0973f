"""What gateways told, in the words of the inbox: statuses and replies like any channel's, and what only SMS has."""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass, fields, replace
from datetime import UTC, datetime
from decimal import Decimal
from typing import Any, TypeVar
from uuid import UUID

from messaging.engine.recurring import REPORTED_WITHIN
from messaging.inbox.items import InboundItem, StatusItem
from messaging.models import Attempt, Message
from messaging.whatsapp.addresses import PHONE
from messaging.whatsapp.webhooks.reading import clean
from sms.callbacks import unpack
from sms.gateways.gateway import Failure, Progress, Receipt, Reply, Unknown, gateway
from sms.models import SenderId, SmsGateway
from sms.submitted import named
from sms.ways import account_of, tag_of

_STATUS = {
    Progress.ACCEPTED: "accepted",
    Progress.SENT: "sent",
    Progress.DELIVERED: "delivered",
    Progress.FAILED: "failed",
    Progress.EXPIRED: "failed",
}


@dataclass(frozen=True, slots=True)
class PartItem:
    """A receipt for one of several parts: the text has arrived when all of them have (`sms.parts`)."""

    dedupe_key: str
    sender_ref: str
    gateway_id: UUID
    receipt: Receipt


@dataclass(frozen=True, slots=True)
class ChargeItem:
    """What a gateway charged for a text or a part of it: told, not estimated."""

    dedupe_key: str
    sender_ref: str
    provider_id: str
    reference: str
    amount: Decimal
    currency: str
    parts: int


@dataclass(frozen=True, slots=True)
class UnplacedItem:
    """A receipt of a text that we do not know, or not yet: it can come before the answer to its own hand-over. What it
    says of the text, of its parts and of their price is read when that is known (`sms.unplaced`).
    """

    dedupe_key: str
    gateway_id: UUID
    receipt: Receipt
    told_at: datetime


@dataclass(frozen=True, slots=True)
class UnknownItem:
    """What we do not handle; the call is kept with its event."""

    dedupe_key: str
    reason: str


Told = TypeVar("Told", bound=Receipt | Reply | Unknown)
Item = StatusItem | InboundItem | PartItem | ChargeItem | UnplacedItem | UnknownItem


def items_of(raw: bytes) -> Sequence[Item]:
    """The items of a kept call, in its order; where a gateway tells no time, it happened when it was told. Raises
    `Malformed`.
    """
    kept = unpack(raw)
    row = SmsGateway.objects.filter(pk=kept.gateway_id).first()
    if row is None:
        return ()
    return read_again(gateway(row.kind).read(account_of(row), kept.call), row, kept.at)


def read_again(told: Sequence[Receipt | Reply | Unknown], row: SmsGateway, at: datetime) -> list[Item]:
    """What was told at that time, by the texts that are known now."""
    kept = named([_storable(one) for one in told], row.pk)
    refs = _senders_of([one for one in kept if isinstance(one, Receipt)], row, at)
    return [item for one in kept for item in _items(one, row, refs, at)]


def _storable(one: Told) -> Told:
    """The same without what no table holds, in whichever field it stands."""
    told = {field.name: getattr(one, field.name) for field in fields(one)}
    texts: dict[str, Any] = {name: clean(text) for name, text in told.items() if type(text) is str}
    return replace(one, **texts)


def _items(one: Receipt | Reply | Unknown, row: SmsGateway, refs: dict[str, str], now: datetime) -> Iterator[Item]:
    tag = tag_of(row.pk)
    if isinstance(one, Unknown):
        yield UnknownItem(f"{tag}:{one.dedupe_key}", one.reason)
    elif isinstance(one, Reply):
        is_from_somebody = PHONE.fullmatch(one.from_phone) is not None
        no = UnknownItem(f"{tag}:{one.dedupe_key}", "a reply from what is no phone number")
        yield _inbound(one, row, now) if is_from_somebody else no
    else:
        yield from _items_of_receipt(one, row, refs.get(one.reference) or refs.get(one.provider_id, ""), now)


def _items_of_receipt(one: Receipt, row: SmsGateway, ref: str, now: datetime) -> Iterator[Item]:
    tag = tag_of(row.pk)
    says_something = one.progress in _STATUS or one.price is not None
    if not ref:
        if says_something:
            yield UnplacedItem(f"{tag}:{one.dedupe_key}", row.pk, one, now)
        return
    if one.parts > 1:
        yield PartItem(f"{tag}:{one.dedupe_key}", ref, row.pk, one)
    elif one.progress in _STATUS:
        yield status_item(one, tag, ref, now)
    if one.price is not None:
        key = f"{tag}:{one.provider_id}:{one.part}:charge"
        provider_id = f"{tag}:{one.provider_id}"
        yield ChargeItem(key, ref, provider_id, one.reference, one.price, one.currency or row.currency, one.parts)


def status_item(one: Receipt, tag: str, sender_ref: str, now: datetime) -> StatusItem:
    """What a receipt says of a whole text, in the words of the inbox."""
    code = one.code or ("expired" if one.progress is Progress.EXPIRED else "")
    return StatusItem(
        dedupe_key=f"{tag}:{one.dedupe_key}",
        sender_ref=sender_ref,
        provider_id=f"{tag}:{one.provider_id}",
        status=_STATUS[one.progress],
        at=_moment(one.at, now),
        echo=one.reference,
        phone="",
        user_id="",
        error_code=code[:20] if one.progress in (Progress.FAILED, Progress.EXPIRED) else "",
        error_title=one.text,
        opts_out=one.failure is Failure.RECIPIENT_REFUSED,
        pricing_category="",
        pricing_type="",
        billable=None,
    )


def _inbound(one: Reply, row: SmsGateway, now: datetime) -> InboundItem:
    """A stop that the gateway heard and acts on counts as said, whatever the words were."""
    heard = {"stop": "STOP", "start": "START"}.get(one.asks, "")
    return InboundItem(
        dedupe_key=f"{tag_of(row.pk)}:{one.dedupe_key}",
        sender_ref=_answered(one.sender, row),
        provider_id=f"{tag_of(row.pk)}:{one.provider_id}",
        at=_moment(one.at, now),
        from_phone=one.from_phone,
        user_id="",
        kind="text",
        text=one.text,
        payload="",
        title=heard,
        profile_name="",
        username="",
        reply_to="",
        target_id="",
        media=None,
    )


def _answered(value: str, row: SmsGateway) -> str:
    """The sender that a reply went to. A number that is no sender ID of ours may be one that the gateway chose for us:
    a stop sent there counts as well, so any sender of the organisation stands for it.
    """
    ours = SenderId.objects.filter(organisation=row.organisation_id, sender__isnull=False)
    named = ours.filter(value=value).values_list("sender__provider_ref", flat=True).first()
    return str(named or ours.order_by("created_at").values_list("sender__provider_ref", flat=True).first() or "")


def _senders_of(receipts: Sequence[Receipt], row: SmsGateway, at: datetime) -> dict[str, str]:
    """Our reference, or the gateway's id, -> the engine's sender of that text; only of the gateway's organisation.

    An id that a text had long before `at` has come round again, and means another text.
    """
    references = {key for one in receipts if (key := _uuid(one.reference)) is not None}
    found = {
        str(key): ref
        for key, ref in Attempt.objects.filter(
            pk__in=references, sender__organisation=row.organisation_id, sender__channel="sms"
        ).values_list("pk", "sender__provider_ref")
    }
    tag = tag_of(row.pk)
    ids = {f"{tag}:{one.provider_id}" for one in receipts if one.reference not in found}
    messages = Message.objects.filter(
        provider_id__in=ids, organisation=row.organisation_id, handed_at__gt=at - REPORTED_WITHIN
    )
    for provider_id, ref in messages.values_list("provider_id", "sender__provider_ref"):
        found[str(provider_id).removeprefix(f"{tag}:")] = ref
    return found


def _uuid(text: str) -> UUID | None:
    try:
        return UUID(text)
    except ValueError:
        return None


def _moment(at: datetime | None, now: datetime) -> datetime:
    return now.astimezone(UTC) if at is None else at
