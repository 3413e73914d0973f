"""`dispatch_two_workers`: two senders served by two worker processes against one; and how a lane's cost grows."""

import os
import sys
import time
from collections.abc import Iterator
from contextlib import ExitStack

from django.conf import settings
from django.db.models import Min

from benchmarks.delivery import lane_rate, queued, rate_since, stage
from benchmarks.measuring import Outcome, in_turns
from benchmarks.processes import child, running
from messaging.models import Attempt, Sender, Status, TemplateTranslation

SIZES = (1_000, 5_000, 20_000)
PATIENCE = 300.0  # seconds

Stage = tuple[Sender, TemplateTranslation]


def run(rounds: int, scale: int) -> Iterator[Outcome]:
    count = 5_000 * scale
    stages = [stage(f"bench-workers-{name}", count) for name in ("east", "west")]
    with running("benchmarks.sink") as port:
        outcome = Outcome("dispatch_two_workers", "messages/s of two processes", "messages/s of one", None)
        outcome.notes.append(f"two senders, {count:,} messages each; the sink and the database share the two cores")
        in_turns(
            outcome, rounds, lambda: _together(stages, count, port, processes=2),
            lambda: _together(stages, count, port, processes=1),
        )  # fmt: skip
        settings.GRAPH_BASE_URL = f"http://127.0.0.1:{port}"
        outcome.notes.append(_growth())
        yield outcome


def _together(stages: list[Stage], count: int, port: int, processes: int) -> float:
    """Messages a second of both senders, from the first attempt to the last result."""
    environment = {
        **os.environ, "GRAPH_BASE_URL": f"http://127.0.0.1:{port}", "ENGINE_ORGANISATION_PER_SECOND": "100000",
        "ENGINE_LANES": str(len(stages) // processes),
    }  # fmt: skip
    sends = [queued(number, translation, count) for number, translation in stages]
    with ExitStack() as at_work:
        for _process in range(processes):
            at_work.enter_context(child([sys.executable, "-m", "benchmarks.lane_process"], environment))
        until = time.monotonic() + PATIENCE
        while any(send.messages.filter(status__in=(Status.QUEUED, Status.SENDING)).exists() for send in sends):
            assert time.monotonic() < until, "the worker processes are not through"
            time.sleep(0.1)
    began = Attempt.objects.filter(message__send__in=sends).aggregate(at=Min("started_at"))["at"]
    return rate_since(began, *sends)


def _growth() -> str:
    number, translation = stage("bench-growth", max(SIZES))
    rates = [f"{size:,}: {lane_rate(queued(number, translation, size)):,.0f}/s" for size in SIZES]
    return f"one lane by size of the send: {', '.join(rates)}"
