"""Two tenants that stand while a file is tested: built once, given to each test as they were at the beginning.

A file that uses them imports `houses`, and `own` or `rival`; what a test changes is rolled back to here. They are
committed: a transaction as long as a file would hold up whoever waits for older ones, the sealer of the record first.
"""

from collections.abc import Iterator
from copy import deepcopy

import pytest
import time_machine
from pytest_django.plugin import DjangoDbBlocker

from tests.databases import empty_database
from tests.factories import NOON
from tests.matrix.one_of_everything import TeaHouse, house


@pytest.fixture(scope="module")
def houses(django_db_setup: None, django_db_blocker: DjangoDbBlocker) -> Iterator[tuple[TeaHouse, TeaHouse]]:
    with django_db_blocker.unblock(), time_machine.travel(NOON, tick=False):
        both = house(), house("peak-coffee", "Peak Coffee")
    yield both
    with django_db_blocker.unblock():
        empty_database()


@pytest.fixture
def own(houses: tuple[TeaHouse, TeaHouse]) -> TeaHouse:
    return deepcopy(houses[0])


@pytest.fixture
def rival(houses: tuple[TeaHouse, TeaHouse]) -> TeaHouse:
    return deepcopy(houses[1])
