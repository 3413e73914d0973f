"""What hangs on a contact is that contact's, and of its organisation: the database refuses anything else."""

from collections.abc import Callable

import pytest
from django.db import IntegrityError, ProgrammingError, connection, transaction
from django.db.models import Model

from messaging.models import ConsentEvidence, ConsentState, Contact, Identity
from tests.factories import NOON, ContactFactory, harbour_tea, other_tenant

pytestmark = pytest.mark.django_db

NOBODY = 4_000_000_000
RowOf = Callable[[int], Model]


def identity(contact: int) -> Model:
    return Identity(organisation=harbour_tea(), contact_id=contact, kind="wa_id", value=f"8526{contact}")


def evidence(contact: int) -> Model:
    return ConsentEvidence(
        organisation=harbour_tea(), contact_id=contact, channel="whatsapp", category="marketing", act="granted",
        source="Web form", occurred_at=NOON, recorded_at=NOON, recorded_by="person:sam",
    )  # fmt: skip


def consent(contact: int) -> Model:
    return ConsentState(
        organisation=harbour_tea(), contact_id=contact, channel="whatsapp", category="marketing", state="granted",
        since=NOON,
    )  # fmt: skip


KINDS = pytest.mark.parametrize("row_of", [identity, evidence, consent], ids=["identity", "evidence", "consent"])


@KINDS
def test_nothing_hangs_on_a_contact_that_is_not_there(row_of: RowOf) -> None:
    with pytest.raises(IntegrityError, match="hangs on no contact of its organisation"), transaction.atomic():
        row_of(NOBODY).save()


@KINDS
def test_nothing_hangs_on_another_organisations_contact(row_of: RowOf) -> None:
    stranger = ContactFactory(organisation=other_tenant(), phone="+85292342222", agreed=False)
    with pytest.raises(IntegrityError, match="hangs on no contact of its organisation"), transaction.atomic():
        row_of(stranger.pk).save()


@KINDS
def test_one_row_without_its_contact_refuses_all_that_come_with_it(row_of: RowOf) -> None:
    known = ContactFactory(organisation=harbour_tea(), phone="+85292342222", agreed=False)
    made = type(row_of(known.pk))
    before = made.objects.count()
    rows = [row_of(known.pk), row_of(NOBODY)]
    with pytest.raises(IntegrityError), transaction.atomic():
        made.objects.bulk_create(rows, ignore_conflicts=made is Identity)
    assert made.objects.count() == before


@pytest.mark.parametrize("column", ["contact_id = 4000000000", "organisation_id = '{stranger}'"])
@pytest.mark.parametrize("row_of", [identity, consent], ids=["identity", "consent"])
def test_a_row_moves_to_no_contact_that_is_not_its_own(row_of: RowOf, column: str) -> None:
    known = ContactFactory(organisation=harbour_tea(), phone="+85292342222", agreed=False)
    row = row_of(known.pk)
    row.save()
    with pytest.raises(IntegrityError), transaction.atomic(), connection.cursor() as cursor:
        cursor.execute(f"UPDATE {row._meta.db_table} SET {column.format(stranger=other_tenant().pk)}")


@KINDS
def test_a_contact_on_which_something_hangs_is_not_deleted(row_of: RowOf) -> None:
    known = ContactFactory(organisation=harbour_tea(), phone="+85292342222", agreed=False)
    Identity.objects.all().delete()
    row_of(known.pk).save()
    with pytest.raises(IntegrityError, match="still hang"), transaction.atomic(), connection.cursor() as cursor:
        cursor.execute("DELETE FROM messaging_contact")


@pytest.mark.parametrize("change", ["id = id + 1", "organisation_id = '{stranger}'"])
def test_a_contact_keeps_its_number_and_its_organisation(change: str) -> None:
    ContactFactory(organisation=harbour_tea(), phone="+85292342222", agreed=False)
    with pytest.raises(ProgrammingError, match="frozen"), transaction.atomic(), connection.cursor() as cursor:
        cursor.execute(f"UPDATE messaging_contact SET {change.format(stranger=other_tenant().pk)}")
    assert Contact.objects.get().organisation == harbour_tea()
