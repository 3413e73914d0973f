"""`manage.py rotate_secrets`: everything encrypted is written anew with the first of SECRETS_KEYS."""

from typing import Any

from django.core.management.base import BaseCommand, CommandError

from accounts.rotation import rotate_secrets


class Command(BaseCommand):
    help = (
        "Writes every encrypted value anew with the first key of SECRETS_KEYS, so that the others can be taken away. "
        "May run while everything runs, and again after a break; ends with 1 when something cannot be read."
    )

    def handle(self, *args: Any, **options: Any) -> None:
        count = rotate_secrets()
        self.stdout.write(f"{count.rewritten} rewritten, {count.current} already under the first key")
        for place in count.unreadable:
            self.stderr.write(f"cannot be read with any key: {place}")
        if count.unreadable:
            raise CommandError("Put the key that these were written with back into SECRETS_KEYS; remove none.")
