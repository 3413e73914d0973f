"""What answers a message: the rules, then the auto replies, and what keeps automation silent before any of them."""

import csv
from collections.abc import Sequence
from datetime import datetime
from functools import cache
from pathlib import Path
from zoneinfo import ZoneInfo

from messaging.gate import rules_of
from messaging.models import (
    AutomaticTurn,
    AutoReply,
    Conversation,
    InboundMessage,
    KeywordRule,
    PhoneEcho,
    Queue,
    Reply,
)
from messaging.stopwords import Intent
from messaging.whatsapp.automation.matching import BREAK, Met, Tokens, best, phrase_tokens, tokens
from messaging.whatsapp.automation.replay import keyword_of
from messaging.whatsapp.automation.schedule import counts_at, is_too_soon
from messaging.whatsapp.conversations.business_hours import is_open_at
from messaging.whatsapp.conversations.windows import is_open

# Nobody writes these to be answered.
_NOT_WORDS = frozenset({"reaction", "system", "edit", "revoke", "unsupported", "unknown", "request_welcome"})

Outcome = AutomaticTurn.Outcome


def why_silent(message: InboundMessage, conversation: Conversation, now: datetime) -> str:
    """A code for why automation does not even look at the message; empty when it may answer."""
    if message.intent in (Intent.STOP, Intent.START, Intent.UNCLEAR):
        return "opt_out_words"
    if message.kind in _NOT_WORDS:
        return "no_words"
    if conversation.state != Conversation.State.OPEN:
        return "closed"
    if conversation.by_hand_since is not None:
        return "by_hand"
    if Reply.objects.filter(
        conversation=conversation, origin=Reply.Origin.TEAM, made_at__gt=message.at, made_at__lte=now
    ).exists():
        return "answered_by_a_person"
    if PhoneEcho.objects.filter(
        contact=conversation.contact_id, sender=conversation.sender_id, at__gt=message.at, at__lte=now
    ).exists():
        return "answered_by_a_person"
    return "" if is_open(conversation, now) else "window_closed"


def is_enough(conversation: Conversation) -> bool:
    """Whether automation has answered so often in a row that a person should look."""
    last = Reply.objects.filter(conversation=conversation, origin=Reply.Origin.TEAM).order_by("-made_at").first()
    turns = AutomaticTurn.objects.filter(
        conversation=conversation, outcome=Outcome.ANSWERED, decided_at__gte=conversation.opened_at
    )
    if last is not None:
        turns = turns.filter(decided_at__gt=last.made_at)
    return turns.count() >= rules_of(conversation.organisation).automatic_turns


def asks_for_a_person(said: Tokens) -> bool:
    """Whether the whole message asks for a person: that works whatever flow somebody is in."""
    return tuple(token for token in said if token != BREAK) in _person_words()


def met_by(message: InboundMessage, conversation: Conversation) -> Met:
    """The keyword rules that the message meets."""
    rules = KeywordRule.objects.filter(organisation=conversation.organisation, enabled=True)
    own = [keyword_of(rule) for rule in rules if rule.sender_id in (None, conversation.sender_id)]
    return best(tokens(message.text), conversation.contact.language, own)


def auto_reply_for(conversation: Conversation, now: datetime) -> AutoReply | None:
    """The auto reply that counts here and now: the one made for this queue or number goes before one for all."""
    rows = AutoReply.objects.filter(organisation=conversation.organisation, enabled=True).order_by("name")
    fitting = [row for row in rows if _counts(row, conversation, now)]
    return max(fitting, key=lambda row: (row.queue_id is not None) + (row.sender_id is not None), default=None)


def somebody_is_in(queue: Queue, now: datetime) -> bool:
    """Whether somebody is there by the queue's business hours."""
    return is_open_at(now, queue, ZoneInfo(queue.organisation.timezone))


def _counts(row: AutoReply, conversation: Conversation, now: datetime) -> bool:
    if row.queue_id not in (None, conversation.queue_id) or row.sender_id not in (None, conversation.sender_id):
        return False
    if not counts_at(row, now, conversation.queue, conversation.organisation.timezone):
        return False
    said = AutomaticTurn.objects.filter(conversation=conversation, stood_on=row.pk, outcome=Outcome.ANSWERED)
    last = said.order_by("-decided_at").values_list("decided_at", flat=True).first()
    return not is_too_soon(row, last, now)


@cache
def _person_words() -> frozenset[Tokens]:
    with Path(__file__).with_name("person_words.csv").open(encoding="utf-8", newline="") as lines:
        rows: Sequence[dict[str, str]] = list(csv.DictReader(line for line in lines if not line.startswith("#")))
    return frozenset(phrase_tokens(word) for row in rows for word in row["words"].split("|"))
