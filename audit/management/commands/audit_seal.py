from argparse import ArgumentParser
from datetime import timedelta
from typing import Any

from django.core.management.base import BaseCommand
from django.utils import timezone

from audit import checkpoints, restored
from audit.seal import seal


class Command(BaseCommand):
    help = "Seals all finished audit entries and writes a checkpoint for every organisation with a new seal."

    def add_arguments(self, parser: ArgumentParser) -> None:
        parser.add_argument(
            "--after-restore",
            action="store_true",
            help="run once, as the owner of the tables and with every process stopped, after restoring from a dump",
        )

    def handle(self, *_: Any, **options: Any) -> None:
        if options["after_restore"]:
            self.stdout.write(f"New entries count from {restored.lift():,} on.")
        now = timezone.now()
        done = seal(now)
        written = checkpoints.write_due(now, every=timedelta(0))
        self.stdout.write(
            f"Sealed {done.entries:,} entries in {done.segments:,} segments, wrote {written} checkpoints."
        )
