"""Everything the simulator knows, in one place that is handed around."""

import hashlib
import hmac
import time
from collections import Counter
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from typing import Any

import orjson

from simulators.common.agenda import Agenda
from simulators.common.chance import Chance
from simulators.common.journal import Journal
from simulators.common.posting import Letter, PostOffice
from simulators.payments.misbehaviour import Misbehaviour
from simulators.payments.sessions import Session


@dataclass
class Account:
    """The account: the key that lets in, what events are signed with, and where they go."""

    key: str
    signing_secret: str
    webhook_url: str


@dataclass(frozen=True, slots=True)
class Replay:
    """The answer that an idempotency key has once got."""

    asked: bytes
    status: int
    told: dict[str, Any]


class World:
    """The state of one simulator. `counts` are what `/_sim/health` shows."""

    def __init__(
        self,
        base_url: str,
        account: Account,
        misbehaviour: Misbehaviour,
        chance: Chance,
        journal: Journal,
        agenda: Agenda,
        clock: Callable[[], float] = time.time,
    ) -> None:
        self.base_url, self.account, self.misbehaviour = base_url, account, misbehaviour
        self.by_default = (Account(**vars(account)), misbehaviour)
        self.chance, self.journal, self.agenda, self.clock = chance, journal, agenda, clock
        self.office = PostOffice(agenda, journal, lambda: self.misbehaviour)
        self.sessions: dict[str, Session] = {}
        self.replays: dict[str, Replay] = {}
        self.counts: Counter[str] = Counter()
        self.events = self.made = 0  # they go on after a reset: no id comes twice in one journal

    def note(self, kind: str, **facts: Any) -> None:
        """Write a line into the journal."""
        self.journal.write(self.clock(), kind, **facts)

    def reset(self) -> None:
        """As at the start; the journal goes on."""
        self.agenda.clear()
        self.account, self.misbehaviour = Account(**vars(self.by_default[0])), self.by_default[1]
        for known in (self.sessions, self.replays, self.counts):
            known.clear()

    def letter(self, event: Mapping[str, Any], *, sign: bool = True, spoil: bool = False, at: float = 0.0) -> Letter:
        """An event as it leaves, signed in this moment, or `at` another; spoilt: a byte is changed afterwards."""
        raw = orjson.dumps(event)
        headers = {"Content-Type": "application/json; charset=utf-8", "User-Agent": "Stripe/1.0"}
        if sign:
            headers["Stripe-Signature"] = signature(raw, self.account.signing_secret, int(at or self.clock()))
        if spoil:
            middle = len(raw) // 2
            raw = raw[:middle] + bytes([raw[middle] ^ 1]) + raw[middle + 1 :]
        notes = [["event", event.get("type", ""), event.get("id", "")]]
        return Letter(self.account.webhook_url, raw, headers, notes)


def signature(raw: bytes, secret: str, moment: int) -> str:
    """What stands in `Stripe-Signature`."""
    proof = hmac.new(secret.encode(), f"{moment}.".encode() + raw, hashlib.sha256).hexdigest()
    return f"t={moment},v1={proof}"


@dataclass
class Call:
    """One call of the API, and what was decided about it, for the journal."""

    method: str
    path: str
    raw: bytes
    headers: Mapping[str, str]
    verdict: dict[str, Any] = field(default_factory=dict)
    is_lost: bool = False
