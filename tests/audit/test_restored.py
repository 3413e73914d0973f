"""A database restored from a dump counts its transactions from the start; the record must not lose its order."""

from collections.abc import Iterator
from io import BytesIO
from pathlib import Path

import pytest
from django.db import DatabaseError, connection, transaction

from accounts.actor import Actor
from accounts.models import Organisation
from audit.audit_actions import EXPORTED
from audit.export import export
from audit.models import Entry
from audit.record import record
from audit.restored import lift
from audit.seal import Restored, Sealed, seal
from audit.verify import verify
from tests.factories import NOON, harbour_tea

pytestmark = pytest.mark.django_db(transaction=True)


@pytest.fixture(autouse=True)
def lift_is_taken_back() -> Iterator[None]:
    yield
    with connection.cursor() as cursor:
        cursor.execute("SELECT format('ALTER DATABASE %I RESET audit.xid_lift', current_database())")
        cursor.execute(cursor.fetchone()[0])
        cursor.execute("RESET audit.xid_lift")


@pytest.fixture
def from_a_dump() -> Organisation:
    """Two sealed entries and an unsealed one, of a cluster whose transactions had come to ten million and more."""
    tea = harbour_tea()
    with connection.cursor() as cursor:
        cursor.execute("SET audit.xid_lift = '10000000'")
        happened(tea)
        happened(tea)
        seal(NOON)
        happened(tea)
        cursor.execute("RESET audit.xid_lift")
    return tea


def happened(organisation: Organisation) -> Entry:
    with transaction.atomic():
        return record(EXPORTED, organisation, Actor.system(organisation, "beat"), now=NOON)


def test_an_entry_that_would_fall_behind_sealed_ones_is_refused(from_a_dump: Organisation) -> None:
    with pytest.raises(DatabaseError, match="this database was restored from a dump"):
        happened(from_a_dump)


def test_sealing_stops_and_says_what_to_do(from_a_dump: Organisation) -> None:
    with pytest.raises(Restored, match=r"run `manage\.py audit_seal --after-restore` once"):
        seal(NOON)


def test_sealing_stops_also_when_all_of_the_dump_was_sealed(from_a_dump: Organisation) -> None:
    with connection.cursor() as cursor:
        cursor.execute("SET audit.xid_lift = '10000000'")
        assert seal(NOON) == Sealed(entries=1, segments=1)
        cursor.execute("RESET audit.xid_lift")
    with pytest.raises(Restored):
        seal(NOON)


def test_after_the_lift_the_record_goes_on_in_order(from_a_dump: Organisation, tmp_path: Path) -> None:
    newest = Entry.objects.order_by("-xid")[0].xid
    assert lift() == newest + 1
    connection.close()  # a new session finds the lift in the database
    assert happened(from_a_dump).xid > newest
    assert seal(NOON) == Sealed(entries=2, segments=1)
    out = BytesIO()
    export(out, NOON)
    (tmp_path / "export.jsonl").write_bytes(out.getvalue())
    assert verify(tmp_path / "export.jsonl").findings == []


def test_a_dump_without_any_seal_is_noticed_too(from_a_dump: Organisation) -> None:
    with transaction.atomic(), connection.cursor() as cursor:
        cursor.execute("SET LOCAL session_replication_role = replica")
        cursor.execute("DELETE FROM audit_segment")
    with pytest.raises(Restored):
        seal(NOON)
