"""Everything the simulator knows, in one place that is handed around."""

import time
from collections import Counter
from dataclasses import dataclass, field
from typing import Any

from simulators.common.agenda import Agenda
from simulators.common.chance import Chance
from simulators.common.journal import Journal
from simulators.common.limits import MovingCount
from simulators.graph.account import Account, Number
from simulators.graph.flow_shelf import Flow
from simulators.graph.limits import PairPace
from simulators.graph.mailer import Mailer
from simulators.graph.media_store import MediaStore
from simulators.graph.misbehaviour import Misbehaviour
from simulators.graph.people import People
from simulators.graph.template_shelf import TemplateShelf


@dataclass
class World:
    """The state of one simulator. `counts` are what `/_sim/health` shows; `by_default` is what a reset goes back to."""

    account: Account
    by_default: Misbehaviour
    misbehaviour: Misbehaviour
    chance: Chance
    journal: Journal
    agenda: Agenda
    mailer: Mailer
    people: People
    numbers: dict[str, Number]
    templates: TemplateShelf
    media: MediaStore
    base_url: str = ""
    override_url: str = ""
    counts: Counter[str] = field(default_factory=Counter)
    sending: MovingCount = field(default_factory=lambda: MovingCount(1.0))
    managing: MovingCount = field(default_factory=lambda: MovingCount(3600.0))
    creating: MovingCount = field(default_factory=lambda: MovingCount(3600.0))
    registering: MovingCount = field(default_factory=lambda: MovingCount(72 * 3600.0))
    flows: dict[str, Flow] = field(default_factory=dict)
    creative_opt_outs: set[str] = field(default_factory=set)
    insights: bool = False
    subscribed: bool = True
    pairs: PairPace = field(default_factory=PairPace)
    inbound_ids: dict[str, str] = field(default_factory=dict)
    ahead: float = 0.0

    def clock(self) -> float:
        """The provider's time, unix seconds: the machine's, moved `ahead` seconds by whoever tests with it."""
        return time.time() + self.ahead

    def note(self, kind: str, **facts: Any) -> None:
        """Write a line into the journal."""
        self.journal.write(self.clock(), kind, **facts)

    def varied(self, seconds: float, *what: object) -> float:
        """A wait of half to one and a half times `seconds`, by the seed."""
        return seconds * (0.5 + self.chance.draw("wait", *what))
