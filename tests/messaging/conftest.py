"""Where the tests of messaging stand: at Harbour Tea, in spring."""

import pytest

from accounts.actor import Actor
from tests.messaging.spring_tea import SpringTea, tea_assistant


@pytest.fixture
def tea() -> SpringTea:
    return SpringTea()


@pytest.fixture
def agent() -> Actor:
    return tea_assistant()
