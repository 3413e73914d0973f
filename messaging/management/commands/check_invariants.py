import json
from argparse import ArgumentParser
from datetime import timedelta
from typing import Any

from django.core.management.base import BaseCommand, CommandError
from django.utils import timezone

from messaging.invariants import Broken, Scope, broken_invariants


class Command(BaseCommand):
    help = (
        "Asks the database whether every promise holds: sums, one hand-over a message, countersignatures, opt-outs, "
        "caps, costs, the record. Reads only. Ends with 0 when all hold, with 1 when one does not."
    )
    requires_system_checks = ()

    def add_arguments(self, parser: ArgumentParser) -> None:
        parser.add_argument("--days", type=float, help="only sends and requests made in the last so many days")
        parser.add_argument("--grace", type=float, default=300.0, help="seconds that work may lie before it is late")
        size = parser.add_mutually_exclusive_group()
        size.add_argument("--short", action="store_true", help="one line")
        size.add_argument("--json", action="store_true", help="everything, for programs")

    def handle(self, *_: Any, **options: Any) -> None:
        days = options["days"]
        since = timezone.now() - timedelta(days=days) if days is not None else None
        found = broken_invariants(scope=Scope(since, timedelta(seconds=options["grace"])))
        said = _as_json(found) if options["json"] else _in_words(found, short=options["short"])
        if found and not options["json"]:
            raise CommandError(said)
        self.stdout.write(said)
        if found:
            raise SystemExit(1)


def _in_words(found: list[Broken], *, short: bool) -> str:
    if not found:
        return "All invariants hold."
    summary = f"{len(found)} invariants do not hold: {', '.join(f'{one.code} ({one.count})' for one in found)}"
    return summary if short else "\n\n".join([summary, *map(str, found)])


def _as_json(found: list[Broken]) -> str:
    broken = [{"code": one.code, "text": one.text, "count": one.count, "rows": one.rows} for one in found]
    return json.dumps({"holds": not found, "broken": broken}, indent=1)
