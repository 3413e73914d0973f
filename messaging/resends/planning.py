"""Making the contract of a resend: which attempts nobody knows the outcome of, whom they were for, what it may cost."""

from collections.abc import Callable
from datetime import datetime
from typing import Any
from uuid import UUID

from django.db import connection, transaction
from django.db.models import Count, QuerySet
from django.utils.translation import gettext_lazy as _

from approvals.contracts import Contract
from approvals.previews import contract_of
from approvals.reasons import Reason, Refused
from approvals.registry import Call, registry
from messaging.audiences.digest import digest_of
from messaging.broadcasts.contract import BroadcastContract
from messaging.broadcasts.costs import cost_range
from messaging.engine.terms import readers_of, terms_at_once, terms_of_people
from messaging.finding import find_own
from messaging.gate import gate_parameters, verdict_sql
from messaging.models import (
    UNKNOWN,
    Attempt,
    Audience,
    AudienceMember,
    Channel,
    Outcome,
    Send,
    Sender,
    SendState,
    Verdict,
)  # fmt: skip
from messaging.resends.contract import MOST, ResendAsk, ResendContract

# Nothing of these can go out again by itself, however late a lane comes back with its results.
ENDED = (SendState.COMPLETED, SendState.STOPPED, SendState.EXPIRED)

# The same words to the same address, and the gate's answer of today.
_FREEZE = f"""
INSERT INTO messaging_audiencemember
       (audience_id, contact_id, verdict, address, address_kind, translation_id, "values", market, price)
SELECT %(audience)s, m.contact_id,
       CASE WHEN gate.verdict <> {Verdict.INCLUDED} THEN gate.verdict
            WHEN m.address IS DISTINCT FROM CASE m.address_kind WHEN 'bsuid' THEN c.bsuid ELSE c.phone END
            THEN {Verdict.CHANGED} ELSE {Verdict.INCLUDED} END,
       m.address, m.address_kind, m.translation_id, m."values", m.market, m.price
  FROM messaging_attempt a
  JOIN messaging_message m ON m.id = a.message_id
  JOIN messaging_contact c ON c.id = m.contact_id
 CROSS JOIN LATERAL (SELECT {verdict_sql("c")} AS verdict) gate
 WHERE a.id = ANY(%(attempts)s)
"""


def unknown_attempts(send: Send) -> QuerySet[Attempt]:
    """The attempts of a send whose outcome nobody knows and that nobody has had tried again."""
    return Attempt.objects.filter(
        message__send=send,
        message__status__in=UNKNOWN,
        outcome__in=(Outcome.UNSURE, Outcome.CLOSED),
        replacement=None,
    )


def plan(call: Call, ask: ResendAsk) -> ResendContract:
    """Freeze who would be written to again, in the words of the send that they may have got."""
    send = find_own(
        Send, ask.broadcast_id, call.organisation, "broadcast_id", "whatsapp.broadcasts.list", channel=Channel.WHATSAPP
    )
    attempts = _chosen(send, ask)
    before = _contract_before(send)
    with transaction.atomic():
        audience = freeze_again(send, attempts, call.now)
        terms = repeated_terms(before, audience, send.sender, call.now)
    return ResendContract(**terms, replaced_send_id=send.pk, replaces=attempts)


def repeated_terms(before: BroadcastContract, audience: Audience, sender: Sender, now: datetime) -> dict[str, Any]:
    """The fields of the first contract for those who are written to again, at once and at today's cost."""
    low, high = cost_range(audience, now)
    return {
        **before.model_dump(include=set(BroadcastContract.model_fields)),
        **terms_of_people(audience),
        **terms_at_once(sender, before.per_second, audience.included, now),
        "translations": _read_by(before, audience),
        "cost_low": low,
        "cost_high": high,
        "cost_ceiling": high,
    }


def _chosen(send: Send, ask: ResendAsk) -> list[UUID]:
    refuse_unless_ended(send, "broadcast_id")
    unknown = unknown_attempts(send).order_by("started_at", "pk")
    if ask.message_ids:
        unknown = unknown.filter(message__in=ask.message_ids)
    found = dict(unknown.values_list("pk", "message_id")[:MOST])
    if not found or (ask.message_ids and set(found.values()) != set(ask.message_ids)):
        raise Refused(
            Reason(
                "not_unknown",
                _("The outcome is known by now, or it was sent again already."),
                _("Look at the list of unknown outcomes again."),
                "message_ids",
            )
        )
    return list(found)


def refuse_unless_ended(send: Send, field: str) -> None:
    """Raises Refused while anything of this send may still go out by itself."""
    if send.state not in ENDED:
        raise Refused(
            Reason(
                "send_not_ended",
                _("This send is “%s”; its results may still come in.") % send.get_state_display(),
                _("Wait until it has ended, or stop it."),
                field,
            )
        )


def countersigned(send: Send) -> Contract | None:
    """The contract that this send carries out; None where nobody has asked for it."""
    tool = registry.find(send.request.tool) if send.request else None
    return contract_of(tool, send.preview) if tool else None


def _contract_before(send: Send) -> BroadcastContract:
    contract = countersigned(send)
    if not isinstance(contract, BroadcastContract):
        raise Refused(Reason("not_a_broadcast", _("Only broadcasts can be sent again."), _("Write a new message.")))
    return contract


def freeze_again(
    send: Send, attempts: list[UUID], now: datetime, amend: Callable[[Audience], None] | None = None
) -> Audience:
    """The people of these attempts as an audience of its own, with the gate's answer of today.

    `amend` may change prices and leave people out before they are counted. Call it inside a transaction.
    """
    audience = Audience.objects.create(
        organisation=send.organisation,
        segment=send.audience.segment,
        segment_version=send.audience.segment_version,
        targeted=0,
        included=0,
        digest="",
        created_at=now,
    )
    facts = gate_parameters(send.organisation, send.channel, send.category, now)
    with connection.cursor() as cursor:
        cursor.execute(_FREEZE, {**facts, "audience": audience.pk, "attempts": attempts})
    if amend is not None:
        amend(audience)
    members = AudienceMember.objects.filter(audience=audience)
    counts = dict(members.values_list("verdict").annotate(people=Count("pk")).order_by("verdict"))
    audience.targeted = sum(counts.values())
    audience.included = counts.pop(Verdict.INCLUDED, 0)
    audience.excluded = {Verdict(verdict).name.lower(): people for verdict, people in counts.items()}
    audience.digest = digest_of(audience)
    audience.save()
    return audience


def _read_by(before: BroadcastContract, audience: Audience) -> list[dict[str, object]]:
    readers = readers_of(audience)
    return [part.model_dump() | {"people": readers.get(part.translation_id, 0)} for part in before.translations]
