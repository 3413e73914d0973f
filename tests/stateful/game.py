"""A game: one example of the machine in a transaction that is rolled back, and what its rules share."""

import base64
from datetime import timedelta
from typing import Any

from django.db import transaction
from hypothesis import strategies as st
from hypothesis.stateful import RuleBasedStateMachine, invariant, rule

from approvals.models import Preview, State
from messaging.engine import breakers
from tests.stateful import promises
from tests.stateful.tea_shop import PHONES, TeaShop

TICK = timedelta(seconds=1)
which = st.integers(0, 3)
maybe = st.one_of(st.none(), which)


def pick(things: list[Any], number: int) -> Any:
    return things[number % len(things)]


class Game(RuleBasedStateMachine):
    """Harbour Tea at noon with three customers; after each rule every promise is asked."""

    def __init__(self) -> None:
        super().__init__()
        self._example = transaction.atomic()
        self._example.__enter__()
        self.shop = TeaShop()
        self.previews: list[Preview] = []
        self.writes: list[tuple[str, dict[str, Any], Any]] = []
        self.witness = promises.Witness(self.shop)
        self._import(PHONES[:3])

    def teardown(self) -> None:
        transaction.set_rollback(True)
        self._example.__exit__(None, None, None)

    def _import(self, phones: Any, opted_out: Any = ()) -> None:
        rows = [f"{phone},Mei,tea,Shop form,2026-01-05,{'yes' if phone in opted_out else ''}" for phone in phones]
        content = "\n".join(["phone,name,tags,consent source,consent date,opt out", *rows])
        shown = self.shop.use(
            "whatsapp.contact_import.preview", name="march.csv", content=base64.b64encode(content.encode()).decode(),
            is_base64=True,
        )  # fmt: skip
        assert shown is not None
        request = self.shop.write("whatsapp.contact.import", preview_id=str(shown.preview_id))
        if request and self.shop.approve(request) and self.shop.carry_out(request).state == State.SUCCEEDED:
            self.shop.note_stops(self.shop.people_at(*opted_out))

    @rule(
        time=st.sampled_from([timedelta(seconds=50), timedelta(minutes=10), timedelta(hours=25), timedelta(hours=73)])
    )
    def time_passes(self, time: timedelta) -> None:
        self.shop.pass_time(time)
        self.shop.beat()
        breakers.watch(self.shop.now)
        self.shop.beat()

    @invariant()
    def every_promise_holds(self) -> None:
        self.witness.ask()
        self.shop.pass_time(TICK)
