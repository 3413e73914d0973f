"""`manage.py demo`: the whole job on real parts, as `make demo` shows it."""

import signal
from argparse import ArgumentParser
from pathlib import Path
from types import FrameType
from typing import Any

from django.conf import settings
from django.core.management.base import BaseCommand, CommandError

STORIES = ("all", "broadcast", "sms", "inbox")


class Command(BaseCommand):
    help = "Plays the main job on real parts and leaves the desk running. For development: its passwords are known."
    requires_system_checks = ()

    def add_arguments(self, parser: ArgumentParser) -> None:
        parser.add_argument("--once", action="store_true", help="stop everything after the table; 0 if the sums close")
        parser.add_argument("--story", choices=STORIES, default="all")
        parser.add_argument("--contacts", type=Path, help="another contact file")
        parser.add_argument("--folder", type=Path, default=settings.DATA_DIR / "demo", help="logs, journal, export")
        parser.add_argument("--due-in", type=float, default=20.0, help="seconds until the broadcast's time")
        parser.add_argument("--per-second", type=int, default=150, help="messages a second the number may carry")
        parser.add_argument("--any-port", action="store_true", help="take free ports")

    def handle(self, *args: Any, **options: Any) -> None:
        if not settings.DEBUG:
            raise CommandError("The demo's passwords are known to everybody: it runs with DEBUG=1 alone (make demo).")
        if options["contacts"] and not options["contacts"].is_file():
            raise CommandError(f"--contacts: there is no file {options['contacts']}.")
        try:
            from config.demo import showing
        except ImportError as missing:
            raise CommandError(f"{missing}. The demo needs requirements/dev.txt: make venv") from None
        for number in (signal.SIGTERM, signal.SIGHUP):
            signal.signal(number, _stop)
        try:
            holds = showing.show(**{name: options[name] for name in showing.WISHES})
        except KeyboardInterrupt:
            self.stderr.write("\nStopped; everything is down.")
            raise SystemExit(130) from None
        except showing.TROUBLES as trouble:
            raise CommandError(str(trouble)) from None
        if not holds:
            raise SystemExit(1)


def _stop(number: int, frame: FrameType | None) -> None:
    raise KeyboardInterrupt
