"""How many people a lane may begin conversations with now, as Meta's messaging limit has it, while nobody else takes.

Counting takes a microsecond a person: with a hundred thousand, a tenth of a second for each batch. So a large count is
remembered for a minute, and only what was begun since is added: never less than the truth.
"""

from dataclasses import dataclass
from datetime import datetime, timedelta
from uuid import UUID

from accounts.statements import run_sql
from messaging.models import Contact, Sender
from messaging.portfolios import (
    Portfolio,
    is_counted_sql,
    people_begun_with,
    portfolio_of,
    portfolio_parameters,
    window_is_open_sql,
)

# Where there is no room, messages wait until somebody leaves the 24 hours: not so short that they are written again
# and again, not so long that a limit which Meta has raised goes unused.
SOONEST, LATEST = timedelta(minutes=1), timedelta(minutes=30)
# From so many people on a count is remembered, and for so long.
WORTH_KEEPING = 5_000
KEPT_FOR = timedelta(minutes=1)
# An attempt says when its lane looked at the clock, and is committed a moment later.
_LATE = timedelta(seconds=30)

# One lane of a portfolio asks and marks at a time: two could both take the last place.
_HOLD = "SELECT pg_advisory_xact_lock(hashtextextended(%(name)s, 0))"
_SINCE = """
SELECT count(*) FROM messaging_attempt begun
 WHERE begun.sender_id = ANY(%(numbers)s::uuid[]) AND begun.begins AND begun.started_at > %(since)s
"""
_NEEDS_NONE = f"SELECT {window_is_open_sql('%(contact)s', '%(sender)s')} OR {is_counted_sql('%(contact)s')}"


@dataclass(frozen=True, slots=True)
class Room:
    """With how many more people a conversation may be begun now, and when there may be room for one more."""

    left: int
    again_at: datetime


@dataclass(frozen=True, slots=True)
class _Count:
    people: int
    free_at: datetime | None
    at: datetime


_kept: dict[tuple[UUID, ...], _Count] = {}


def hold_portfolio(sender: Sender) -> Portfolio | None:
    """Its portfolio, whose room nobody else takes of before the transaction ends. Call it before anything is locked."""
    portfolio = portfolio_of(sender)
    if portfolio is not None:
        run_sql(_HOLD, {"name": f"messaging limit {portfolio.name}"})
    return portfolio


def room_of(portfolio: Portfolio | None, now: datetime) -> Room | None:
    """How much room there is at the least; None where there is no limit."""
    if portfolio is None:
        return None
    kept = _kept.get(portfolio.numbers)
    if kept is not None and timedelta(0) <= now - kept.at < KEPT_FOR:
        people = kept.people + _begun_since(portfolio, kept.at)
        if people < portfolio.limit or kept.people >= portfolio.limit:
            return _room(portfolio, people, kept.free_at, now)
    people, free_at = people_begun_with(portfolio, now, now)
    if people >= WORTH_KEEPING:
        _kept[portfolio.numbers] = _Count(people, free_at, now)
    return _room(portfolio, people, free_at, now)


def has_room_for(contact: Contact, sender: Sender, now: datetime) -> bool:
    """Whether a template may leave this number for this person now, as far as the limit goes."""
    portfolio = portfolio_of(sender)
    room = room_of(portfolio, now)
    if room is None or room.left:
        return True
    facts = {**portfolio_parameters(portfolio, now), "contact": contact.pk, "sender": sender.pk, "now": now}
    ((needs_none,),) = run_sql(_NEEDS_NONE, facts)
    return bool(needs_none)


def _room(portfolio: Portfolio, people: int, free_at: datetime | None, now: datetime) -> Room:
    again_at = max(now + SOONEST, min(now + LATEST, free_at or now + LATEST))
    return Room(max(0, portfolio.limit - people), again_at)


def _begun_since(portfolio: Portfolio, at: datetime) -> int:
    """How many attempts, perhaps some that were counted before, and some to the same people."""
    facts = {"numbers": [str(one) for one in portfolio.numbers], "since": at - _LATE}
    count: int = run_sql(_SINCE, facts)[0][0]
    return count
