"""What shows in an export when somebody has been at the database."""

from io import StringIO
from pathlib import Path

import pytest
from django.core.management import call_command

from audit.models import Entry
from audit.seal import seal
from audit.verify import verify
from tests.audit.exported import exported, happened
from tests.audit.tampering import tampered
from tests.factories import NOON, harbour_tea, other_tenant

pytestmark = [pytest.mark.django_db(transaction=True), pytest.mark.usefixtures("checkpoints")]


CHANGES = {
    "at": "now()",
    "action": "'request.rejected'",
    "actor_kind": "'person'",
    "actor_principal": "'person:1'",
    "actor_label": "'somebody'",
    "face": "'desk'",
    "subject_type": "'accounts.Person'",
    "subject_id": "'2'",
    "request_id": "gen_random_uuid()",
    "facts": """'{"note": "nothing"}'""",
}


@pytest.mark.parametrize("column", CHANGES)
def test_a_change_to_any_column_names_the_entry(tmp_path: Path, column: str) -> None:
    tea = harbour_tea()
    _, second, _ = happened(tea, 3)
    seal(NOON)
    tampered(f"UPDATE audit_entry SET {column} = {CHANGES[column]} WHERE id = %s", second)
    (found,) = verify(exported(tmp_path)).findings
    assert found == f"line 5: segment 1 of {tea.pk}: entry {second} was changed"


def test_every_column_is_covered() -> None:
    elsewhere = {"id", "organisation", "xid"}  # the three tests below
    assert {field.name for field in Entry._meta.fields} == CHANGES.keys() | elsewhere


def test_an_entry_under_another_number_is_named(tmp_path: Path) -> None:
    tea = harbour_tea()
    _, second, third = happened(tea, 3)
    seal(NOON)
    tampered("UPDATE audit_entry SET id = id + 100 WHERE id = %s", third)
    (found,) = verify(exported(tmp_path)).findings
    assert found == f"line 4: segment 1 of {tea.pk}: entry {third} was removed"
    assert second < third


def test_an_entry_given_to_another_organisation_is_missed_in_its_own(tmp_path: Path) -> None:
    tea, coffee = harbour_tea(), other_tenant()
    _, second, _ = happened(tea, 3)
    seal(NOON)
    tampered("UPDATE audit_entry SET organisation_id = %s WHERE id = %s", coffee.pk, second)
    (found,) = verify(exported(tmp_path)).findings
    assert f"segment 1 of {tea.pk}: entry {second} was removed" in found


def test_an_entry_moved_to_another_transaction_is_named(tmp_path: Path) -> None:
    tea = harbour_tea()
    first, _, third = happened(tea, 3)
    seal(NOON)
    tampered("UPDATE audit_entry SET xid = xid - 1 WHERE id = %s", third)
    (found,) = verify(exported(tmp_path)).findings
    assert found == f"line 5: segment 1 of {tea.pk}: entry {first} was moved: entry {third} stands in its place"


def test_an_entry_removed_from_the_database_is_named(tmp_path: Path) -> None:
    tea = harbour_tea()
    first, _, _ = happened(tea, 3)
    seal(NOON)
    tampered("DELETE FROM audit_entry WHERE id = %s", first)
    (found,) = verify(exported(tmp_path)).findings
    assert found == f"line 4: segment 1 of {tea.pk}: entry {first} was removed"


def test_an_entry_slipped_in_behind_the_seal_is_named(tmp_path: Path) -> None:
    tea = harbour_tea()
    _, second, _ = happened(tea, 3)
    seal(NOON)
    tampered(
        """INSERT INTO audit_entry (id, organisation_id, at, action, actor_kind, actor_principal, actor_label, face,
                                    subject_type, subject_id, facts, xid)
           OVERRIDING SYSTEM VALUE
           SELECT 900 + id, organisation_id, at, action, actor_kind, actor_principal, actor_label, face,
                  subject_type, subject_id, facts, xid - 1 FROM audit_entry WHERE id = %s""",
        second,
    )
    (found,) = verify(exported(tmp_path)).findings
    assert found == f"line 6: segment 1 of {tea.pk}: entry {900 + second} was inserted"


def test_a_tail_cut_off_with_its_segments_shows_only_against_the_checkpoints(tmp_path: Path, checkpoints: Path) -> None:
    tea = harbour_tea()
    first, _ = happened(tea, 2)
    seal(NOON)
    late = happened(tea, 2)
    call_command("audit_seal", stdout=StringIO())
    tampered("DELETE FROM audit_entry WHERE id >= %s", late[0])
    tampered("DELETE FROM audit_segment WHERE number = 2")
    file = exported(tmp_path)
    assert verify(file).findings == []
    found = verify(file, checkpoints).findings
    assert f"the end of the record of {tea.pk} was cut" in found[0]
    assert found[0].endswith("it had 4 entries in 2 segments, 2 in 1 are left")
    assert first < late[0]


def test_a_record_resealed_after_tampering_shows_against_the_checkpoints(tmp_path: Path, checkpoints: Path) -> None:
    tea = harbour_tea()
    _, second, _ = happened(tea, 3)
    call_command("audit_seal", stdout=StringIO())
    tampered("UPDATE audit_entry SET facts = '{}' WHERE id = %s", second)
    tampered("DELETE FROM audit_segment")
    seal(NOON)
    file = exported(tmp_path)
    assert verify(file).findings == []
    assert f"segment 1 of {tea.pk} is not what was sealed by" in verify(file, checkpoints).findings[0]


def test_an_organisation_whose_record_is_gone_altogether_is_missed(tmp_path: Path, checkpoints: Path) -> None:
    coffee = other_tenant()
    happened(harbour_tea(), 1)
    happened(coffee, 2)
    call_command("audit_seal", stdout=StringIO())
    tampered("DELETE FROM audit_entry WHERE organisation_id = %s", coffee.pk)
    tampered("DELETE FROM audit_segment WHERE organisation_id = %s", coffee.pk)
    found = verify(exported(tmp_path), checkpoints).findings
    assert [f"the end of the record of {coffee.pk} was cut" in each for each in found] == [True]
