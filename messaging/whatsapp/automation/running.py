"""Answering what waits. A conversation is held while its messages are answered, in the order in which they came.

Whoever else looks for work at the same moment passes over it, so two workers at once give one answer. What the answers
stand on is asked again for each of them, by the one door. A customer's words choose among approved ways; they are never
an instruction.
"""

import logging
from collections.abc import Sequence
from datetime import datetime
from uuid import UUID

from django.db import transaction
from django.db.models import Min

from accounts.tenancy import confined_to
from approvals.reasons import Refused
from messaging.consent.optouts import lock_contacts
from messaging.models import AutomaticTurn, Conversation, FlowRun
from messaging.whatsapp.automation.answering import actor_of
from messaging.whatsapp.automation.choosing import asks_for_a_person, is_enough, why_silent
from messaging.whatsapp.automation.leading import Outcome, answer
from messaging.whatsapp.automation.matching import tokens
from messaging.whatsapp.conversations.handing_over import hand_to_person

log = logging.getLogger(__name__)

AT_ONCE = 200
"""Conversations that one ring sees to; the next ring finds the others."""

# The customer may not be written to any more. Nobody has to look at that.
_NOT_OURS_TO_ANSWER = frozenset({"not_written_to", "window_closed", "conversation_closed"})


def take_turns(now: datetime) -> int:
    """Answer, route or leave to people every message that waits. How many were decided on."""
    decided = 0
    for conversation_id, organisation_id in _waiting():
        with confined_to(organisation_id):
            try:
                decided += _serve(conversation_id, now)
            except Exception:  # one conversation must not keep all others waiting
                log.exception("the automatic turn of conversation %s broke off", conversation_id)
                _give_up(conversation_id, now)
    return decided


def _waiting() -> Sequence[tuple[UUID, UUID]]:
    rows = AutomaticTurn.objects.filter(outcome=Outcome.WAITING).values("conversation", "organisation")
    oldest_first = rows.annotate(first=Min("message")).order_by("first")
    return list(oldest_first.values_list("conversation", "organisation")[:AT_ONCE])


def _serve(conversation_id: UUID, now: datetime) -> int:
    with transaction.atomic():
        contact = Conversation.objects.values_list("contact", flat=True).get(pk=conversation_id)
        lock_contacts([contact])  # everybody locks people before conversations
        conversation = _hold(conversation_id)
        if conversation is None:
            return 0
        waiting = AutomaticTurn.objects.filter(conversation=conversation_id, outcome=Outcome.WAITING)
        turns = list(waiting.select_related("message", "organisation").order_by("message"))
        for turn in turns:
            _take(turn, conversation, now)
            conversation = _read(conversation_id)
        return len(turns)


def _hold(conversation_id: UUID) -> Conversation | None:
    """The conversation, until the transaction ends; None while somebody else has it."""
    held = Conversation.objects.select_for_update(of=("self",), skip_locked=True).filter(pk=conversation_id)
    return _read(conversation_id) if held.first() is not None else None


def _read(conversation_id: UUID) -> Conversation:
    related = ("organisation", "sender__account", "contact", "queue__organisation")
    return Conversation.objects.select_related(*related).get(pk=conversation_id)


def _take(turn: AutomaticTurn, conversation: Conversation, now: datetime) -> None:
    why = why_silent(turn.message, conversation, now)
    if why:
        settle(turn, Outcome.SILENT, why, now)
    elif asks_for_a_person(tokens(turn.message.text)):
        _to_people(turn, conversation, Outcome.HANDED_OVER, "asked_for_a_person", now)
    elif is_enough(conversation):
        _to_people(turn, conversation, Outcome.HANDED_OVER, "too_many_automatic_answers", now)
    else:
        _answer(turn, conversation, now)


def _answer(turn: AutomaticTurn, conversation: Conversation, now: datetime) -> None:
    try:
        with transaction.atomic():
            outcome, why, stood_on = answer(turn, conversation, now)
    except Refused as no:
        if _NOT_OURS_TO_ANSWER.issuperset(no.codes):
            settle(turn, Outcome.SILENT, ", ".join(no.codes), now)
        else:
            _to_people(turn, conversation, Outcome.REFUSED, ", ".join(no.codes), now)
        return
    settle(turn, outcome, why, now, stood_on)


def _to_people(
    turn: AutomaticTurn, conversation: Conversation, outcome: AutomaticTurn.Outcome, why: str, now: datetime
) -> None:
    """A person goes on; whatever flow the conversation stood in is over."""
    FlowRun.objects.filter(conversation=conversation, ended_at=None).update(ended_at=now, moved_at=now)
    hand_to_person(conversation, why, actor_of(conversation.organisation), now)
    settle(turn, outcome, why, now)


def settle(
    turn: AutomaticTurn, outcome: AutomaticTurn.Outcome, why: str, now: datetime, stood_on: UUID | None = None
) -> None:
    AutomaticTurn.objects.filter(pk=turn.pk, outcome=Outcome.WAITING).update(
        outcome=outcome, why=why[:300], stood_on=stood_on, decided_at=now
    )


def _give_up(conversation_id: UUID, now: datetime) -> None:
    """The first message that waits is left to people: tried again every two seconds it would break off each time."""
    with transaction.atomic():
        conversation = _hold(conversation_id)
        waiting = AutomaticTurn.objects.filter(conversation=conversation_id, outcome=Outcome.WAITING)
        turn = waiting.select_related("message", "organisation").order_by("message").first()
        if conversation is not None and turn is not None:
            _to_people(turn, conversation, Outcome.REFUSED, "broke_off", now)
