"""Meta's messaging limit: with how many people a business may begin a conversation in a moving 24 hours.

It is the business portfolio's, so all its numbers share it. A conversation is begun by a template to somebody who has
no open customer service window; whoever was written to so within the last 24 hours costs nothing more. Every attempt
that may have left counts, also one that failed or whose outcome nobody knows.
"""

import re
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any
from uuid import UUID

from accounts.statements import run_sql
from accounts.tenancy import unconfined
from messaging.batches import texts
from messaging.gate import WINDOW_MARGIN_SECONDS
from messaging.models import Channel, Outcome, Sender

DAY = timedelta(hours=24)
# Portfolios begin with it; a word of Meta's that we do not know is taken for it.
SMALLEST = 250
# Where there is no room, messages wait until somebody leaves the 24 hours: not so short that they are written again
# and again, not so long that a limit which Meta has raised goes unused.
SOONEST, LATEST = timedelta(minutes=1), timedelta(minutes=30)
# As in the gate: what lies farther ahead is a clock's mistake, and counts for nobody.
_AHEAD = timedelta(minutes=5)

_SIZES = {"": 1, "K": 1_000, "M": 1_000_000}

# One lane of a portfolio asks and marks at a time: two could both take the last place.
_HOLD = "SELECT pg_advisory_xact_lock(hashtextextended(%(name)s, 0))"
_COUNTS = f"""begun.sender_id = ANY(%(portfolio)s::uuid[]) AND begun.begins
           AND begun.outcome <> {Outcome.NOT_ATTEMPTED}
           AND begun.started_at > %(day_since)s AND begun.started_at <= %(day_until)s"""
_PEOPLE = f"""
WITH people AS (SELECT max(begun.started_at) + interval '24 hours' AS free_at FROM messaging_attempt begun
                 WHERE {_COUNTS} GROUP BY begun.contact_id)
"""
_COUNT = f"{_PEOPLE} SELECT count(*), min(free_at) FROM people WHERE free_at > %(at)s"
_WHEN_FREE = f"{_PEOPLE} SELECT free_at FROM people WHERE free_at > %(at)s ORDER BY free_at OFFSET %(before)s LIMIT 1"


@dataclass(frozen=True, slots=True)
class Portfolio:
    """The `numbers` that share a `limit`, in people in 24 hours."""

    name: str
    numbers: list[UUID]
    limit: int


@dataclass(frozen=True, slots=True)
class Outlook:
    """Of `limit` people there is room for `left` when a send begins, and its last one waits for so long after that.

    `limit` and `left` are None where there is no limit.
    """

    limit: int | None
    left: int | None
    wait: timedelta


@dataclass(frozen=True, slots=True)
class Room:
    """With how many more people a conversation may be begun now, and when there may be room for one more."""

    left: int
    again_at: datetime


def limit_of(tier: str) -> int | None:
    """TIER_10K as 10,000, a number as itself; None where there is no limit (TIER_UNLIMITED, -1)."""
    word = tier.strip().upper().removeprefix("TIER_")
    if word in ("UNLIMITED", "-1"):
        return None
    found = re.fullmatch(r"([1-9]\d{0,8})([KM]?)", word)
    return int(found[1]) * _SIZES[found[2]] if found else SMALLEST


def portfolio_of(sender: Sender) -> Portfolio | None:
    """The portfolio whose limit this sender's messages count towards; None where there is no limit, as for texts.

    What Meta last said of any of its numbers holds for all of them.
    """
    account = sender.account
    if account is None:
        return None
    shared = Sender.objects.filter(
        account__organisation=account.organisation_id, account__portfolio=account.portfolio
    ).values_list("pk", "tier", "limit_told_at")
    told = [(told_at, tier) for _pk, tier, told_at in shared if told_at is not None]
    limit = limit_of(max(told)[1] if told else sender.tier)
    name = f"{account.organisation_id} {account.portfolio}"
    return Portfolio(name, [pk for pk, _tier, _told_at in shared], limit) if limit is not None else None


def begins_sql(message: str, send: str) -> str:
    """Whether handing this message over now begins a conversation. Stands on the parameter `now`.

    What leaves in the last minute of a window may arrive after it.
    """
    return f"""({message}.translation_id IS NOT NULL AND {send}.channel = '{Channel.WHATSAPP}' AND NOT EXISTS (
        SELECT 1 FROM messaging_conversation heard
         WHERE heard.contact_id = {message}.contact_id AND heard.sender_id = {message}.sender_id
           AND heard.window_until > %(now)s + interval '{WINDOW_MARGIN_SECONDS} s'))"""


def is_counted_sql(contact: str) -> str:
    """Whether this person counts already. Stands on `portfolio_parameters`."""
    return f"""EXISTS (SELECT 1 FROM messaging_attempt begun
         WHERE begun.contact_id = {contact} AND {_COUNTS})"""


def portfolio_parameters(portfolio: Portfolio | None, now: datetime) -> dict[str, Any]:
    """What `is_counted_sql` stands on. Without a limit nobody is looked for."""
    numbers = portfolio.numbers if portfolio is not None else []
    return {"portfolio": texts(str(one) for one in numbers), "day_since": now - DAY, "day_until": now + _AHEAD}


def hold_portfolio(sender: Sender) -> Portfolio | None:
    """Its portfolio, whose room nobody else takes of before the transaction ends. Call it before anything is locked."""
    portfolio = portfolio_of(sender)
    if portfolio is not None:
        run_sql(_HOLD, {"name": f"messaging limit {portfolio.name}"})
    return portfolio


def room_of(portfolio: Portfolio | None, now: datetime) -> Room | None:
    """How much room there is; None where there is no limit."""
    if portfolio is None:
        return None
    facts = {**portfolio_parameters(portfolio, now), "at": now}
    people, free_at = run_sql(_COUNT, facts)[0]
    again_at = max(now + SOONEST, min(now + LATEST, free_at or now + LATEST))
    return Room(max(0, portfolio.limit - people), again_at)


def outlook(sender: Sender, people: int, at: datetime, now: datetime) -> Outlook:
    """What the limit means for so many people who are written to from then on.

    Taken as if all of them were written to for the first time that day, and nobody else besides.
    """
    portfolio = portfolio_of(sender)
    if portfolio is None:
        return Outlook(None, None, timedelta(0))
    limit = portfolio.limit
    facts = {**portfolio_parameters(portfolio, now), "at": at}
    with unconfined():  # it names its numbers; ADR 14 says what it would cost
        used = run_sql(_COUNT, facts)[0][0]
        days, place = divmod(max(0, people - 1), limit)
        free_at = at
        if place >= limit - used:
            free_at = run_sql(_WHEN_FREE, {**facts, "before": place - (limit - used)})[0][0]
    return Outlook(limit, max(0, limit - used), days * DAY + (free_at - at))
