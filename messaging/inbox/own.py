"""What of a webhook is one organisation's. Accounts of several may share an app, and with it the secret that signs."""

from typing import Any

from django.db.models import QuerySet

from accounts.models import Organisation
from messaging.inbox.apply import Told, take_apart
from messaging.inbox.events import Event, event_of
from messaging.inbox.senders import Known, known_places
from messaging.models import WebhookEvent, WebhookFailure, WhatsAppAccount


def own_events(organisation: Organisation) -> QuerySet[WebhookEvent]:
    """WhatsApp's events that an account of the organisation's signed; those of SMS gateways are not among them."""
    accounts = list(WhatsAppAccount.objects.filter(organisation=organisation).values_list("pk", flat=True))
    return WebhookEvent.objects.filter(carrier="whatsapp", signed_for__overlap=accounts)


def own_items(row: WebhookEvent, organisation: Organisation) -> list[Told]:
    """Its items that are the organisation's; none where it cannot be read."""
    if row.state == WebhookEvent.State.UNREADABLE:
        return []
    event = event_of(row)
    told = take_apart(event, [])
    if is_unshared(event, organisation):
        return told
    known = known_places([event])
    return [one for one in told if _speaks_of_ours(one.item, event, known, organisation)]


def own_failures(row: WebhookEvent, organisation: Organisation) -> list[tuple[WebhookFailure, Any]]:
    """Its failures that are the organisation's, each with its item; None for an event that broke its reader."""
    failures = list(row.failures.order_by("item"))
    if not failures:
        return []
    items = {one.place: one.item for one in own_items(row, organisation)}
    whole = is_unshared(event_of(row), organisation)
    return [
        (one, None if one.kind == "event" else items[one.item])
        for one in failures
        if (whole if one.kind == "event" else one.item in items)
    ]


def is_unshared(event: Event, organisation: Organisation) -> bool:
    """Whether nobody else's account signed it."""
    ours = WhatsAppAccount.objects.filter(organisation=organisation, pk__in=event.signed_for).count()
    return ours == len(set(event.signed_for))


def _speaks_of_ours(item: Any, event: Event, known: Known, organisation: Organisation) -> bool:
    if waba_id := getattr(item, "waba_id", ""):
        account = known.account(event, waba_id)
        return account is not None and account.organisation_id == organisation.pk
    ref = getattr(item, "sender_ref", "") or getattr(item, "phone_number_id", "")
    sender = known.sender(event, ref) if ref else None
    return sender is not None and sender.organisation_id == organisation.pk
