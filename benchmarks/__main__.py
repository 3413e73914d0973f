"""`make bench`: python -m benchmarks [NAME ...] [--rounds 3] [--scale 1] [--save].

Runs on fresh servers with durability on (`config.servers run --fresh --durable`).
"""

import argparse
import os
import platform
import sys
import traceback
from collections.abc import Callable, Iterator
from datetime import date
from pathlib import Path

import django
from django.conf import settings
from django.db import connections

from benchmarks.measuring import HEADER, Outcome

Told = tuple[str, bool]
RESULTS = Path(__file__).parent / "RESULTS.md"


def main() -> int:
    parser = argparse.ArgumentParser(prog="benchmarks", description="Ratios to limits measured in the same run.")
    parser.add_argument("names", nargs="*", help="which ones; all when left out")
    parser.add_argument("--rounds", type=int, default=3)
    parser.add_argument("--scale", type=int, default=1, help="times the small size; 10 is the full one")
    parser.add_argument("--save", action="store_true", help="write benchmarks/RESULTS.md")
    asked = parser.parse_args()
    os.environ.setdefault("DJANGO_SETTINGS_MODULE", "config.settings")
    os.environ.setdefault("LOG_LEVEL", "WARNING")
    django.setup()
    settings.DEBUG = False  # it is on for its defaults alone; with it Django keeps every statement
    from django.core.management import call_command

    from benchmarks import (
        audience,
        combined,
        delivery,
        depth,
        desk,
        imports,
        lifecycle,
        materialise,
        mcp_read,
        memory,
        openloop,
        pace,
        per_task,
        record,
        statuses,
        webhooks,
        workers,
    )

    call_command("migrate", verbosity=0)
    known = {
        "audience_resolve": audience.run,
        "audit": record.run,
        "combined_k": combined.run,
        "csv_import": imports.run,
        "desk_queue": desk.run,
        "dispatch_fast": delivery.run,
        "dispatch_rtt": pace.run,
        "dispatch_two_workers": workers.run,
        "dispatch_vs_task_per_message": per_task.run,
        "lifecycle_cost": lifecycle.run,
        "materialise": materialise.run,
        "memory_flat": memory.run,
        "queue_depth": depth.run,
        "mcp_read": mcp_read.run,
        "status_apply": statuses.run,
        "webhook_intake": webhooks.run,
        "webhook_openloop": openloop.run,
    }
    unknown = set(asked.names) - set(known)
    if unknown:
        parser.error(f"no benchmark called {', '.join(sorted(unknown))}; there are {', '.join(known)}")
    rows, missed = [], []
    print(HEADER)
    for name in asked.names or known:
        for row, holds in _measured(name, known[name], asked.rounds, asked.scale):
            print(row, flush=True)
            rows.append(row)
            missed += [] if holds else [name]
    if asked.save:
        RESULTS.write_text(_page(rows, HEADER, asked.rounds, asked.scale), encoding="utf-8")
    return 1 if missed else 0


def _measured(name: str, run: Callable[[int, int], Iterator[Outcome]], rounds: int, scale: int) -> Iterator[Told]:
    """Its rows and whether each holds. One that breaks says so in a row of its own and leaves the later ones to run."""
    try:
        for outcome in run(rounds, scale):
            yield outcome.row(), outcome.holds
    except Exception as error:  # noqa: BLE001 - the run ends here for this one, and says so
        traceback.print_exc()
        connections.close_all()
        said = f"{type(error).__name__}: {error}".replace("|", "/").split("\n")[0]
        yield f"| `{name}` | - | - | - | - | broke | {said} |", False


def _page(rows: list[str], header: str, rounds: int, scale: int) -> str:
    machine = f"{os.cpu_count()} cores, {platform.system()} {platform.machine()}, Python {platform.python_version()}"
    return (
        f"# Results\n\n{date.today().isoformat()}, {machine}; {rounds} rounds, scale {scale}. Ratios are medians;"  # noqa: DTZ011
        " servers, sinks and clients share the cores. Absolute figures move by 20 % and more: read the ratios.\n\n"
        f"{header}\n" + "\n".join(rows) + "\n"
    )


if __name__ == "__main__":
    sys.exit(main())
