"""`webhook_openloop`: 4,000 signed single-event posts a second whatever the server does, durable before their 200."""

import json
import os
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path
from typing import Any

from django.utils import timezone

from benchmarks import world
from benchmarks.measuring import Bar, Outcome
from benchmarks.processes import free_port, running, started
from messaging.models import Sender, WebhookEvent

PER_SECOND = 4_000
SECONDS = 20


def run(rounds: int, scale: int) -> Iterator[Outcome]:
    number, _translation = world.sender(world.organisation("bench-openloop"), timezone.now())
    rate = Outcome("webhook_openloop", "answers/s", "posts/s offered", Bar(0.98))
    half = Outcome("webhook_openloop_p50", "ms", "ms allowed", Bar(1.0, above=False))
    most = Outcome("webhook_openloop_p99", "ms", "ms allowed", Bar(1.0, above=False))
    port = free_port()
    with running("benchmarks.sink") as sink, started(web_server(port), port, {**os.environ}):
        warm_up(port, number)
        bare = posted(sink, number, PER_SECOND, 2)
        for _round in range(rounds):
            told = stored(port, number, PER_SECOND, SECONDS)
            for outcome, name, against in ((rate, "rate", PER_SECOND), (half, "p50", 50.0), (most, "p99", 250.0)):
                outcome.measured.append(told[name])
                outcome.reference.append(against)
    rate.notes.append(f"{SECONDS} s at {PER_SECOND:,} a second, generator on the same cores")
    rate.notes.append(f"to a bare sink {bare['rate']:,.0f}/s, p99 {bare['p99']:.0f} ms, {bare['busy']:.2f} of a core")
    yield from (rate, half, most)


def web_server(port: int, module: str = "benchmarks.web_process") -> list[str]:
    """The web process as the README says to run it, only without the memory that DEBUG brings."""
    return [
        sys.executable, "-m", "granian", "--interface", "wsgi", f"{module}:application",
        "--host", "127.0.0.1", "--port", str(port), "--workers", "2", "--blocking-threads", "16",
        "--log-level", "warning",
    ]  # fmt: skip


def warm_up(port: int, number: Sender) -> None:
    """Until both processes of the server have loaded and answer at once."""
    for _try in range(30):
        if posted(port, number, 200, 1)["p99"] < 250:
            return
    raise RuntimeError("the web server does not come to answer 200 posts a second")


def stored(port: int, number: Sender, rate: float, seconds: float) -> dict[str, Any]:
    """What the generator tells, once every answered post is found in the table."""
    before = WebhookEvent.objects.count()
    told = posted(port, number, rate, seconds)
    assert told["refused"] == 0, told
    assert told["answered"] == told["posts"], told
    assert WebhookEvent.objects.count() == before + told["answered"], "an answered webhook is missing"
    return told


def posted(port: int, number: Sender, rate: float, seconds: float) -> dict[str, Any]:
    process = posting(port, number, rate, seconds)
    told, _nothing = process.communicate(timeout=seconds + 60)
    return dict(json.loads(told))


def posting(
    port: int, number: Sender, rate: float, seconds: float, reports: Path | None = None
) -> subprocess.Popen[bytes]:
    """The generator, under way as a process of its own."""
    assert number.account is not None
    command = [sys.executable, "-m", "benchmarks.posting", str(port), str(rate), str(seconds)]
    command += [number.account.waba_id, number.provider_ref, number.account.app_secret]
    command += [str(reports)] if reports else []
    return subprocess.Popen(command, stdout=subprocess.PIPE)
