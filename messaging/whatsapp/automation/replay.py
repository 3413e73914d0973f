"""What a change would have done with what customers wrote lately. Nothing is sent, and no word of theirs is kept."""

from collections import Counter
from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from typing import Final
from uuid import UUID

from accounts.models import Organisation
from messaging.models import Channel, InboundMessage, KeywordRule
from messaging.whatsapp.automation.contract import Replay, ReplayExample
from messaging.whatsapp.automation.matching import Keyword, Tokens, best, phrase_tokens, tokens

DAYS: Final = 30
MOST: Final = 20_000
"""Messages that are looked at, the latest first."""
EXAMPLES: Final = 10


@dataclass(frozen=True, slots=True)
class Heard:
    """One message of a customer. `is_no` where it was a stop or start word: those are heard before any rule."""

    contact: UUID
    language: str
    conversation: UUID | None
    queue: UUID | None
    sender: UUID
    said: Tokens
    at: datetime
    is_no: bool


@dataclass(frozen=True, slots=True)
class Past:
    """The last days, the latest message first."""

    heard: Sequence[Heard]
    is_cut: bool


@dataclass(slots=True)
class Tally:
    """What is counted on the way."""

    matched: int = 0
    answered: list[tuple[Heard, Tokens]] = field(default_factory=list)
    taken_over: Counter[str] = field(default_factory=Counter)
    outranked_by: Counter[str] = field(default_factory=Counter)
    tied_with: Counter[str] = field(default_factory=Counter)


def past_of(organisation: Organisation, now: datetime) -> Past:
    """What customers of the organisation wrote by WhatsApp in the last 30 days."""
    found = InboundMessage.objects.filter(
        organisation=organisation, at__gt=now - timedelta(days=DAYS), at__lte=now, sender__channel=Channel.WHATSAPP
    ).order_by("-at", "-pk")
    rows = found.values_list(
        "contact__key", "contact__language", "conversation", "conversation__queue", "sender", "text", "at", "intent"
    )[: MOST + 1]
    heard = [
        Heard(contact, language, conversation, queue, sender, tokens(text), at, bool(intent))
        for contact, language, conversation, queue, sender, text, at, intent in rows
    ]
    return Past(heard[:MOST], len(heard) > MOST)


def keyword_of(rule: KeywordRule) -> Keyword:
    """A rule as it is compared."""
    phrases = tuple(phrase_tokens(phrase) for phrase in rule.phrases)
    return Keyword(rule.pk, rule.name, phrases, rule.is_whole, frozenset(rule.languages), rule.priority)


def replay_rule(past: Past, new: Keyword, sender: UUID | None, others: Iterable[KeywordRule], receives: str) -> Replay:
    """What the rule would have met, and whom it would have answered beside the rules that there are."""
    standing = [(rule.sender_id, keyword_of(rule)) for rule in others]
    tally = Tally()
    for one in past.heard:
        if sender not in (None, one.sender) or one.is_no or not new.speaks(one.language):
            continue
        phrase = new.meets(one.said)
        if phrase is not None:
            _count(tally, one, new, phrase, [keyword for at, keyword in standing if at in (None, one.sender)])
    return summed_up(past, tally, receives)


def _count(tally: Tally, one: Heard, new: Keyword, phrase: Tokens, others: Sequence[Keyword]) -> None:
    tally.matched += 1
    today = best(one.said, one.language, others)
    highest = today.keywords[0].priority if today.keywords else 0
    if highest > new.priority:
        tally.outranked_by.update(keyword.name for keyword in today.keywords)
    elif highest == new.priority:
        tally.tied_with.update(keyword.name for keyword in today.keywords)
    else:
        tally.answered.append((one, phrase))
        if today.only is not None:
            tally.taken_over[today.only.name] += 1


def summed_up(past: Past, tally: Tally, receives: str) -> Replay:
    who = [one for one, _phrase in tally.answered]
    return Replay(
        days=DAYS,
        looked_at=len(past.heard),
        is_cut=past.is_cut,
        matched=tally.matched,
        answered=len(who),
        conversations=len({one.conversation for one in who} - {None}),
        people=len({one.contact for one in who}),
        taken_over=dict(tally.taken_over),
        outranked_by=dict(tally.outranked_by),
        tied_with=dict(tally.tied_with),
        examples=[
            ReplayExample(contact_id=one.contact, at=one.at, phrase=" ".join(phrase), receives=receives)
            for one, phrase in tally.answered[:EXAMPLES]
        ],
    )
