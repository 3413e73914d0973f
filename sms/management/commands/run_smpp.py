from argparse import ArgumentParser
from typing import Any

from django.core.management.base import BaseCommand, CommandError
from django.utils.translation import gettext_lazy as _

from sms.gateways.smpp.serving import serve

LOOPBACK = ("127.0.0.1", "::1", "localhost")


class Command(BaseCommand):
    help = str(_("Hold the binds to message centres over SMPP, until told to stop. Run one for all accounts."))

    def add_arguments(self, parser: ArgumentParser) -> None:
        parser.add_argument("--host", default="127.0.0.1", help=str(_("Where lanes reach it; this machine only.")))
        parser.add_argument("--port", type=int, default=8775, help=str(_("As in the accounts' process_url.")))

    def handle(self, *args: Any, **options: Any) -> None:
        if options["host"] not in LOOPBACK:
            raise CommandError(_("--host must be this machine's own loopback: texts travel there unencrypted."))
        serve(options["host"], options["port"])
