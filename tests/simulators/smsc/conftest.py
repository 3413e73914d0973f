"""A message centre in a process of its own, put back to its start before each test."""

from collections.abc import Iterator

import pytest

from simulators.smsc.hosting import SmscSimulator

QUICK = {"receipt_seconds": 0.01, "repeat_seconds": 0.05, "shuffle_seconds": 0.1}


@pytest.fixture(scope="session")
def one_centre(tmp_path_factory: pytest.TempPathFactory) -> Iterator[SmscSimulator]:
    with SmscSimulator(tmp_path_factory.mktemp("centre"), seed=7, misbehaviour=QUICK) as centre:
        yield centre


@pytest.fixture
def centre(one_centre: SmscSimulator) -> SmscSimulator:
    one_centre.reset()
    return one_centre


@pytest.fixture
def begin(centre: SmscSimulator) -> int:
    """Where the journal of this test begins."""
    return centre.journal_end()
