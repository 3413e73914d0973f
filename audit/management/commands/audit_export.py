import sys
from argparse import ArgumentParser
from pathlib import Path
from typing import Any

from django.core.management.base import BaseCommand, CommandError
from django.utils import timezone

from accounts.models import Organisation
from audit.export import export


class Command(BaseCommand):
    help = "Writes the audit record as JSON lines that audit/verify.py checks without this system."

    def add_arguments(self, parser: ArgumentParser) -> None:
        parser.add_argument("--organisation", metavar="SLUG", help="only this organisation; all when left out")
        parser.add_argument("--output", type=Path, metavar="FILE", help="standard output when left out")

    def handle(self, *_: Any, **options: Any) -> None:
        organisation = _organisation(options["organisation"])
        if options["output"] is None:
            export(sys.stdout.buffer, timezone.now(), organisation)
            return
        with options["output"].open("wb") as out:
            entries, segments = export(out, timezone.now(), organisation)
        self.stdout.write(f"Wrote {entries:,} entries in {segments:,} segments to {options['output']}.")


def _organisation(slug: str | None) -> Organisation | None:
    if slug is None:
        return None
    found = Organisation.objects.filter(slug=slug).first()
    if found is None:
        known = ", ".join(Organisation.objects.order_by("slug").values_list("slug", flat=True))
        raise CommandError(f"--organisation: no organisation is called {slug!r}. There are: {known}")
    return found
