"""Noon at the desk of Harbour Tea, with a broadcast that waits for Mei."""

from collections.abc import Iterator

import pytest
import time_machine

from approvals.models import ActionRequest
from tests.desk.harbour import spring_tea_waits
from tests.factories import NOON


@pytest.fixture(autouse=True)
def noon() -> Iterator[None]:
    """The desk reads the clock: it stands at noon."""
    with time_machine.travel(NOON, tick=False):
        yield


@pytest.fixture
def request_() -> ActionRequest:
    """Sam's agent has asked to send the spring broadcast to two of four people; nobody has decided."""
    return spring_tea_waits()
