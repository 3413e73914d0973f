"""Doorbells. A task carries an id, the row is the work; what no bell woke, `sweep` finds."""

import logging
from datetime import datetime, timedelta
from uuid import UUID

from celery import shared_task
from django.utils.translation import gettext as _

from accounts.actor import Actor
from accounts.clock import database_now
from approvals.execution import carry_out
from approvals.models import ActionRequest, State
from approvals.reasons import Reason, Refused
from approvals.transitions import move

log = logging.getLogger(__name__)

# A bell normally rings within a second; a request still approved after this has lost its bell.
BELL_LOST_AFTER = timedelta(seconds=20)
# An effect outside that has not come back by then broke off with its worker.
OUTSIDE_LOST_AFTER = timedelta(minutes=15)


@shared_task
def execute(request_id: str) -> None:
    carry_out(UUID(request_id), database_now())


@shared_task
def sweep() -> None:
    """Expire what nobody decided, carry out what no bell woke, give up on what broke off."""
    now = database_now()
    requests = ActionRequest.objects.select_related("organisation")
    for request in requests.filter(state=State.PENDING, expires_at__lte=now):
        _end(request, "expire")
    for request in requests.filter(state=State.APPROVED, approved_at__lte=now - BELL_LOST_AFTER):
        _carry_out_alone(request, now)
    for request in requests.filter(state=State.EXECUTING, started_at__lte=now - OUTSIDE_LOST_AFTER):
        _end(request, "lose")


def _carry_out_alone(request: ActionRequest, now: datetime) -> None:
    """One request that breaks off again and again holds up no other."""
    try:
        carry_out(request.pk, now)
    except Exception:
        log.exception("request %s of %s could not be carried out", request.pk, request.tool)


def _end(request: ActionRequest, transition: str) -> None:
    now = database_now()
    reason = {
        "expire": Reason("expired", _("Nobody decided in time."), _("Ask again.")),
        "lose": Reason("outcome_unknown", _("The worker broke off."), _("Ask the provider before asking again.")),
    }[transition]
    try:
        move(request, transition, Actor.system(request.organisation, "sweep"), now, reasons=(reason,))
    except Refused:
        return  # somebody decided in this very moment: their move stands
