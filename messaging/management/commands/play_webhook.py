import sys
from argparse import ArgumentParser
from pathlib import Path
from typing import Any

from django.core.management.base import BaseCommand, CommandError

from messaging.inbox.playing import NotPlayed, account_in, play
from messaging.models import WhatsAppAccount


class Command(BaseCommand):
    help = (
        "Signs a captured webhook with the app secret of its account and posts it to the web process of this machine, "
        "byte for byte. What it tells is applied as if Meta had told it; told again, it changes nothing."
    )
    requires_system_checks = ()

    def add_arguments(self, parser: ArgumentParser) -> None:
        parser.add_argument("file", help="the body as it came, or - for standard input")
        parser.add_argument("--url", default="http://127.0.0.1:8000/webhook")
        parser.add_argument("--account", default="", help="WABA id whose app signs it (default: the one it speaks of)")
        parser.add_argument("--times", type=int, default=1, help="tell it so often, as Meta does now and then")

    def handle(self, *_: Any, **options: Any) -> None:
        if options["times"] < 1:
            raise CommandError("--times: say 1 or more.")
        raw = body_of(options["file"])
        secret = secret_of(options["account"] or account_in(raw))
        for _time in range(options["times"]):
            try:
                told = play(raw, secret, options["url"])
            except NotPlayed as error:
                raise CommandError(str(error)) from None
            self.stdout.write(f"{told.status} {told.body}")
            if told.status != 200:
                raise CommandError(f"It was not taken. {FIXES.get(told.status, 'Read the log of the web process.')}")


FIXES = {
    401: "The web process knows another app secret: does it use this database? A new one is known after ten seconds.",
    404: "Nothing takes webhooks there: the path is /webhook.",
    413: "Bodies above 4 MB are not read.",
    503: "It could not be stored; the log of the web process says why.",
}


def body_of(file: str) -> bytes:
    if file == "-":
        return sys.stdin.buffer.read()
    try:
        return Path(file).read_bytes()
    except OSError as error:
        raise CommandError(f"file: {file} cannot be read: {error.strerror}.") from None


def secret_of(waba_id: str) -> str:
    """The app secret of an account. Raises CommandError naming what is missing."""
    if not waba_id:
        raise CommandError("The file names no account (entry[0].id): name one with --account.")
    account = WhatsAppAccount.objects.filter(waba_id=waba_id).first()
    if account is None:
        raise CommandError(f"--account: there is no account {waba_id!r} here. Name one that is at the desk.")
    secret: str = account.app_secret
    if not secret:
        raise CommandError(f"The account {waba_id} has no app secret: enter it at the desk.")
    return secret
