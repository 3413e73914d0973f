"""The command line: `python -m tests.faults`."""

import argparse
import logging
import os
import resource
import signal
import sys
import tempfile
import time
from collections.abc import Iterator
from itertools import islice
from pathlib import Path
from random import Random
from typing import TYPE_CHECKING

from tests.faults.parts import FEWEST, play_parts
from tests.faults.stack import LAYOUTS, Stack

if TYPE_CHECKING:
    from tests.faults.cells import Cell


def parser() -> argparse.ArgumentParser:
    words = argparse.ArgumentParser(prog="python -m tests.faults", description="Faults done to a real stack.")
    words.add_argument("--cell", action="append", default=[], metavar="NAME", help="only cells whose name has this")
    words.add_argument("--seeds", type=int, default=0, help="play so many cells by chance instead of each once")
    words.add_argument("--seed", type=int, default=1, help="the seed of a cell, or the first of many")
    words.add_argument("--parts", type=int, default=2, help="so many stacks side by side (default: %(default)s)")
    words.add_argument("--part", type=int, default=0, help="play only what falls to this one of the parts")
    words.add_argument("--all", action="store_true", help="the rare cells too")
    words.add_argument("--list", action="store_true", help="name the cells and stop")
    words.add_argument("--trace", action="store_true", help="show where a cell broke off")
    return words


def main() -> int:
    chosen = parser().parse_args()
    signal.signal(signal.SIGTERM, lambda *_: sys.exit(143))  # so that nothing we started is left behind
    if _are_many(chosen):
        return play_parts(sys.argv[1:], chosen.parts)
    folder = Path(tempfile.mkdtemp(prefix="countersign-faults-logs-"))
    stack = Stack(folder)
    began = time.monotonic()
    try:
        stack.start_servers()
        import django

        django.setup()
        _log_to(folder / "harness.log")
        return _run(stack, chosen, began)
    finally:
        stack.stop()
        sys.stdout.flush()


def _are_many(chosen: argparse.Namespace) -> bool:
    """Whether it pays to have several stacks."""
    is_whole = not (chosen.part or chosen.list or chosen.cell)
    return is_whole and chosen.parts > 1 and (not chosen.seeds or chosen.seeds >= FEWEST)


def _log_to(log: Path) -> None:
    """What the product logs in our own process, as that of a person at the desk, is kept with the other logs."""
    for handler in logging.getLogger().handlers:
        if isinstance(handler, logging.StreamHandler):
            handler.setStream(log.open("a"))


def _run(stack: Stack, chosen: argparse.Namespace, began: float) -> int:
    from django.core.management import call_command

    from tests.faults.cells import CELLS

    cells = [cell for cell in CELLS.values() if _is_wanted(cell, chosen)]
    if chosen.list or not cells:
        _say("\n".join(cell.name for cell in cells) or "No cell has such a name.")
        return 0 if cells else 2
    call_command("migrate", verbosity=0)
    from tests.faults.business import open_business
    from tests.faults.running import play

    stack.simulator.misbehave(review_seconds=0.0)
    business = open_business(stack)
    _say(f"up after {time.monotonic() - began:.0f} s; logs in {stack.folder}")
    passed = failed = 0
    for outcome in play(stack, business, islice(_wanted(cells, chosen), max(chosen.part - 1, 0), None, _step(chosen))):
        passed, failed = passed + (not outcome.wrongs), failed + bool(outcome.wrongs)
        _say(str(outcome))
    stack.stop_members()
    if not chosen.cell:
        failed += _ask_all_together()
    took, computed = time.monotonic() - began, resource.getrusage(resource.RUSAGE_CHILDREN)
    _say(f"{took:.0f} s in all, {computed.ru_utime + computed.ru_stime:.0f} s of a core by the members")
    _say(f"PostgreSQL broke up {stack.servers.deadlocks()} deadlocks")
    _say(f"{passed} passed, {failed} failed")
    return 1 if failed else 0


def _ask_all_together() -> int:
    """Whether everything holds over all cells, and how long it takes to ask; the number of rules that do not."""
    from datetime import timedelta

    from messaging.invariants import Scope, broken_invariants
    from messaging.models import Message

    began = time.monotonic()
    found = broken_invariants(scope=Scope(grace=timedelta(0), told_within=timedelta(hours=2)))
    _say(f"asked of all {Message.objects.count():,} messages in {time.monotonic() - began:.1f} s: {len(found)} wrong")
    if found:
        _say("\n".join(["WRONG over all cells together", *(f"      {one}" for one in found)]))
    return len(found)


def _is_wanted(cell: "Cell", chosen: argparse.Namespace) -> bool:
    if chosen.cell:
        return any(part in cell.name for part in chosen.cell)
    return chosen.all or bool(chosen.seeds) or not cell.rare


def _wanted(cells: "list[Cell]", chosen: argparse.Namespace) -> "Iterator[tuple[Cell, int]]":
    """Each cell once, those of one layout together; or cells by chance, ten of a layout at a time."""
    if not chosen.seeds:
        order = list(LAYOUTS)
        yield from ((cell, chosen.seed) for cell in sorted(cells, key=lambda cell: order.index(cell.layout)))
        return
    chance = Random(chosen.seed)
    seeds = iter(range(chosen.seed, chosen.seed + chosen.seeds))
    while True:
        layout = chance.choice(cells).layout
        some = [cell for cell in cells if cell.layout == layout]
        for _ in range(10):
            seed = next(seeds, None)
            if seed is None:
                return
            yield chance.choice(some), seed


def _step(chosen: argparse.Namespace) -> int:
    return int(chosen.parts) if chosen.part else 1


def _say(words: str) -> None:
    sys.stdout.write(f"{words}\n")
    sys.stdout.flush()


if __name__ == "__main__":
    status = main()
    os._exit(status)
