"""Applying again what failed, one item at a time. What was applied is not touched, and nothing here can send."""

from datetime import datetime
from enum import StrEnum
from uuid import UUID

from django.db import transaction

from accounts.actor import Actor
from accounts.models import Organisation
from audit.record import record
from messaging.inbox.apply import Failed, apply_told, note_failure, take_apart
from messaging.inbox.events import Event, event_of
from messaging.inbox.own import own_failures
from messaging.inbox.senders import known_places
from messaging.models import WebhookEvent, WebhookFailure


class Ending(StrEnum):
    """What became of one more try."""

    APPLIED = "applied"
    FAILED = "failed_again"
    GONE = "gone"
    """Applied since, or dropped with its event: there is nothing left to try."""
    WAITING = "waiting"
    """The inbox itself is still at it."""


def try_again(key: UUID, actor: Actor, now: datetime, request_id: UUID | None = None) -> tuple[Ending, str]:
    """Try one failed item of the actor's organisation once more; with the ending goes the type of an error.

    The failure is the fence: it is locked while its item is applied and gone afterwards, so that whoever tries the same
    one at the same time finds nothing to do.
    """
    with transaction.atomic():
        failure = _locked(key, actor.organisation)
        if failure is None:
            return Ending.GONE, ""
        if failure.quarantined_at is None:
            return Ending.WAITING, ""
        failed = _apply(failure, now)
        _settle(failure, failed, now)
        ending = Ending.FAILED if failed else Ending.APPLIED
        record("webhook.retried", failure.event, actor, now=now, request_id=request_id,
               place=failure.item, outcome=ending.value)  # fmt: skip
    return ending, failed[0].error if failed else ""


def _locked(key: UUID, organisation: Organisation) -> WebhookFailure | None:
    failures = WebhookFailure.objects.select_for_update().select_related("event")
    failure = failures.filter(key=key).first()
    if failure is None:
        return None
    ours = [one.pk for one, _item in own_failures(failure.event, organisation)]
    return failure if failure.pk in ours else None


def _apply(failure: WebhookFailure, now: datetime) -> list[Failed]:
    """Apply its item alone; all items where nothing could be read out of the event before, so that none was applied."""
    event = _once_more(failure)
    failed: list[Failed] = []
    told = take_apart(event, failed)
    wanted = told if failure.kind == "event" else [one for one in told if one.place == failure.item]
    apply_told(wanted, known_places([event]), now, failed)
    return failed


def _once_more(failure: WebhookFailure) -> Event:
    event = event_of(failure.event)
    event.tries = failure.tries + 1
    return event


def _settle(failure: WebhookFailure, failed: list[Failed], now: datetime) -> None:
    if failure.kind == "event" or not failed:
        failure.delete()
    for one in failed:
        note_failure(one, now)
    if not WebhookFailure.objects.filter(event=failure.event_id).exists():
        WebhookEvent.objects.filter(pk=failure.event_id).update(state=WebhookEvent.State.APPLIED, applied_at=now)
