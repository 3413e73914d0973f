"""The database refuses to rewrite the record, whoever asks and however."""

import pgtrigger
import pytest
from django.db import DatabaseError, IntegrityError, connection, transaction

from accounts.actor import Actor
from accounts.tenancy import as_login_role
from audit.audit_actions import EXPORTED
from audit.models import Entry, Segment
from audit.record import record
from tests.factories import NOON, harbour_tea, other_tenant

pytestmark = pytest.mark.django_db


@pytest.fixture(autouse=True)
def one_of_each() -> None:
    tea = harbour_tea()
    record(EXPORTED, tea, Actor.system(tea, "beat"), now=NOON)
    Segment.objects.create(
        organisation=tea, number=1, entries=1, entries_so_far=1, first_entry_id=1, last_entry_id=1, last_xid=1,
        leaves=b"", root="", previous="", seal="", sealed_at=NOON,
    )  # fmt: skip


@pytest.mark.parametrize(
    ("statement", "refused"),
    [
        ("UPDATE audit_entry SET facts = '{}'", "UPDATE on audit_entry is refused"),
        ("UPDATE audit_entry SET facts = '{}' WHERE id = -1", "UPDATE on audit_entry is refused"),
        ("DELETE FROM audit_entry", "DELETE on audit_entry is refused"),
        ("UPDATE audit_segment SET seal = ''", "UPDATE on audit_segment is refused"),
        ("DELETE FROM audit_segment", "DELETE on audit_segment is refused"),
    ],
)
def test_raw_sql_changes_and_deletes_nothing(statement: str, refused: str) -> None:
    with pytest.raises(DatabaseError, match=f"the audit record is append-only: {refused}"), transaction.atomic():
        connection.cursor().execute(statement)
    assert (Entry.objects.count(), Segment.objects.count()) == (1, 1)


@pytest.mark.parametrize("table", ["audit_entry", "audit_segment"])
def test_not_even_the_owner_empties_the_record(table: str) -> None:
    connection.cursor().execute("SET CONSTRAINTS ALL IMMEDIATE")  # a table with waiting checks cannot be emptied
    refused = pytest.raises(DatabaseError, match=f"TRUNCATE on {table} is refused")
    with refused, transaction.atomic(), as_login_role():
        connection.cursor().execute(f"TRUNCATE {table}")


def test_the_orm_changes_and_deletes_nothing() -> None:
    for attempt in (
        lambda: Entry.objects.update(action="tea.spilt"),
        lambda: Entry.objects.all().delete(),
        lambda: Entry.objects.get().save(),
        lambda: Segment.objects.get().delete(),
    ):
        with pytest.raises(DatabaseError, match="append-only"), transaction.atomic():
            attempt()


def test_a_session_that_asks_pgtrigger_to_stand_aside_is_refused_too() -> None:
    with pgtrigger.ignore(), pytest.raises(DatabaseError, match="append-only"), transaction.atomic():
        connection.cursor().execute("DELETE FROM audit_entry")


def test_an_organisation_of_which_the_record_tells_is_not_deleted() -> None:
    coffee = other_tenant()
    record(EXPORTED, coffee, Actor.system(coffee, "beat"), now=NOON)
    with pytest.raises(IntegrityError, match="the record tells of an organisation"), transaction.atomic():
        connection.cursor().execute("DELETE FROM accounts_organisation WHERE id = %s", [coffee.pk])
