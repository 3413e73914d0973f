"""What becomes of each message of a batch, decided from facts alone: it goes, waits, is left out, or stops its send."""

from collections.abc import Sequence
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from decimal import Decimal
from typing import NamedTuple
from uuid import UUID

import orjson
from django.utils.translation import gettext as _

from messaging.engine.live import LiveSend
from messaging.engine.taken import Taken
from messaging.models import Category, MessagingRules, Status, Verdict
from messaging.portfolios import Room
from messaging.quiet_hours import RecipientsNight

# Somebody else has the contact's row right now: an import, an opt-out, another sender's lane.
LOCKED_WAIT = timedelta(seconds=1)


class Candidate(NamedTuple):
    """A due message as the gate's statement tells it. `values` are JSON; `last_try` to this person, within the gap;
    `begins` a conversation, with somebody who `is_counted` today already or needs room.
    """

    message_id: int
    send_id: UUID
    contact_id: int
    address: str
    address_kind: str
    translation_id: UUID | None
    values: str
    category: str
    price: Decimal
    priority: int
    tries: int
    status: int
    is_locked: bool
    verdict: int
    is_unchanged: bool
    is_sendable: bool
    last_try: datetime | None
    per_second: int
    country: str
    begins: bool
    is_counted: bool

    @property
    def needs_room(self) -> bool:
        return self.begins and not self.is_counted

    def taken(self, attempt_id: UUID) -> Taken:
        return Taken(
            attempt_id,
            self.message_id,
            self.send_id,
            self.contact_id,
            self.address,
            self.address_kind,
            self.translation_id,
            orjson.loads(self.values),
            self.category,
            self.price,
            self.priority,
            self.tries,
            self.per_second,
            self.begins,
        )


@dataclass(slots=True)
class Sorted:
    """`excluded` by verdict, `postponed` by new due time, `pauses` by reason; `settled` need no hand-over any more."""

    going: list[Candidate] = field(default_factory=list)
    excluded: dict[int, int] = field(default_factory=dict)
    postponed: dict[int, datetime] = field(default_factory=dict)
    settled: list[int] = field(default_factory=list)
    pauses: dict[UUID, str] = field(default_factory=dict)


def sort_out(
    candidates: Sequence[Candidate],
    sends: Sequence[LiveSend],
    rules: MessagingRules,
    now: datetime,
    night: RecipientsNight | None = None,
    room: Room | None = None,
) -> Sorted:
    """Sort a batch. Of one person's messages one goes and the others wait, so that they cannot pass a cap together.

    `night` is given where marketing keeps the recipients' quiet hours rather than the organisation's, `room`
    where Meta limits with how many people conversations may be begun.
    """
    found = Sorted()
    left = {send.id: send.cost_ceiling - send.reserved for send in sends}
    seen: set[int] = set()
    newcomers = 0
    gap = timedelta(seconds=rules.pair_gap_seconds)
    for one in candidates:
        if one.status != Status.QUEUED:
            found.settled.append(one.message_id)
        elif one.send_id in found.pauses:
            continue
        elif not one.is_locked:
            found.postponed[one.message_id] = now + LOCKED_WAIT
        elif verdict := _against(one):
            found.excluded[one.message_id] = verdict
        elif not one.is_sendable:
            found.pauses[one.send_id] = _("Meta no longer approves the template, or charges it as marketing now.")
        elif due_at := _waits_until(one, one.contact_id in seen, gap, now, night):
            found.postponed[one.message_id] = due_at
        elif room is not None and one.needs_room and newcomers >= room.left:
            found.postponed[one.message_id] = room.again_at
        elif one.price > left[one.send_id]:
            found.pauses[one.send_id] = _("The cost ceiling is reached.")
        else:
            left[one.send_id] -= one.price
            seen.add(one.contact_id)
            newcomers += one.needs_room
            found.going.append(one)
    return found


def _waits_until(
    one: Candidate, is_second: bool, gap: timedelta, now: datetime, night: RecipientsNight | None
) -> datetime | None:
    """When this message may be looked at again, or None where nothing makes it wait."""
    morning = night.until(one.country) if night is not None and one.category == Category.MARKETING else None
    if morning is not None:
        return morning
    if is_second:
        return now + max(gap, LOCKED_WAIT)
    return one.last_try + gap if one.last_try is not None else None


def _against(one: Candidate) -> int:
    """The verdict against this message, 0 if there is none."""
    return one.verdict or (0 if one.is_unchanged else Verdict.CHANGED)
