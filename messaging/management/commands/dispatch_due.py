from typing import Any

from django.core.management.base import BaseCommand
from django.utils.translation import gettext_lazy as _

from accounts.clock import database_now
from messaging.engine import breakers
from messaging.engine.reap import reap
from messaging.engine.release import release_due


class Command(BaseCommand):
    help = str(_("Do once what beat rings for: release what is due, close what broke off, look over what goes out."))

    def handle(self, *args: Any, **options: Any) -> None:
        released = release_due(database_now())
        unsure = reap(database_now())
        breakers.watch(database_now())
        self.stdout.write(f"{released} sends released, {unsure} messages unsure")
