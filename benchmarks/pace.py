"""`dispatch_rtt`: a provider that answers after 100 ms, at the highest rate that Meta allows a number."""

from collections.abc import Iterator

from django.conf import settings

from benchmarks.delivery import queued, stage
from benchmarks.measuring import Bar, Outcome
from benchmarks.processes import running
from benchmarks.sink import Arrived, arrived
from messaging.engine.lanes import run_lane

PER_SECOND = 1_000
ANSWER_AFTER = "0.1"  # seconds


def run(rounds: int, scale: int) -> Iterator[Outcome]:
    """Both figures are the sink's: what it got from the first to the last message, and in its busiest second."""
    count = 20_000 * scale
    number, translation = stage("bench-pace", count, PER_SECOND)
    told: list[Arrived] = []
    with running("benchmarks.sink", ANSWER_AFTER) as port:
        settings.GRAPH_BASE_URL = f"http://127.0.0.1:{port}"
        for _round in range(rounds):
            run_lane(queued(number, translation, count).sender_id, 600.0, idle=1.0)
            told.append(arrived(port))
    rate = Outcome("dispatch_rtt", "messages/s", "messages/s allowed", Bar(0.95))
    rate.measured = [one.messages / one.seconds for one in told]
    rate.reference = [float(PER_SECOND)] * rounds
    rate.notes.append(f"{told[0].messages:,} messages a round, answered after {ANSWER_AFTER} s")
    busiest = Outcome("dispatch_rtt_busiest_second", "messages", "allowed in any second", Bar(1.0, above=False))
    busiest.measured, busiest.reference = [float(max(one.busiest for one in told))], [float(PER_SECOND)]
    busiest.notes.append("the worst of all rounds")
    yield rate
    yield busiest
