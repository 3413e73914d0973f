"""`combined_k`: the largest k at which k x (1,000 messages out and 4,000 reports in) a second go through together."""

import json
import os
import sys
import tempfile
import time
from collections.abc import Iterator
from contextlib import ExitStack
from dataclasses import dataclass
from pathlib import Path

from django.utils import timezone

from benchmarks.delivery import queued, stage
from benchmarks.measuring import Bar, Outcome
from benchmarks.openloop import posting, warm_up, web_server
from benchmarks.processes import child, free_port, running, started
from benchmarks.sink import arrived
from benchmarks.statuses import accepted, reports
from messaging.inbox.apply import apply_for, apply_waiting
from messaging.models import Attempt, Sender, TemplateTranslation, WebhookEvent

OUT, IN = 1_000, 4_000  # a second at k = 1
WANTED = 1.25
STEPS = (0.25, 0.5, 0.75, 1.0, 1.25, 1.5, 2.0)
LONGEST = 20  # seconds
ANSWERED_AFTER = 0.1  # seconds, like a call of the real Graph API
CATCHES_UP_WITHIN = 2.0  # seconds after the last post was answered


@dataclass(frozen=True, slots=True)
class Told:
    """Messages and answers a second, the slowest posts, and how long after the last post all reports were applied."""

    out: float
    answered: float
    p99: float
    behind: float

    def sustains(self, k: float) -> bool:
        through = self.out >= 0.95 * k * OUT and self.answered >= 0.95 * k * IN
        return through and self.p99 < 1_000 and self.behind <= CATCHES_UP_WITHIN

    def __str__(self) -> str:
        through = f"{self.out:,.0f} out and {self.answered:,.0f} in a second"
        return f"{through}, p99 {self.p99:,.0f} ms, {self.behind:.1f} s behind"


def run(rounds: int, scale: int) -> Iterator[Outcome]:
    """Once, whatever the rounds: k grows until one is not sustained."""
    seconds = min(5 * scale, LONGEST)
    number, translation = stage("bench-combined", int(STEPS[-1] * IN * seconds / 3))
    outcome = Outcome("combined_k", "k sustained", "k wanted", Bar(1.0))
    outcome.measured, outcome.reference = [0.0], [WANTED]
    port = free_port()
    with running("benchmarks.sink", str(ANSWERED_AFTER)) as sink, started(web_server(port), port, {**os.environ}):
        environment = {
            **os.environ, "GRAPH_BASE_URL": f"http://127.0.0.1:{sink}", "ENGINE_ORGANISATION_PER_SECOND": "100000",
        }  # fmt: skip
        warm_up(port, number)
        for k in STEPS:
            told = _together(k, seconds, (number, translation), (port, sink), environment)
            outcome.notes.append(f"k {k:g}: {told}")
            if not told.sustains(k):
                break
            outcome.measured = [k]
    outcome.notes.append(f"{seconds} s each, a message answered after {ANSWERED_AFTER:g} s")
    outcome.notes.append("web, lane, consumer, database, sink and generator on the same cores")
    yield outcome


def _together(
    k: float,
    seconds: int,
    stood: tuple[Sender, TemplateTranslation],
    ports: tuple[int, int],
    environment: dict[str, str],
) -> Told:
    """One k: reports on messages of an earlier send come in while a new one goes out."""
    number, translation = stood
    Sender.objects.filter(pk=number.pk).update(per_second=int(k * OUT))
    earlier = accepted(queued(number, translation, int(k * IN * seconds / 3)))
    while apply_waiting(timezone.now()):
        pass
    arrived(ports[1])
    with tempfile.TemporaryDirectory() as folder, ExitStack() as at_work:
        file = Path(folder) / "reports"
        file.write_text("\n".join(json.dumps(report) for report in reports(earlier)))
        send = queued(number, translation, int(k * OUT * seconds))
        at_work.enter_context(child([sys.executable, "-m", "benchmarks.lane_process"], environment))
        while not Attempt.objects.filter(message__send=send).exists():
            time.sleep(0.05)
        generator = posting(ports[0], number, k * IN, seconds, file)
        while generator.poll() is None:
            apply_for(1.0, timezone.now)
            time.sleep(0.02)
        ended = time.perf_counter()
        while apply_waiting(timezone.now()):
            pass
        behind = time.perf_counter() - ended
        assert generator.stdout is not None
        posted = json.loads(generator.stdout.read())
    sent = arrived(ports[1])
    assert not WebhookEvent.objects.filter(state=WebhookEvent.State.WAITING).exists()
    return Told(sent.messages / max(sent.seconds, 1e-9), posted["rate"], posted["p99"], behind)
