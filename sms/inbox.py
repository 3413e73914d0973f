"""What the webhook inbox does with what only SMS has. Imported when Django is ready."""

from collections.abc import Collection, Iterable
from datetime import datetime
from uuid import UUID

from messaging.inbox import handlers, senders
from messaging.inbox.events import Event
from messaging.inbox.senders import Known
from messaging.models import Message, Sender
from sms.items import ChargeItem
from sms.models import Charge, SmsGateway


def senders_behind(accounts: Collection[UUID]) -> Iterable[tuple[Sender, Collection[UUID]]]:
    """Every sender ID of the organisations whose gateways these are: a gateway speaks for all of them."""
    gateways: dict[UUID, list[UUID]] = {}
    for key, organisation in SmsGateway.objects.filter(pk__in=accounts).values_list("pk", "organisation_id"):
        gateways.setdefault(organisation, []).append(key)
    theirs = Sender.objects.filter(carrier="sms", organisation__in=gateways).select_related("organisation")
    return [(sender, gateways[sender.organisation_id]) for sender in theirs]


def note_charge(item: ChargeItem, event: Event, known: Known, now: datetime) -> None:
    """A charge for a text of a sender that the event may speak for."""
    sender = known.sender(event, item.sender_ref)
    if sender is not None:
        keep_charge(item, sender, now)


def keep_charge(item: ChargeItem, sender: Sender, now: datetime) -> None:
    """Keep what a gateway charged beside what we estimated. Told again, it is the same charge."""
    ours = Message.objects.filter(sender=sender)
    echoed = ours.filter(attempts__pk=item.reference).first() if item.reference else None
    message = echoed or ours.filter(provider_id=item.provider_id).first()
    if message is not None:
        Charge.objects.update_or_create(
            told_as=item.dedupe_key[:200],
            defaults={
                "organisation": sender.organisation, "message": message, "amount": item.amount,
                "currency": item.currency, "parts": item.parts, "told_at": now,
            },
        )  # fmt: skip


senders.register("sms", senders_behind)
handlers.register(ChargeItem, note_charge)
