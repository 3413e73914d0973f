from argparse import ArgumentParser
from pathlib import Path
from typing import Any

from django.core.management.base import BaseCommand, CommandError

from audit.verify import told, verify


class Command(BaseCommand):
    help = "Checks an audit export, like `python audit/verify.py`, which needs nothing of this system."
    requires_system_checks = ()

    def add_arguments(self, parser: ArgumentParser) -> None:
        parser.add_argument("export", type=Path, metavar="FILE")
        parser.add_argument("--checkpoints", type=Path, metavar="DIR", help="folder of checkpoint files")
        parser.add_argument("--public-key", action="append", default=[], help="a signer you trust; may be repeated")

    def handle(self, *_: Any, **options: Any) -> None:
        try:
            report = verify(options["export"], options["checkpoints"], tuple(options["public_key"]))
        except OSError as error:
            raise CommandError(str(error), returncode=2) from None
        if report.findings:
            raise CommandError("\n".join(told(report)))
        self.stdout.write("\n".join(told(report)))
