"""How a send begins and moves. `move_send` is the one way it changes its state: lock, transition, save and audit in one
transaction.
"""

from datetime import datetime
from decimal import Decimal
from functools import partial
from typing import Any, Protocol
from uuid import UUID

from django.db import connection, transaction
from django.utils.translation import gettext_lazy as _
from django_fsm import can_proceed

from accounts.actor import Actor
from approvals.models import ActionRequest
from approvals.reasons import Reason, Refused
from approvals.registry import Call
from audit.record import record
from messaging.measures import count_move
from messaging.models import Audience, Channel, Send, SendState, Status, Verdict

# Ends with people still waiting.
_EMPTIES = frozenset({"stop", "expire"})

_EMPTY_OUTBOX = """
WITH waiting AS (DELETE FROM messaging_outbox WHERE send_id = %(send)s RETURNING message_id)
UPDATE messaging_message SET status = %(excluded)s, verdict = %(verdict)s
 WHERE id IN (SELECT message_id FROM waiting) AND status = %(queued)s
"""


class Sendable(Protocol):
    """What every contract says that becomes a send."""

    @property
    def audience_id(self) -> UUID: ...
    @property
    def sender_id(self) -> UUID: ...
    @property
    def category(self) -> str: ...
    @property
    def due_at(self) -> datetime: ...
    @property
    def not_after(self) -> datetime: ...
    @property
    def per_second(self) -> int: ...
    @property
    def cost_ceiling(self) -> Decimal: ...


def draft_send(
    call: Call,
    contract: Sendable,
    kind: Send.Kind,
    channel: Channel,
    *,
    name: str,
    template_id: UUID | None = None,
    request: ActionRequest | None = None,
) -> Send:
    """A contract as a row of the engine. `request` is the one that was countersigned; None while it is only a draft."""
    assert call.request is not None
    return Send.objects.create(
        organisation=call.organisation,
        kind=kind,
        channel=channel,
        name=name,
        preview=call.request.preview,
        request=request,
        sender_id=contract.sender_id,
        audience=Audience.objects.get(pk=contract.audience_id, organisation=call.organisation),
        template_id=template_id,
        category=contract.category,
        due_at=contract.due_at,
        not_after=contract.not_after,
        per_second=contract.per_second,
        cost_ceiling=contract.cost_ceiling,
        created_at=call.now,
    )


def move_send(send: Send, transition_name: str, actor: Actor, now: datetime, reason: str = "") -> Send:
    """Take a send through one transition of its life and return it as it is then. Raises Refused when it is not legal.

    `reason` is shown while the send is paused and kept in the audit. Stopping and expiring leave everybody out who
    still waits, in the same transaction: a lane marks messages under the same lock, so none slips through between.
    """
    with transaction.atomic():
        current = lock_send(send)
        change = getattr(current, transition_name)
        if not can_proceed(change):
            raise Refused(_wrong_state(current))
        change(now)
        if transition_name == "pause":
            current.pause_reason = reason[:300]
        current.save()
        why = verdict_of_end(current.kind, current.state) if transition_name in _EMPTIES else None
        left_out = _empty_outbox(current, why) if why is not None else 0
        record(
            f"send.{transition_name}",
            current,
            actor,
            now=now,
            request_id=current.request_id,
            name=current.name,
            state=str(current.state),
            reason=reason,
            left_out=left_out,
        )
        transaction.on_commit(partial(count_move, current))
    return current


def lock_send(send: Send) -> Send:
    """The send under a row lock that lets its messages be inserted. Call it inside a transaction."""
    sends = Send.objects.select_for_update(of=("self",), no_key=True)
    return sends.select_related("organisation", "sender", "audience", "preview").get(pk=send.pk)


def resume_send(send: Send, actor: Actor, now: datetime) -> Send:
    """Let a paused send go on. It passes the gate of the release again, from where it stood."""
    return move_send(send, "resume" if send.started_at else "reschedule", actor, now)


def system(send: Send) -> Actor:
    """The engine as an actor, for what it does to this send by itself."""
    return Actor.system(send.organisation, "delivery engine")


def verdict_of_end(kind: str, state: str) -> Verdict | None:
    """Why those are left out who still wait when a send has ended; None while it has not.

    The last moment of a reply is when its window closes. A send is complete without those whose lane was away for so
    long that they counted as unknown: nobody would serve them any more if they waited.
    """
    if state == SendState.STOPPED:
        return Verdict.STOPPED
    if state in (SendState.EXPIRED, SendState.COMPLETED):
        return Verdict.WINDOW_CLOSED if kind == Send.Kind.REPLY else Verdict.TOO_LATE
    return None


def _empty_outbox(send: Send, verdict: Verdict) -> int:
    """Leave out everybody who still waits; how many that were."""
    facts: dict[str, Any] = {"send": send.pk, "excluded": Status.EXCLUDED, "verdict": verdict, "queued": Status.QUEUED}
    with connection.cursor() as cursor:
        cursor.execute(_EMPTY_OUTBOX, facts)
        return int(cursor.rowcount)


def _wrong_state(send: Send) -> Reason:
    return Reason(
        "wrong_state",
        _("This send is “%s”; that is not possible now.") % send.get_state_display(),
        _("Read its state; what has ended does not begin again."),
    )
