"""Playing cells one after the other on one stack, and telling how each went."""

import sys
import time
import traceback
from collections.abc import Iterable
from dataclasses import dataclass, field
from random import Random
from zlib import crc32

from django.db import connection

from tests.faults.business import Business
from tests.faults.case import Case
from tests.faults.cells import Cell
from tests.faults.judging import wrongs
from tests.faults.stack import Stack

# What the provider does when a cell says nothing else: quick, honest, chatty.
WELL_BEHAVED = {
    "latency_seconds": 0.02, "latency_jitter_seconds": 0.03, "throughput_per_second": 0, "sent_seconds": 0.1,
    "delivered_seconds": 0.1, "read_seconds": 0.15, "read_share": 0.6, "batch_wait_seconds": 0.05,
    "webhook_backoff_seconds": 0.3, "webhook_tries": 12, "webhook_timeout_seconds": 4.0, "review_seconds": 0.0,
    "management_calls_per_hour": 0, "template_creations_per_hour": 0,
}  # fmt: skip
GATEWAYS_WELL_BEHAVED = {
    "latency_seconds": 0.02, "latency_jitter_seconds": 0.03, "throughput_per_second": 0, "sent_seconds": 0.1,
    "delivered_seconds": 0.15, "webhook_backoff_seconds": 0.3, "webhook_tries": 12, "webhook_timeout_seconds": 4.0,
}  # fmt: skip


@dataclass(slots=True)
class Outcome:
    """How one cell went: nothing wrong, or what. Times in seconds."""

    cell: str
    seed: int
    seconds: float
    wrongs: list[str] = field(default_factory=list)

    def __str__(self) -> str:
        if not self.wrongs:
            return f"ok    {self.cell} seed {self.seed} ({self.seconds:.1f} s)"
        said = "".join(f"\n      {line}" for wrong in self.wrongs for line in wrong.splitlines())
        again = f"python -m tests.faults --cell {self.cell} --seed {self.seed}"
        return f"WRONG {self.cell} seed {self.seed} ({self.seconds:.1f} s){said}\n      again: {again}"


def play(stack: Stack, business: Business, wanted: Iterable[tuple[Cell, int]]) -> Iterable[Outcome]:
    breaks: frozenset[str] = frozenset()
    for cell, seed in wanted:
        began = time.monotonic()
        stack.lay_out(cell.layout)
        case = _prepared(stack, business, cell, seed)
        case.still_breaks = breaks
        found = _played(cell, case)
        breaks = case.breaks
        yield Outcome(cell.name, seed, time.monotonic() - began, found)


def _prepared(stack: Stack, business: Business, cell: Cell, seed: int) -> Case:
    """Nothing of the cells before stands in the way."""
    connection.close()
    stack.faults.begin()
    stack.simulator.reset(keep_templates=True)
    stack.simulator.misbehave(**WELL_BEHAVED)
    for texts in (stack.gateways, stack.centre):
        texts.reset()
    stack.gateways.misbehave(**GATEWAYS_WELL_BEHAVED)
    stack.wait_until_ready()
    business.recover()
    chance = Random(crc32(f"{cell.name} {seed}".encode()))
    return Case(
        stack, business, chance, stack.simulator.journal_end(), stack.log_sizes(),
        texts_from=stack.gateways.journal_end(), submits_from=stack.centre.journal_end(),
    )  # fmt: skip


def _played(cell: Cell, case: Case) -> list[str]:
    try:
        cell.play(case)
        case.settle()
        return wrongs(case)
    except Exception as trouble:  # noqa: BLE001 - the cell ends here, the next one is played all the same
        if "--trace" in sys.argv:
            traceback.print_exc()
        case.faults.let_all_go()
        return [f"{type(trouble).__name__}: {trouble} ({_where(trouble)})", *_still_wrong(case)]


def _where(trouble: Exception) -> str:
    """The innermost line of the harness: an assertion often says nothing else."""
    ours = [frame for frame in traceback.extract_tb(trouble.__traceback__) if "/tests/faults/" in frame.filename]
    return f"{ours[-1].filename.rpartition('/')[2]}:{ours[-1].lineno}"


def _still_wrong(case: Case) -> list[str]:
    """After trouble: what the rows say all the same, as far as they can be asked."""
    connection.close()
    try:
        return wrongs(case)
    except Exception as trouble:  # noqa: BLE001 - the first trouble is what counts
        return [f"and then {type(trouble).__name__}: {trouble}"]
