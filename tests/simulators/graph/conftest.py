"""A real simulator process per test worker, put back to its start before each test, and a webhook that listens."""

from collections.abc import Iterator
from pathlib import Path

import pytest
import requests

from messaging.whatsapp.client import Address, CloudApi, Credentials
from messaging.wire import new_session
from simulators.process import GraphSimulator
from tests.simulators.graph.business import Business
from tests.simulators.graph.listener import Listener

# Quick, and without the limits of the real one, so that each test says which limit it is about.
QUICK = {
    "throughput_per_second": 0,
    "pair_seconds": 0,
    "sent_seconds": 0.01,
    "delivered_seconds": 0.01,
    "read_seconds": 0.01,
    "reply_seconds": 0.01,
    "held_seconds": 0.01,
    "shuffle_seconds": 0.05,
    "review_seconds": 0.01,
    "batch_wait_seconds": 0.005,
    "webhook_backoff_seconds": 0.02,
}


@pytest.fixture(scope="session")
def one_listener() -> Iterator[Listener]:
    listener = Listener()
    yield listener
    listener.close()


@pytest.fixture(scope="session")
def one_simulator(one_listener: Listener, tmp_path_factory: pytest.TempPathFactory) -> Iterator[GraphSimulator]:
    state = tmp_path_factory.mktemp("graph")
    simulator = GraphSimulator(
        state, one_listener.url, phone_number_ids=("555001", "555002"), seed=7, misbehaviour=QUICK
    )
    with simulator:
        yield simulator


@pytest.fixture
def listener(one_listener: Listener) -> Listener:
    one_listener.forget()
    return one_listener


@pytest.fixture
def simulator(one_simulator: GraphSimulator, listener: Listener) -> GraphSimulator:
    one_simulator.reset()
    one_simulator.wait_until_quiet()
    listener.forget()
    return one_simulator


@pytest.fixture
def business(simulator: GraphSimulator) -> Iterator[Business]:
    business = Business(simulator)
    yield business
    business.close()


@pytest.fixture
def state(tmp_path: Path) -> Path:
    return tmp_path / "state"


@pytest.fixture
def session() -> Iterator[requests.Session]:
    session = new_session()
    yield session
    session.close()


@pytest.fixture
def api(simulator: GraphSimulator, session: requests.Session) -> CloudApi:
    """The product's own client, with the app secret's proof on every call."""
    return CloudApi(Credentials(simulator.token, simulator.app_secret), Address(simulator.base_url), session)
