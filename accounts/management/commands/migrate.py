"""Django's `migrate`, run as the role that logged in, with the row-level policies declared at its end.

A database that a later version of ours has migrated, or one from before the migrations were folded, is left alone.
"""

from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any

from django.core.exceptions import ImproperlyConfigured
from django.core.management.base import CommandError
from django.core.management.commands import migrate
from django.db import DEFAULT_DB_ALIAS, connection
from django.db.migrations.loader import MigrationLoader

from accounts.row_security import declare, make_roles


class Command(migrate.Command):
    def handle(self, *args: Any, **options: Any) -> None:
        if options["database"] != DEFAULT_DB_ALIAS:
            super().handle(*args, **options)
            return
        only_looks = options["check_unapplied"] or options["plan"]
        with _logged_in():
            refuse_a_strangers_database()
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


def refuse_a_strangers_database() -> None:
    loader = MigrationLoader(connection, ignore_no_migrations=True)
    known = {*loader.disk_migrations, *loader.replacements}
    strange = sorted(f"{app}.{name}" for app, name in loader.applied_migrations if (app, name) not in known)
    strange = [name for name in strange if name.partition(".")[0] in loader.migrated_apps]
    if strange:
        raise CommandError(
            f"This database was migrated by another version of Countersign, which knew {', '.join(strange)}. Run that "
            "version, or give this one a database of its own. (`make clean` removes the demo's.)"
        )


def _make_roles() -> None:
    try:
        make_roles()
    except ImproperlyConfigured as problem:
        raise CommandError(str(problem)) from problem
