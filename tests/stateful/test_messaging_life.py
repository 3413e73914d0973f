"""Whatever happens in whatever order, the promises hold. `HYPOTHESIS_PROFILE=long` plays 200 games of 50 steps."""

import os

import pytest
from hypothesis import HealthCheck, Phase, settings
from hypothesis.stateful import run_state_machine_as_test

from tests.stateful.messaging_life import Messaging
from tests.stateful.opening import open_shop
from tests.thoroughness import tries

GAMES = {"": (tries(3, 60), tries(8, 12)), "long": (200, 50)}


@pytest.mark.django_db
def test_the_promises_hold_whatever_happens(monkeypatch: pytest.MonkeyPatch) -> None:
    profile = os.environ.get("HYPOTHESIS_PROFILE", "")
    games, steps = GAMES[profile]
    monkeypatch.setattr(Messaging, "opening", open_shop(), raising=False)
    run_state_machine_as_test(
        Messaging,
        settings=settings(
            max_examples=games, stateful_step_count=steps, deadline=None, derandomize=not profile, database=None,
            suppress_health_check=list(HealthCheck), print_blob=True,
            # Making a failing game short takes minutes: worth it at leisure, not while somebody waits for the suite.
            phases=[Phase.generate, *([Phase.shrink] if profile else [])],
        ),
    )  # fmt: skip
