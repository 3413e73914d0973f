"""An answer to a customer on its decision page: what both said last, the answer as it will look, how long there is."""

from collections.abc import Iterator
from datetime import timedelta
from typing import Any

from django.utils.translation import gettext_lazy as _

from accounts.actor import Actor
from accounts.roles import SERVE
from approvals.admin.contract_fields import register_words
from approvals.admin.panels import Drift, Panel, Reading, register_drift, register_panel
from approvals.numerals import number
from messaging.admin.drift import is_open, people_drift
from messaging.admin.inbox.bodies import reply_bubble
from messaging.admin.inbox.clocks import hours_and_minutes, window_of
from messaging.admin.inbox.entries import Entry
from messaging.admin.inbox.thread import thread_of
from messaging.models import Channel, Conversation, InboundMessage
from messaging.whatsapp.conversations.visible import visible_to
from messaging.whatsapp.session.asking import SessionContract
from messaging.whatsapp.session.contract import ReplyTerms

# Messages of both sides that are shown; the conversation's own page has the rest.
_LAST = 6
# Less than this left, and whoever decides has to hurry.
_SOON = timedelta(hours=1)


def session_panels(reading: Reading, contract: SessionContract) -> Iterator[Panel]:
    """Why somebody decides it, and then what every answer shows."""
    if contract.risks:
        facts = {"risks": [risk.words for risk in contract.risks]}
        yield Panel(_("Why a person decides this"), "desk/panel_risks.html", facts, "rate_review")
    yield from reply_panels(reading, contract)


def reply_panels(reading: Reading, contract: ReplyTerms) -> Iterator[Panel]:
    """The conversation's last messages and the answer below them, for whoever sees to the conversation."""
    conversation = conversation_for(reading.actor, contract)
    facts: dict[str, Any] = {"conversation": conversation}
    if conversation is not None:
        facts["said"] = _last_said(conversation, reading.actor)
        facts["bubble"] = reply_bubble(contract.body, str(_("The answer, as the phone will show it")))
        facts["window"] = window_of(conversation, reading.now)
    yield Panel(_("What the customer will read"), "desk/panel_reply.html", facts, "chat")


def reply_drift(reading: Reading, contract: ReplyTerms) -> Iterator[Drift]:
    """What the customer has done since the preview, and how little time is left."""
    if not is_open(reading):
        return
    since = reading.request.preview.created_at
    again = InboundMessage.objects.filter(
        conversation=contract.conversation_id, organisation=reading.actor.organisation, received_at__gt=since
    ).count()
    if again:
        yield Drift(_("The customer has written again"), _("what you see answered"), number(again), serious=True)
    left = contract.not_after - reading.now
    if timedelta(0) < left <= _SOON:
        then = hours_and_minutes(contract.not_after - since)
        yield Drift(_("The time for this answer is nearly over"), then, hours_and_minutes(left), serious=True)
    yield from people_drift(Channel.WHATSAPP, reading, contract)


def conversation_for(actor: Actor, contract: ReplyTerms) -> Conversation | None:
    """The contract's conversation, if this reader may know of it."""
    if not actor.can(SERVE):
        return None
    found = visible_to(actor).select_related("contact", "sender", "queue")
    return found.filter(pk=contract.conversation_id).first()


def _last_said(conversation: Conversation, actor: Actor) -> list[Entry]:
    """What left or came in. Notes are the team's, and no part of what the customer reads."""
    entries = thread_of(conversation, actor).entries
    return [entry for entry in entries if entry.side in ("them", "us")][-_LAST:]


register_words({"minutes_left": _("Minutes left at the preview"), "window_until": _("Window closes")}, {})
register_panel(SessionContract, session_panels)
register_drift(SessionContract, reply_drift)
