from argparse import ArgumentParser
from typing import Any

from django.conf import settings
from django.core.management.base import BaseCommand, CommandError

from accounts.clock import database_now
from messaging.carriers import carrier
from messaging.models import WhatsAppAccount
from messaging.whatsapp.client import CloudApi
from messaging.whatsapp.connecting.checking import check
from messaging.whatsapp.connecting.finding import Level
from messaging.whatsapp.connecting.webhooks import PATH


class Command(BaseCommand):
    help = (
        "Checks a WhatsApp account step by step: secrets, token, expiry, scopes, account, numbers, health, webhook "
        "subscription, our own address, payment; and says what to mend. Changes nothing. Ends with 1 while something "
        "is to be mended."
    )
    requires_system_checks = ()

    def add_arguments(self, parser: ArgumentParser) -> None:
        parser.add_argument("waba_id", nargs="?", default="", help="which account; not needed when there is only one")
        parser.add_argument("--address", default=f"{settings.PUBLIC_URL.rstrip('/')}{PATH}",
                            help="where Meta is to post webhooks (default: PUBLIC_URL/webhook)")  # fmt: skip

    def handle(self, *_: Any, **options: Any) -> None:
        account = account_of(options["waba_id"])

        def api() -> CloudApi:
            made: CloudApi = carrier("whatsapp").api(account)  # type: ignore[attr-defined]
            return made

        self.stdout.write(f"{account.name} ({account.waba_id}) of {account.organisation}")
        to_mend = 0
        for finding in check(account, api, options["address"], database_now(), None):
            to_mend += finding.level is Level.MEND
            self.stdout.write(str(finding))
        if to_mend:
            raise CommandError(f"{to_mend} to mend.")
        self.stdout.write("Ready.")


def account_of(waba_id: str) -> WhatsAppAccount:
    """The account that is meant. Raises CommandError naming those there are."""
    accounts = list(WhatsAppAccount.objects.select_related("organisation").order_by("waba_id"))
    meant = [one for one in accounts if waba_id in ("", one.waba_id)]
    if len(meant) == 1:
        return meant[0]
    if not accounts:
        raise CommandError("There is no WhatsApp account yet: add one at the desk.")
    known = ", ".join(one.waba_id for one in accounts)
    raise CommandError(f"waba_id: {f'there is no {waba_id!r}' if waba_id else 'say which one'}. There are {known}.")
