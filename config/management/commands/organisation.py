"""`manage.py organisation`: a new tenant, ready to work: default policies, its rules, its first administrator."""

from argparse import ArgumentParser
from getpass import getpass
from typing import Any
from zoneinfo import available_timezones

from django.contrib.auth.password_validation import validate_password
from django.core.exceptions import ValidationError
from django.core.management.base import BaseCommand, CommandError
from django.db import transaction
from django.utils import timezone

from accounts.actor import Actor
from accounts.models import Organisation, Person
from accounts.roles import Role
from approvals.defaults import default_policies
from audit.record import record
from messaging.models import MessagingRules

SETTINGS = ("name", "slug", "timezone", "locale", "currency", "default_country")


class Command(BaseCommand):
    help = "Make an organisation with the default policies and its first administrator, who adds everybody else."
    requires_system_checks = ()

    def add_arguments(self, parser: ArgumentParser) -> None:
        parser.add_argument("slug", help="a short name for addresses and exports: harbour-tea")
        parser.add_argument("--name", required=True)
        parser.add_argument("--administrator", required=True, metavar="USERNAME")
        parser.add_argument("--timezone", default="Asia/Hong_Kong")
        parser.add_argument("--locale", default="en", help="language of answers: en, zh-hant or zh-hans")
        parser.add_argument("--currency", default="USD", help="what Meta bills you in")
        parser.add_argument("--default-country", default="HK", help="how a number without a country is read")

    def handle(self, *args: Any, **options: Any) -> None:
        if options["timezone"] not in available_timezones():
            raise CommandError(f"--timezone: there is no {options['timezone']!r}. Write one like Asia/Hong_Kong.")
        organisation = Organisation(**{name: options[name] for name in SETTINGS})
        administrator = Person(username=options["administrator"], role=Role.ADMIN, is_staff=True)
        password = getpass(f"Password for {administrator.username}: ")
        try:
            organisation.full_clean()
            administrator.full_clean(exclude=("password", "organisation"))
            validate_password(password, administrator)
        except ValidationError as error:
            raise CommandError("; ".join(error.messages)) from None
        administrator.set_password(password)
        make(organisation, administrator)
        self.stdout.write(f"{organisation.name} is ready. {administrator.username} signs in at /desk/.")


@transaction.atomic
def make(organisation: Organisation, administrator: Person) -> None:
    """Keep both, with the defaults, and write it into the organisation's record."""
    organisation.save(force_insert=True)
    administrator.organisation = organisation
    administrator.save(force_insert=True)
    MessagingRules.objects.create(organisation=organisation)
    default_policies(organisation)
    by = Actor.system(organisation, "command line")
    now = timezone.now()
    record("organisation.changed", organisation, by, now=now, fields=list(SETTINGS), added=True)
    record("person.changed", administrator, by, now=now, fields=["username"], role=administrator.role, added=True)
