"""`make bench`: python -m benchmarks [NAME ...] [--rounds 3] [--scale 1] [--save].

Runs on fresh servers with durability on (`config.servers run --fresh --durable`).
"""

import argparse
import importlib
import os
import platform
import sys
import traceback
from collections.abc import Callable, Iterator
from datetime import date
from pathlib import Path

import django
from django.conf import settings
from django.core.management import call_command
from django.db import connections

from benchmarks.measuring import HEADER, Outcome

Told = tuple[str, bool]
Run = Callable[[int, int], Iterator[Outcome]]
RESULTS = Path(__file__).parent / "RESULTS.md"

# Name -> the module whose `run` measures it; they are imported when Django is ready.
BENCHMARKS = {
    "audience_resolve": "audience",
    "audit": "record",
    "combined_k": "combined",
    "csv_import": "imports",
    "desk_queue": "desk",
    "dispatch_fast": "delivery",
    "dispatch_rtt": "pace",
    "dispatch_two_workers": "workers",
    "dispatch_vs_task_per_message": "per_task",
    "lifecycle_cost": "lifecycle",
    "materialise": "materialise",
    "memory_flat": "memory",
    "queue_depth": "depth",
    "mcp_read": "mcp_read",
    "status_apply": "statuses",
    "webhook_intake": "webhooks",
    "webhook_openloop": "openloop",
    "sms_count_parts": "sms_counting",
    "sms_dispatch": "sms_gateways",
    "smpp_submit": "smpp",
    "short_link_redirect": "redirects",
    "sms_cost_preview": "cost_preview",
}


def main() -> int:
    asked = _asked()
    _make_ready()
    rows: list[str] = []
    all_hold = True
    print(HEADER)
    for name in asked.names or BENCHMARKS:
        for row, holds in _measured(name, asked.rounds, asked.scale):
            print(row, flush=True)
            rows.append(row)
            all_hold = all_hold and holds
    if asked.save:
        RESULTS.write_text(_page(rows, HEADER, asked.rounds, asked.scale), encoding="utf-8")
    return 0 if all_hold else 1


def _asked() -> argparse.Namespace:
    """The command line; ends the process when it names a benchmark that there is not."""
    parser = argparse.ArgumentParser(prog="benchmarks", description="Ratios to limits measured in the same run.")
    parser.add_argument("names", nargs="*", help="which ones; all when left out")
    parser.add_argument("--rounds", type=int, default=3)
    parser.add_argument("--scale", type=int, default=1, help="times the small size; 10 is the full one")
    parser.add_argument("--save", action="store_true", help="write benchmarks/RESULTS.md")
    asked = parser.parse_args()
    unknown = set(asked.names) - set(BENCHMARKS)
    if unknown:
        parser.error(f"no benchmark called {', '.join(sorted(unknown))}; there are {', '.join(BENCHMARKS)}")
    return asked


def _make_ready() -> None:
    os.environ.setdefault("DJANGO_SETTINGS_MODULE", "config.settings")
    os.environ.setdefault("LOG_LEVEL", "WARNING")
    django.setup()
    settings.DEBUG = False  # it is on for its defaults alone; with it Django keeps every statement
    call_command("migrate", verbosity=0)


def _measured(name: str, rounds: int, scale: int) -> Iterator[Told]:
    """Its rows and whether each holds. One that breaks says so in a row of its own and leaves the later ones to run."""
    try:
        run: Run = importlib.import_module(f"benchmarks.{BENCHMARKS[name]}").run
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
