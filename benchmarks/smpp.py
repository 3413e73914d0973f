"""`smpp_submit`: parts a second over one line, against what its window and the centre's latency let through."""

import asyncio
import http.client
import json
import os
import sys
import time
from collections.abc import Iterator
from itertools import count as counting
from typing import Any
from uuid import UUID, uuid4

from benchmarks.measuring import Outcome
from benchmarks.processes import free_port, running, started
from benchmarks.sms_gateways import dispatched, on_way, stage
from sms.gateways.gateway import Account
from sms.gateways.smpp.configuration import SmppConfiguration, SmppSecrets
from sms.gateways.smpp.hand_over import hand_over, references
from sms.gateways.smpp.line import Line
from sms.gateways.smpp.local import Handed
from sms.gateways.smpp.pdu import Pdu
from sms.text import Encoding

WINDOW = 50  # parts unanswered at once
ANSWER_AFTER = 0.05  # seconds
LIMIT = WINDOW / ANSWER_AFTER  # parts a second, by Little's law
TEXT = "Harbour Tea: Customer 1, spring tea is in. Stop: 21234567"
PATIENCE = 30.0  # seconds until the process is bound
_SECRETS = {"password": "bench", "process_secret": "bench-process-secret"}


def run(rounds: int, scale: int) -> Iterator[Outcome]:
    count = 5_000 * scale
    shape = f"window {WINDOW}, answers after {1000 * ANSWER_AFTER:.0f} ms"
    with running("benchmarks.smsc_sink", str(ANSWER_AFTER)) as centre, running("benchmarks.smsc_sink") as at_once:
        line = _against_limit("smpp_submit", "submits/s", rounds)
        line.measured = [asyncio.run(_submitted(centre, count)) for _round in range(rounds)]
        unhindered = asyncio.run(_submitted(at_once, count))
        line.notes += [f"{count:,} texts of one part a round, {shape}", f"answered at once {unhindered:,.0f}/s"]
        yield line
        whole = _against_limit("sms_dispatch_smpp", "messages/s", rounds)
        whole.measured = _by_process(centre, count, rounds)
        whole.notes.append(f"{count:,} texts from one lane by run_smpp, their ids kept; {shape}; all share the cores")
        yield whole


def _against_limit(name: str, unit: str, rounds: int) -> Outcome:
    """An outcome whose limit is not measured but computed: the same in every round."""
    return Outcome(name, unit, f"{unit} by window and latency", None, reference=[LIMIT] * rounds)


async def _submitted(port: int, count: int) -> float:
    """Texts of one part a second over a line of this process; their ids are kept nowhere."""
    account = Account(uuid4(), SmppConfiguration(**_configuration(port)), SmppSecrets.model_validate(_SECRETS), "")
    line = Line(account, _nothing_comes)
    held = asyncio.create_task(line.run())
    while not line.is_bound:
        await asyncio.sleep(0.01)
    texts, numbers = counting(), references()

    async def hand_over_some() -> None:
        while (n := next(texts)) < count:
            handed = Handed(
                reference=uuid4(), sender="#BENCH", to=f"+8526{n:07d}", text=TEXT, encoding=Encoding.GSM7
            )  # fmt: skip
            await hand_over(line, handed, next(numbers), _keep_nothing)

    began = time.perf_counter()
    await asyncio.gather(*(hand_over_some() for _place in range(2 * WINDOW)))  # somebody always waits for a place
    took = time.perf_counter() - began
    await line.stop()
    held.cancel()
    return count / took


async def _nothing_comes(unit: Pdu) -> bool:
    raise AssertionError(f"the sink delivered {unit}")


async def _keep_nothing(gateway_id: UUID, reference: UUID, keys: list[str], parts: int) -> None:
    assert len(keys) == parts


def _by_process(centre: int, count: int, rounds: int) -> list[float]:
    """Texts a second from a lane to the message centre, by the process that holds the binds."""
    port = free_port()
    configuration = {**_configuration(centre), "process_url": f"http://127.0.0.1:{port}"}
    one = on_way(stage("bench-smpp", count), "smpp", configuration, _SECRETS)
    with started([sys.executable, "-m", "benchmarks.smpp_process", str(port)], port, {**os.environ}):
        _wait_until_bound(port, one.way.account.id)
        return [dispatched(one, count) for _round in range(rounds)]


def _configuration(port: int) -> dict[str, Any]:
    return {"host": "127.0.0.1", "port": port, "system_id": "bench", "window": WINDOW}


def _wait_until_bound(port: int, gateway_id: UUID) -> None:
    until = time.monotonic() + PATIENCE
    while True:
        line = http.client.HTTPConnection("127.0.0.1", port, timeout=10)
        line.request("GET", "/health")
        state = json.loads(line.getresponse().read())["gateways"].get(str(gateway_id), {})
        line.close()
        if state.get("bound"):
            return
        assert time.monotonic() < until, f"run_smpp is not bound: {state}"
        time.sleep(0.1)
