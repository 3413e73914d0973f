"""What every test gets: the network is shut but for this machine, and people read English unless they say otherwise."""

import gc
import socket
from collections.abc import Iterator
from typing import Any

import pytest
from django.db import connection
from django.test import TransactionTestCase
from django.utils import translation
from pytest_django.plugin import DjangoDbBlocker

from accounts.tenancy import SYSTEM
from tests.databases import empty_database, migrated_database

LOOPBACK = {"127.0.0.1", "::1", "localhost"}


class NetworkIsShut(AssertionError):
    """A test reached out of this machine."""


@pytest.fixture(autouse=True, scope="session")
def network_is_shut() -> Iterator[None]:
    """Let sockets connect to this machine alone."""
    patch = pytest.MonkeyPatch()
    connect, connect_ex = socket.socket.connect, socket.socket.connect_ex

    def refuse_strangers(line: socket.socket, address: Any) -> None:
        if line.family != socket.AF_UNIX and address[0] not in LOOPBACK:
            raise NetworkIsShut(f"This test tried to reach {address[0]}; tests talk to this machine alone.")

    def guarded_connect(line: socket.socket, address: Any) -> None:
        refuse_strangers(line, address)
        connect(line, address)

    def guarded_connect_ex(line: socket.socket, address: Any) -> int:
        refuse_strangers(line, address)
        return connect_ex(line, address)

    patch.setattr(socket.socket, "connect", guarded_connect)
    patch.setattr(socket.socket, "connect_ex", guarded_connect_ex)
    yield
    patch.undo()


@pytest.fixture(autouse=True)
def english_is_read() -> Iterator[None]:
    """A page that a test before this one asked for in Chinese leaves its language active in the thread."""
    with translation.override("en"):
        yield


@pytest.fixture(scope="session")
def django_db_modify_db_settings(django_db_modify_db_settings: None, django_db_blocker: DjangoDbBlocker) -> None:
    """The test database is made, and removed at the end, by the login role: the one that is worked as owns nothing."""
    connection.settings_dict["OPTIONS"].pop("assume_role")
    with django_db_blocker.unblock():
        connection.settings_dict["TEST"]["TEMPLATE"] = migrated_database()


@pytest.fixture(scope="session")
def django_db_setup(django_db_setup: None, django_db_blocker: DjangoDbBlocker) -> Iterator[None]:
    """Work as the product does, under the row-level policies, in a database that was made by the owner.

    Tests that commit have all tables emptied after them, the audit record too, which no role may do in earnest.
    """
    options = connection.settings_dict["OPTIONS"]
    with django_db_blocker.unblock():
        connection.close()
    options["assume_role"] = SYSTEM
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(TransactionTestCase, "_fixture_teardown", lambda case: empty_database())
        yield
    del options["assume_role"]
    with django_db_blocker.unblock():
        connection.close()


def pytest_collection_modifyitems(items: list[pytest.Item]) -> None:
    """Begin with the stories: whoever works on the longest test last leaves the other core idle."""
    items.sort(key=lambda item: "stories" not in item.path.parts)


def pytest_collection_finish() -> None:
    """Six thousand tests and all of Django are there to stay: the collector need not walk them again and again."""
    gc.collect()
    gc.freeze()
    gc.set_threshold(20_000, 20, 20)
