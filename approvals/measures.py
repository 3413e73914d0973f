"""How long tools take and how they end, whichever face asked."""

import time
from collections.abc import Iterator
from contextlib import contextmanager

from prometheus_client import Histogram

from approvals.reasons import Refused
from approvals.registry import registry

TOOL_SECONDS = Histogram(
    "countersign_tool_seconds",
    "Seconds that a use of a tool took.",
    ["tool", "outcome"],
    buckets=(0.01, 0.03, 0.1, 0.3, 1.0, 3.0, 10.0, 30.0),
)


@contextmanager
def measured(name: str) -> Iterator[None]:
    """Count what is inside as one use of a tool. Names that nobody registered count as one: callers make them up."""
    began, outcome = time.perf_counter(), "crashed"
    try:
        yield
        outcome = "answered"
    except Refused:
        outcome = "refused"
        raise
    finally:
        tool = registry.get(name)
        TOOL_SECONDS.labels(tool.name if tool else "unknown", outcome).observe(time.perf_counter() - began)
