"""A real simulator process per test worker, put back to its start before each test, and somebody who is called back."""

from collections.abc import Iterator

import pytest

from simulators.process import SmsSimulator
from tests.sms.gateways.listener import Listener, listening

# Quick, and without limits, so that each test says which limit it is about.
QUICK = {
    "throughput_per_second": 0,
    "sent_seconds": 0.01,
    "delivered_seconds": 0.01,
    "reply_seconds": 0.01,
    "shuffle_seconds": 0.05,
    "batch_wait_seconds": 0.005,
    "webhook_backoff_seconds": 0.02,
}
SENDERS = ["#HARBOUR", "+85268001234"]


@pytest.fixture(scope="session")
def one_simulator(tmp_path_factory: pytest.TempPathFactory) -> Iterator[SmsSimulator]:
    accounts = {name: {"senders": SENDERS} for name in ("twilio", "vonage", "infobip", "plain")}
    with SmsSimulator(tmp_path_factory.mktemp("sms"), accounts=accounts, seed=7, misbehaviour=QUICK) as simulator:
        yield simulator


@pytest.fixture
def listener() -> Iterator[Listener]:
    with listening() as told:
        yield told


@pytest.fixture
def simulator(one_simulator: SmsSimulator, listener: Listener) -> SmsSimulator:
    one_simulator.reset()
    one_simulator.wait_until_quiet()
    for name in ("twilio", "vonage", "infobip", "plain"):
        one_simulator.set_account(name, inbound_url=f"{listener.url}/reply")
    return one_simulator
