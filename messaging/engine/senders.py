"""Pausing a sender: nothing leaves from it until a person lets it."""

from datetime import datetime

from django.db import transaction
from django.utils.translation import gettext_lazy as _

from accounts.actor import Actor
from approvals.reasons import Reason, Refused
from audit.record import record
from messaging.models import Lane, Sender


def pause_sender(sender: Sender, reason: str, actor: Actor, now: datetime) -> Sender:
    """Stop a sender's queue. Pausing it again changes nothing: the first reason stands."""
    with transaction.atomic():
        current = Sender.objects.select_for_update(no_key=True).get(pk=sender.pk)
        if current.paused_at is None:
            current.paused_at, current.pause_reason = now, reason[:200]
            current.save()
            record("sender.pause", current, actor, now=now, reason=reason[:200])
    return current


def pause_account(sender: Sender, reason: str, actor: Actor, now: datetime) -> None:
    """Stop every sender of the account that this one belongs to."""
    if sender.account_id is None:
        pause_sender(sender, reason, actor, now)
        return
    for one in Sender.objects.filter(account_id=sender.account_id).order_by("pk"):
        pause_sender(one, reason, actor, now)


def resume_sender(sender: Sender, actor: Actor, now: datetime) -> Sender:
    """Let a paused sender send again. Raises Refused when it is not paused."""
    with transaction.atomic():
        current = Sender.objects.select_for_update(no_key=True).get(pk=sender.pk)
        if current.paused_at is None:
            raise Refused(Reason("wrong_state", _("This sender is not paused."), _("Nothing is left to do.")))
        current.paused_at, current.pause_reason = None, ""
        current.save()
        # Nothing of what it was refused before counts against it any more.
        Lane.objects.filter(sender=current).update(quiet_until=None, refused_since=None)
        record("sender.resume", current, actor, now=now)
    return current
