"""Noon, and nobody has tried anything yet."""

from collections.abc import Iterator

import pytest
import time_machine
from django.core.cache import caches

from tests.factories import NOON


@pytest.fixture
def noon() -> Iterator[time_machine.Traveller]:
    """The desk reads the clock: it stands at noon until a test moves it."""
    with time_machine.travel(NOON, tick=False) as clock:
        yield clock


@pytest.fixture
def no_tries() -> None:
    """Counters of the tests before this one."""
    caches["default"].clear()
    caches["own_process"].clear()
