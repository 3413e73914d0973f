"""Everything the simulator knows, in one place that is handed around."""

import time
from collections import Counter
from collections.abc import Callable
from dataclasses import dataclass, field
from decimal import Decimal
from typing import Any

from simulators.common.agenda import Agenda
from simulators.common.chance import Chance
from simulators.common.journal import Journal
from simulators.common.limits import MovingCount
from simulators.common.posting import Letter
from simulators.sms.accounts import Account
from simulators.sms.mailer import Mailer, News
from simulators.sms.misbehaviour import Misbehaviour
from simulators.sms.wires.wire import Wire


class Phones:
    """What is known of phones: how many texts each was to get, and whom it has told to stop."""

    def __init__(self) -> None:
        self.texts: Counter[str] = Counter()
        self.stopped: set[tuple[str, str]] = set()

    def clear(self) -> None:
        """Know nothing any more."""
        self.texts.clear()
        self.stopped.clear()


class Gateway:
    """One of the pretend gateways: its wire, how it behaves, its post."""

    def __init__(self, wire: Wire, misbehaviour: Misbehaviour, agenda: Agenda, journal: Journal) -> None:
        self.wire, self.misbehaviour = wire, misbehaviour
        self.by_default: tuple[Account, Misbehaviour] = wire.account, misbehaviour
        self.mailer = Mailer(agenda, journal, lambda: self.misbehaviour, self._letter, wire.most_items)
        self.pace = MovingCount(1.0)
        self.own_ids: set[str] = set()
        self.phones = Phones()
        self.spent = Decimal(0)

    @property
    def name(self) -> str:
        return self.wire.name

    @property
    def left(self) -> Decimal:
        """What money is left: every part that was taken has cost its price."""
        return Decimal(self.wire.account.balance) - self.spent

    def reset(self) -> None:
        """As at the start."""
        self.wire.account, self.misbehaviour = self.by_default
        self.spent = Decimal(0)
        for forgetful in (self.mailer, self.pace, self.own_ids, self.phones):
            forgetful.clear()
        self.mailer.posts = self.mailer.given_up = 0

    def _letter(self, batch: list[News]) -> Letter:
        raw, headers = self.wire.letter(batch[0].url, [news.item for news in batch])
        return Letter(batch[0].url, raw, headers, [news.note for news in batch], facts={"gateway": self.name})


@dataclass
class World:
    """The state of one simulator. `counts` are what `/_sim/health` shows."""

    gateways: dict[str, Gateway]
    chance: Chance
    journal: Journal
    agenda: Agenda
    counts: Counter[str] = field(default_factory=Counter)
    clock: Callable[[], float] = time.time

    def note(self, kind: str, **facts: Any) -> None:
        """Write a line into the journal."""
        self.journal.write(self.clock(), kind, **facts)

    def varied(self, seconds: float, *what: object) -> float:
        """A wait of half to one and a half times `seconds`, by the seed."""
        return seconds * (0.5 + self.chance.draw("wait", *what))
