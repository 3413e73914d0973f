"""What an agent may set in motion in a day, reserved in one statement so that two requests at once cannot both pass.

Counted per owner: ten agents of one person share the day. Days are those of the organisation's calendar.
"""

from dataclasses import dataclass
from datetime import date, datetime
from decimal import Decimal
from typing import Any
from zoneinfo import ZoneInfo

from django.db import connection
from django.db.models import F
from django.db.models.functions import Greatest

from accounts.models import Agent, BudgetUse, Organisation, Person, SaidUse


@dataclass(frozen=True, slots=True)
class Spend:
    """How much one request would set in motion. Money is in the organisation's currency."""

    people: int = 0
    messages: int = 0
    money: Decimal = Decimal(0)

    def __bool__(self) -> bool:
        return bool(self.people or self.messages or self.money)


@dataclass(frozen=True, slots=True)
class Overrun:
    """One limit that a spend would break."""

    limit: str
    allowed: Decimal
    used: Decimal
    asked: Decimal


def today_of(organisation: Organisation, now: datetime) -> date:
    return now.astimezone(ZoneInfo(organisation.timezone)).date()


def reserve(agent: Agent, spend: Spend, now: datetime) -> list[Overrun]:
    """Take `spend` from today's budget of the agent's owner. Returns what stands in the way; empty: it is taken."""
    day = today_of(agent.organisation, now)
    BudgetUse.objects.get_or_create(owner=agent.owner, day=day)
    taken = BudgetUse.objects.filter(
        owner=agent.owner,
        day=day,
        people__lte=agent.people_per_day - spend.people,
        messages__lte=agent.messages_per_day - spend.messages,
        money__lte=agent.money_per_day - spend.money,
    ).update(people=F("people") + spend.people, messages=F("messages") + spend.messages, money=F("money") + spend.money)
    return [] if taken else overruns(agent, spend, now)


def overruns(agent: Agent, spend: Spend, now: datetime) -> list[Overrun]:
    """The limits that `spend` would break today, without taking anything."""
    use = BudgetUse.objects.filter(owner=agent.owner, day=today_of(agent.organisation, now)).first() or BudgetUse()
    limits = (
        ("people_per_day", agent.people_per_day, use.people, spend.people),
        ("messages_per_day", agent.messages_per_day, use.messages, spend.messages),
        ("money_per_day", agent.money_per_day, use.money, spend.money),
    )
    return [
        Overrun(name, Decimal(allowed), Decimal(used), Decimal(asked))
        for name, allowed, used, asked in limits
        if used + asked > allowed
    ]


def release(owner: Person, spend: Spend, reserved_on: date) -> None:
    """Give back what a request that never ran had reserved on that day. `owner` is who owned the agent then."""
    BudgetUse.objects.filter(owner=owner, day=reserved_on).update(
        people=Greatest(F("people") - spend.people, 0),
        messages=Greatest(F("messages") - spend.messages, 0),
        money=Greatest(F("money") - spend.money, Decimal(0)),
    )


_SAY = """
INSERT INTO accounts_saiduse AS so_far (owner_id, day, said, people)
SELECT %(owner)s, %(day)s, %(said)s, %(people)s WHERE %(people)s <= %(most)s
ON CONFLICT ON CONSTRAINT said_once_a_day DO UPDATE SET people = so_far.people + excluded.people
      WHERE so_far.people + excluded.people <= %(most)s
"""


def say_unapproved(agent: Agent, said: str, people: int, now: datetime) -> bool:
    """Count that the agents of this owner say the same (a hash) to so many more people today without anybody's
    approval. False where that would be more than the agent may: then nothing is counted, and a person has to decide.
    """
    day = today_of(agent.organisation, now)
    SaidUse.objects.filter(owner=agent.owner, day__lt=day).delete()
    facts: dict[str, Any] = {
        "owner": agent.owner_id,
        "day": day,
        "said": said,
        "people": people,
        "most": agent.unapproved_people,
    }
    with connection.cursor() as cursor:
        cursor.execute(_SAY, facts)
        return bool(cursor.rowcount)
