"""`move` is the one way a request changes its state: row lock, legality, transition, save and audit in one
transaction.
"""

from datetime import datetime
from typing import Any
from uuid import UUID

from django.db import transaction
from django.utils.translation import gettext_lazy as _
from django_fsm import can_proceed

from accounts.actor import Actor
from accounts.budgets import Spend, release
from approvals.models import ActionRequest, State
from approvals.reasons import Reason, Refused
from audit.record import record

# Ends in which nothing was set in motion: what the request had reserved is given back.
_NOTHING_HAPPENED = frozenset({State.REJECTED, State.WITHDRAWN, State.EXPIRED, State.VOIDED, State.FAILED})


def lock(request_id: UUID) -> ActionRequest:
    """The request under a row lock, with what its rules read. Call it inside a transaction."""
    return (
        ActionRequest.objects.select_for_update(of=("self",))
        .select_related("organisation", "preview", "agent__owner", "owner")
        .get(pk=request_id)
    )


def move(
    request: ActionRequest,
    transition: str,
    actor: Actor,
    now: datetime,
    *,
    reasons: tuple[Reason, ...] = (),
    result: dict[str, Any] | None = None,
    **facts: Any,
) -> ActionRequest:
    """Take a request through one transition of its life. Raises Refused when its state does not allow it."""
    with transaction.atomic():
        current = lock(request.pk)
        change = getattr(current, transition)
        if not can_proceed(change):
            raise Refused(_wrong_state(current))
        change(now)
        if reasons:
            current.reasons = [reason.as_dict() for reason in reasons]
        if result is not None:
            current.result = result
        if current.state in _NOTHING_HAPPENED:
            _give_back(current)
        current.save()
        codes = [reason.code for reason in reasons]
        record(
            f"request.{transition}",
            current,
            actor,
            now=now,
            request_id=current.pk,
            tool=current.tool,
            state=current.state,
            seal=current.seal,
            **({"reasons": codes} if codes else {}),
            **facts,
        )
    return current


def _give_back(request: ActionRequest) -> None:
    # What was altered says nothing true of what was reserved: that stays taken for its day.
    if request.owner and request.reserved_on and request.is_untouched:
        release(request.owner, Spend(request.people, request.messages, request.money), request.reserved_on)
        request.reserved_on = None


def _wrong_state(request: ActionRequest) -> Reason:
    return Reason(
        "wrong_state",
        _("This request is “%s”; that is not possible now.") % request.get_state_display(),
        _("Read its status; if it has ended, make a new request."),
    )
