"""Django's `migrate`, run as the role that logged in, with the row-level policies declared at its end."""

from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any

from django.core.exceptions import ImproperlyConfigured
from django.core.management.base import CommandError
from django.core.management.commands import migrate
from django.db import DEFAULT_DB_ALIAS, connection

from accounts.row_security import declare, make_roles


class Command(migrate.Command):
    def handle(self, *args: Any, **options: Any) -> None:
        if options["database"] != DEFAULT_DB_ALIAS:
            super().handle(*args, **options)
            return
        only_looks = options["check_unapplied"] or options["plan"]
        with _logged_in():
            if not only_looks:
                _make_roles()
            super().handle(*args, **options)
            if not only_looks and (changed := declare()) and options["verbosity"] > 0:
                self.stdout.write(f"Declared whose rows are whose on {changed} tables.")


@contextmanager
def _logged_in() -> Iterator[None]:
    """Connections that assume no role: before the first run there is none to assume."""
    options = connection.settings_dict["OPTIONS"]
    role = options.pop("assume_role", None)
    if role is None:
        yield
        return
    connection.close()
    try:
        yield
    finally:
        options["assume_role"] = role
        connection.close()


def _make_roles() -> None:
    try:
        make_roles()
    except ImproperlyConfigured as problem:
        raise CommandError(str(problem)) from problem
