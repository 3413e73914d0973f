"""A database restored from a dump counts its transactions from the start; the record must not lose its order."""

from collections.abc import Iterator
from io import BytesIO
from pathlib import Path

import pytest
from django.db import DatabaseError, connection, transaction

from accounts.actor import Actor
from accounts.models import Organisation
from accounts.tenancy import as_login_role
from audit.audit_actions import EXPORTED
from audit.export import export
from audit.models import Entry
from audit.record import record
from audit.restored import lift
from audit.seal import Restored, Sealed, seal
from audit.verify import verify
from tests.audit.tampering import tampered
from tests.factories import NOON, harbour_tea

pytestmark = pytest.mark.django_db(transaction=True)


@pytest.fixture(autouse=True)
def lift_is_taken_back() -> Iterator[None]:
    yield
    lifted_by(0)


@pytest.fixture
def from_a_dump() -> Organisation:
    """Two sealed entries and an unsealed one, of a cluster whose transactions had come to ten million and more."""
    tea = harbour_tea()
    lifted_by(10_000_000)
    happened(tea)
    happened(tea)
    seal(NOON)
    happened(tea)
    lifted_by(0)
    return tea


def lifted_by(number: int) -> None:
    """Have the database count its transactions from `number`, as an older cluster would."""
    with as_login_role(), connection.cursor() as cursor:
        cursor.execute(f"CREATE OR REPLACE FUNCTION audit_xid_lift() RETURNS bigint STABLE RETURN {number}::bigint")


def happened(organisation: Organisation) -> Entry:
    with transaction.atomic():
        number = record(EXPORTED, organisation, Actor.system(organisation, "beat"), now=NOON)
    return Entry.objects.get(pk=number)


def test_an_entry_that_would_fall_behind_sealed_ones_is_refused(from_a_dump: Organisation) -> None:
    with pytest.raises(DatabaseError, match="this database was restored from a dump"):
        happened(from_a_dump)


def test_sealing_stops_and_says_what_to_do(from_a_dump: Organisation) -> None:
    with pytest.raises(Restored, match=r"run `manage\.py audit_seal --after-restore` once"):
        seal(NOON)


def test_sealing_stops_also_when_all_of_the_dump_was_sealed(from_a_dump: Organisation) -> None:
    lifted_by(10_000_000)
    assert seal(NOON) == Sealed(entries=1, segments=1)
    lifted_by(0)
    with pytest.raises(Restored):
        seal(NOON)


def test_after_the_lift_the_record_goes_on_in_order(from_a_dump: Organisation, tmp_path: Path) -> None:
    newest = Entry.objects.order_by("-xid")[0].xid
    assert lift() == newest + 1
    assert happened(from_a_dump).xid > newest
    assert seal(NOON) == Sealed(entries=2, segments=1)
    out = BytesIO()
    export(out, NOON)
    (tmp_path / "export.jsonl").write_bytes(out.getvalue())
    assert verify(tmp_path / "export.jsonl").findings == []


def test_a_dump_without_any_seal_is_noticed_too(from_a_dump: Organisation) -> None:
    tampered("DELETE FROM audit_segment")
    with pytest.raises(Restored):
        seal(NOON)
