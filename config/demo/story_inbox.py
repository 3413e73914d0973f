"""The inbox's job: customers write, rules and people answer, and whatever leaves has been countersigned."""

from dataclasses import dataclass
from datetime import datetime

from django.utils import timezone

from config.demo.inbox_arrivals import Customers, customers, write_in
from config.demo.inbox_care import complain, hand_over, sum_up
from config.demo.inbox_payment import sell
from config.demo.inbox_replies import keep_in, read_and_reply, reply_at_once
from config.demo.inbox_rules import automate, be_answered
from config.demo.inbox_seeding import CALM, InboxCast
from config.demo.stage import Stage


@dataclass(frozen=True, slots=True)
class InboxPlayed:
    """What the closing checks: since when, where its part of the journal begins, and who took part."""

    began: datetime
    journal_from: int
    people: Customers


def play_inbox(stage: Stage, counter: Stage, cast: InboxCast) -> InboxPlayed:
    """The whole job: Sam's agent proposes the rules, at the `counter` Ivy's answers customers.

    Raises StoryBroke when anything goes another way.
    """
    stage.house.simulator.misbehave(**CALM)
    played = InboxPlayed(timezone.now(), stage.house.simulator.journal_end(), customers(stage))
    people, journal_from = played.people, played.journal_from
    write_in(stage, people)
    automate(stage, str(cast.counter.pk))
    be_answered(stage, people)
    reply_at_once(counter, people, journal_from)
    read_and_reply(counter, people, journal_from)
    keep_in(counter, people)
    sell(counter, people, journal_from)
    hand_over(counter, cast, people)
    complain(counter, cast, people)
    sum_up(counter)
    return played
