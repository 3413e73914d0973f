"""`manage.py migrate` keeps its hands off what another version has migrated."""

import pytest
from django.core.management.base import CommandError
from django.db import connection
from django.db.migrations.recorder import MigrationRecorder

from accounts.management.commands.migrate import refuse_a_strangers_database
from accounts.tenancy import as_login_role

pytestmark = pytest.mark.django_db


def record(app: str, name: str) -> None:
    with as_login_role():
        MigrationRecorder(connection).record_applied(app, name)


def test_a_database_of_ours_is_let_pass_whatever_other_packages_once_migrated() -> None:
    record("teapots", "0001_initial")
    refuse_a_strangers_database()


def test_a_database_that_another_version_migrated_is_refused_by_name() -> None:
    record("messaging", "0042_from_the_future")
    with pytest.raises(CommandError, match=r"which knew messaging\.0042_from_the_future\. Run that version"):
        refuse_a_strangers_database()
