"""A game: one example of the machine, from the opening to a savepoint that is rolled back, and what its rules share."""

from collections.abc import Iterator
from contextlib import contextmanager
from copy import copy, deepcopy
from datetime import timedelta
from typing import Any, ClassVar

from django.db import transaction
from hypothesis import strategies as st
from hypothesis.stateful import RuleBasedStateMachine, initialize, invariant, rule

from approvals.models import Preview
from messaging.engine import breakers
from messaging.models import MessagingRules
from tests.stateful import promises
from tests.stateful.tea_shop import TeaShop

which = st.integers(0, 3)
maybe = st.one_of(st.none(), which)


def pick(things: list[Any], number: int) -> Any:
    return things[number % len(things)]


class Game(RuleBasedStateMachine):
    """Harbour Tea as the opening left it; after each rule every promise is asked."""

    opening: ClassVar[TeaShop]  # made once, in the transaction around all games

    def __init__(self) -> None:
        super().__init__()
        self._example = transaction.atomic()
        self._example.__enter__()
        self.shop = deepcopy(self.opening)
        self.previews: list[Preview] = []
        self.writes: list[tuple[str, dict[str, Any], Any]] = []
        self.witness = promises.Witness(self.shop)

    def teardown(self) -> None:
        transaction.set_rollback(True)
        self._example.__exit__(None, None, None)

    @contextmanager
    def in_vain(self) -> Iterator[None]:
        """What happens in here has never happened."""
        kept = {name: copy(value) for name, value in vars(self.shop).items()}
        with transaction.atomic():
            yield
            transaction.set_rollback(True)
        vars(self.shop).update(kept)

    @initialize(cap=st.integers(1, 2), gap=st.sampled_from([0, 6]))
    def the_rules_of_today(self, cap: int, gap: int) -> None:
        MessagingRules.objects.update(marketing_cap=cap, pair_gap_seconds=gap)

    @rule(
        time=st.sampled_from([timedelta(seconds=10), timedelta(minutes=1), timedelta(minutes=10), timedelta(hours=73)])
    )
    def time_passes(self, time: timedelta) -> None:
        self.shop.pass_time(time)
        self.shop.beat()
        breakers.watch(self.shop.now)
        self.shop.beat()

    @invariant()
    def every_promise_holds(self) -> None:
        self.witness.ask()
        self.shop.pass_time()
