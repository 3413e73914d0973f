"""The numbers of a send, and the promise that they close: everybody targeted is in exactly one of them."""

from collections.abc import Iterable
from dataclasses import dataclass, field
from decimal import Decimal
from uuid import UUID

from django.db import connection

from messaging.engine.sends import verdict_of_end
from messaging.models import Send, SendState, Status, Verdict

# Ends that people without a message yet may be left over from.
_ENDED = (SendState.STOPPED, SendState.EXPIRED)
_COSTS_NOTHING = frozenset({Status.QUEUED, Status.FAILED, Status.EXCLUDED})

_COUNTS = """
SELECT send_id, status, verdict, count(*), coalesce(sum(price), 0)
  FROM messaging_message WHERE send_id = ANY(%s) GROUP BY send_id, status, verdict
"""
_FAILURES = """
SELECT send_id, error_code, max(error_text), count(*) FROM messaging_message
 WHERE send_id = ANY(%s) AND status = %s GROUP BY send_id, error_code ORDER BY count(*) DESC, error_code
"""


@dataclass(frozen=True, slots=True)
class Tally:
    """People by what became of their message. `excluded_before` fell out of the frozen audience, `_at_sending` later.

    Both are counted by reason, as the lower-case name of the verdict. `cost` is that of every message that may have
    reached its person, at the price of the contract.
    """

    targeted: int
    excluded_before: dict[str, int] = field(default_factory=dict)
    excluded_at_sending: dict[str, int] = field(default_factory=dict)
    queued: int = 0
    sending: int = 0
    accepted: int = 0
    held: int = 0
    sent: int = 0
    delivered: int = 0
    read: int = 0
    failed: int = 0
    unsure: int = 0
    cost: Decimal = Decimal(0)

    @property
    def excluded(self) -> dict[str, int]:
        """Both kinds together, by reason."""
        reasons = dict(self.excluded_before)
        for reason, people in self.excluded_at_sending.items():
            reasons[reason] = reasons.get(reason, 0) + people
        return reasons

    @property
    def total(self) -> int:
        return sum(self.as_dict().values())

    @property
    def closes(self) -> bool:
        """Whether nobody is missing and nobody is counted twice."""
        return self.total == self.targeted

    @property
    def taken(self) -> int:
        """Messages that the provider is known to have taken, whatever became of them."""
        return self.accepted + self.held + self.sent + self.delivered + self.read

    def as_dict(self) -> dict[str, int]:
        """Every stage, and `excluded_<reason>` for each reason that holds for somebody; adds up to `targeted`."""
        stages = {name: getattr(self, name) for name in _STAGES.values()}
        return stages | {f"excluded_{reason}": people for reason, people in sorted(self.excluded.items())}


_STAGES: dict[Status, str] = {status: status.name.lower() for status in Status if status is not Status.EXCLUDED}
_STAGES[Status.CLOSED] = "unsure"  # for good, but nobody knows more than before


def tally(send: Send) -> Tally:
    """The numbers of one send, now."""
    return tallies([send])[send.pk]


def tallies(sends: Iterable[Send]) -> dict[UUID, Tally]:
    """The numbers of several sends, in one question about all their messages."""
    wanted = list(sends)
    rows: dict[UUID, list[tuple[int, int, int, Decimal]]] = {send.pk: [] for send in wanted}
    with connection.cursor() as cursor:
        cursor.execute(_COUNTS, [list(rows)])
        for send_id, *counts in cursor.fetchall():
            rows[send_id].append(tuple(counts))
    return {send.pk: _tally(send, rows[send.pk]) for send in wanted}


def failures_of(send: Send) -> list[tuple[str, str, int]]:
    """Why messages failed: the provider's code, one of its texts, and how many; the most frequent first."""
    return failures([send])[send.pk]


def failures(sends: Iterable[Send]) -> dict[UUID, list[tuple[str, str, int]]]:
    """The same of several sends, in one question."""
    found: dict[UUID, list[tuple[str, str, int]]] = {send.pk: [] for send in sends}
    with connection.cursor() as cursor:
        cursor.execute(_FAILURES, [list(found), Status.FAILED])
        for send_id, *failure in cursor.fetchall():
            found[send_id].append(tuple(failure))
    return found


def _tally(send: Send, rows: list[tuple[int, int, int, Decimal]]) -> Tally:
    stages = dict.fromkeys(_STAGES.values(), 0)
    at_sending: dict[str, int] = {}
    cost, messages = Decimal(0), 0
    for status, verdict, people, price in rows:
        messages += people
        if status == Status.EXCLUDED:
            _add(at_sending, Verdict(verdict), people)
            continue
        stages[_STAGES[Status(status)]] += people
        if status not in _COSTS_NOTHING:
            cost += price
    _count_those_without_message(send, send.audience.included - messages, stages, at_sending)
    before = {reason: people for reason, people in send.audience.excluded.items() if people}
    return Tally(send.audience.targeted, before, at_sending, cost=cost, **stages)


def _count_those_without_message(send: Send, people: int, stages: dict[str, int], at_sending: dict[str, int]) -> None:
    """Included people who are not a message yet wait, or are left out for good once the send has ended.

    More messages than people is a mistake that has to show: then nothing is made to fit.
    """
    if people <= 0:
        return
    why = verdict_of_end(send.kind, send.state) if send.state in _ENDED else None
    if why is not None:
        _add(at_sending, why, people)
    else:
        stages["queued"] += people


def _add(reasons: dict[str, int], verdict: Verdict, people: int) -> None:
    name = verdict.name.lower()
    reasons[name] = reasons.get(name, 0) + people
