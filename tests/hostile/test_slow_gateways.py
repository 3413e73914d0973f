"""Two pretend gateways that take their time: the second is not asked when its answer could come too late."""

import time
from collections.abc import Iterator
from pathlib import Path
from types import SimpleNamespace
from typing import Any
from uuid import UUID

import pytest

from messaging.carriers import Outgoing, Retry, SendFailed
from messaging.engine.pacing import Limit
from simulators.process import SmsSimulator
from sms.carrier import SmsCarrier
from sms.gateways import http
from sms.gateways.gateway import Account
from sms.ways import Way
from tests.simulators.sms.customers import at_infobip, at_twilio
from tests.thoroughness import THOROUGH

pytestmark = pytest.mark.skipif(not THOROUGH, reason="waits for slow gateways")
FIRST, SECOND = UUID(int=1), UUID(int=2)


@pytest.fixture
def simulator(tmp_path: Path) -> Iterator[SmsSimulator]:
    accounts: dict[str, dict[str, Any]] = {name: {"senders": ["#HARBOUR"]} for name in ("twilio", "infobip")}
    with SmsSimulator(tmp_path, accounts=accounts) as running:
        yield running


@pytest.fixture
def carrier(simulator: SmsSimulator, monkeypatch: pytest.MonkeyPatch) -> SmsCarrier:
    """One that waits two seconds for a gateway: half of one to connect, and the rest for the answer."""
    monkeypatch.setattr(http, "CONNECT_SECONDS", 0.5)
    monkeypatch.setattr(http, "READ_SECONDS", 1.5)
    ways = {}
    for key, (adapter, configuration, secrets) in ((FIRST, at_twilio(simulator)), (SECOND, at_infobip(simulator))):
        account = Account(key, configuration, secrets, "http://127.0.0.1:9")
        ways[key] = Way(account, adapter, adapter.name, Limit(f"test:slow:{time.monotonic()}:{key}", 50))
    return SmsCarrier(ways.get)


def text(carrier: SmsCarrier, seconds: float) -> str:
    body = {"text": "Spring tea", "encoding": "GSM-7", "parts": 1, "ways": [str(FIRST), str(SECOND)]}
    until = time.monotonic() + seconds
    outgoing = Outgoing(UUID(int=9), "#HARBOUR", "+85261234567", "phone", body, until)
    return carrier.send(SimpleNamespace(number="#HARBOUR"), outgoing).provider_id


def test_a_slow_refusal_leaves_no_time_for_the_next_gateway(simulator: SmsSimulator, carrier: SmsCarrier) -> None:
    """Asking one takes up to six seconds here: 2 for its pace, 2 for the exchange, 2 for writing down."""
    simulator.misbehave(gateway="twilio", every_text_refused="throttled", latency_seconds=1.2)
    with pytest.raises(SendFailed) as raised:
        text(carrier, 7.0)
    assert (raised.value.code, raised.value.retry) == ("no_time", Retry.NOT_ATTEMPTED)
    assert simulator.witness().accepted.total() == 0


def test_with_time_left_the_next_gateway_takes_it(simulator: SmsSimulator, carrier: SmsCarrier) -> None:
    simulator.misbehave(gateway="twilio", every_text_refused="throttled", latency_seconds=1.2)
    assert text(carrier, 9.0).startswith("infobip:")
    deadline = time.monotonic() + 5
    while simulator.witness().accepted.total() == 0 and time.monotonic() < deadline:
        time.sleep(0.05)  # the simulator answers before it writes its journal
    assert simulator.witness().accepted.total() == 1
