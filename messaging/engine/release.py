"""Turning a countersigned send into messages when its time has come, in chunks that a crash cannot make twice.

The rows are the memory: `released_upto` moves in the transaction that inserts its chunk, so whoever comes next goes on
from there, on whatever machine.
"""

import logging
from datetime import datetime
from typing import Any
from uuid import UUID

from django.db import connection, transaction
from django.db.models import Q

from accounts.faults import faultpoint
from approvals.reasons import Reason
from messaging.engine.bodies import SendDoesNotStand, make_ready
from messaging.engine.sends import move_send, system
from messaging.engine.standing import reasons_against
from messaging.models import Category, Priority, Send, SendState, Status, Verdict

log = logging.getLogger(__name__)

CHUNK = 20_000  # messages in one transaction

# People in the order of their ids, which the unique index of the audience gives for nothing.
_MATERIALISE = f"""
WITH chunk AS (
    SELECT * FROM messaging_audiencemember
     WHERE audience_id = %(audience)s AND contact_id > %(upto)s AND verdict = {Verdict.INCLUDED}
     ORDER BY contact_id LIMIT %(chunk)s),
made AS (
    INSERT INTO messaging_message
           (organisation_id, send_id, contact_id, sender_id, translation_id, address, address_kind, "values", category,
            market, price, status, verdict, error_code, error_text, queued_at)
    SELECT %(organisation)s, %(send)s, contact_id, %(sender)s, translation_id, address, address_kind, "values",
           %(category)s, market, price, {Status.QUEUED}, 0, '', '', %(now)s
      FROM chunk ORDER BY contact_id
    ON CONFLICT (send_id, contact_id) DO NOTHING
    RETURNING id),
waiting AS (
    INSERT INTO messaging_outbox (message_id, send_id, sender_id, priority, due_at, tries)
    SELECT id, %(send)s, %(sender)s, %(priority)s, %(due)s, 0 FROM made)
SELECT max(contact_id), count(*) FROM chunk
"""


def release_due(now: datetime) -> int:
    """Release every send whose time has come, and go on with those that were broken off. How many began to send."""
    begun = 0
    for send_id in _to_release(now):
        if _has_what_it_needs(send_id, now) and _open_gate(send_id, now):
            has_begun: bool | None = False
            while has_begun is False:
                has_begun = _release_chunk(send_id, now)
                faultpoint("release.chunk_committed")
            begun += bool(has_begun)
    return begun


def _to_release(now: datetime) -> list[UUID]:
    due = Q(state=SendState.SCHEDULED, due_at__lte=now) | Q(state=SendState.RELEASING)
    return list(Send.objects.filter(due, not_after__gt=now).order_by("due_at").values_list("pk", flat=True))


def _has_what_it_needs(send_id: UUID, now: datetime) -> bool:
    """Whether all is there that its messages need; otherwise it pauses and says what is missing. May ask providers."""
    send = Send.objects.select_related("organisation", "sender__account", "preview").get(pk=send_id)
    if send.state != SendState.SCHEDULED:
        return True
    try:
        make_ready(send, now)
    except SendDoesNotStand as why:
        with transaction.atomic():
            locked = _lock_free(send_id)
            if locked is not None and _is_due(locked, now):
                move_send(locked, "pause", system(locked), now, str(why))
        return False
    return True


def _open_gate(send_id: UUID, now: datetime) -> bool:
    """Ask everything again, then let the send through; a fact that has moved pauses it with all its reasons."""
    with transaction.atomic():
        send = _lock_free(send_id)
        if send is None or not (send.state == SendState.RELEASING or _is_due(send, now)):
            return False
        against = tuple(reasons_against(send, now, ask_audience=True))
        if against:
            log.warning("send %s does not stand any more: %s", send.pk, ", ".join(reason.code for reason in against))
            move_send(send, "pause", system(send), now, _told(against))
            return False
        if send.state == SendState.SCHEDULED:
            move_send(send, "release", system(send), now)
    return True


def _release_chunk(send_id: UUID, now: datetime) -> bool | None:
    """Make the next messages. True when all are made and sending begins, None when somebody else holds or moved it."""
    with transaction.atomic():
        send = _lock_free(send_id)
        if send is None or send.state != SendState.RELEASING:
            return None
        upto, people = _materialise(send, now)
        if people:
            Send.objects.filter(pk=send.pk).update(released_upto=upto)
        if people < CHUNK:
            move_send(send, "begin", system(send), now)
            return True
    return False


def _materialise(send: Send, now: datetime) -> tuple[int, int]:
    facts: dict[str, Any] = {
        "audience": send.audience_id,
        "upto": send.released_upto,
        "chunk": CHUNK,
        "organisation": send.organisation_id,
        "send": send.pk,
        "sender": send.sender_id,
        "category": send.category,
        "priority": _priority(send),
        "due": send.due_at,
        "now": now,
    }
    with connection.cursor() as cursor:
        cursor.execute(_MATERIALISE, facts)
        upto, people = cursor.fetchone()
    return upto or 0, people


def _priority(send: Send) -> Priority:
    """What somebody waits for goes before what many may read any time."""
    is_awaited = send.kind == Send.Kind.REPLY or send.category == Category.AUTHENTICATION
    is_awaited |= send.kind == Send.Kind.SINGLE and send.category == Category.UTILITY
    return Priority.TRANSACTIONAL if is_awaited else Priority.BULK


def _lock_free(send_id: UUID) -> Send | None:
    """The send under its lock, or None while somebody else has it: two bells at once do the work once."""
    sends = Send.objects.select_for_update(of=("self",), no_key=True, skip_locked=True)
    return sends.select_related("organisation", "sender", "audience", "request__preview").filter(pk=send_id).first()


def _is_due(send: Send, now: datetime) -> bool:
    return send.state == SendState.SCHEDULED and send.due_at <= now


def _told(reasons: tuple[Reason, ...]) -> str:
    return " ".join(str(reason) for reason in reasons)
