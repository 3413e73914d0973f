"""The record taken out of the database and checked elsewhere; and what shows when somebody has been at the database."""

import json
import subprocess
import sys
from io import BytesIO, StringIO
from pathlib import Path

import pytest
from django.core.management import CommandError, call_command
from django.db import transaction
from pytest_django.fixtures import Settings

from accounts.actor import Actor
from accounts.models import Organisation
from audit.audit_actions import EXPORTED
from audit.export import export
from audit.models import Entry, Segment
from audit.record import record
from audit.seal import seal
from audit.verify import verify
from tests.audit.paper import signer
from tests.audit.tampering import tampered
from tests.factories import NOON, harbour_tea, other_tenant

pytestmark = pytest.mark.django_db(transaction=True)

VERIFIER = Path(__file__).parents[2] / "audit" / "verify.py"


@pytest.fixture(autouse=True)
def checkpoints(settings: Settings, tmp_path: Path) -> Path:
    settings.AUDIT_CHECKPOINT_DIR = tmp_path / "checkpoints"
    settings.AUDIT_SIGNING_KEY = "11" * 32
    return tmp_path / "checkpoints"


def happened(organisation: Organisation, times: int) -> list[int]:
    with transaction.atomic():
        beat = Actor.system(organisation, "beat")
        return [record(EXPORTED, organisation, beat, now=NOON, note=f"{n} 杯\n") for n in range(times)]


def exported(folder: Path, organisation: Organisation | None = None) -> Path:
    file = folder / "export.jsonl"
    with file.open("wb") as out:
        export(out, NOON, organisation)
    return file


def test_an_export_holds_every_entry_with_its_segment_below_it() -> None:
    tea = harbour_tea()
    first, second, third = happened(tea, 3)
    seal(NOON, most=2)
    out = BytesIO()
    assert export(out, NOON, tea) == (4, 2)
    lines = [json.loads(line) for line in out.getvalue().splitlines()]
    assert lines[0] == {
        "countersign_audit": 1,
        "exported_at": "2026-03-02T04:00:00.000000Z",
        "organisation": str(tea.pk),
        "public_key": signer(),
    }
    recorded = Entry.objects.order_by("-id")[0]
    told = [line.get("entry") or line.get("segment") for line in lines[1:-1]]
    assert told == [first, second, 1, third, 2, recorded.pk]
    assert lines[1]["facts"] == {"note": "0 杯\n"}
    assert lines[-1] == {"end": "2026-03-02T04:00:00.000000Z", "entries": 4, "segments": 2}


def test_an_export_is_itself_recorded() -> None:
    tea = harbour_tea()
    export(BytesIO(), NOON, tea)
    entry = Entry.objects.get()
    assert (entry.action, entry.actor_principal, entry.subject_id) == (
        "audit.exported",
        "system:command line",
        str(tea.pk),
    )


def test_an_export_of_one_organisation_holds_nothing_of_another(tmp_path: Path) -> None:
    tea, coffee = harbour_tea(), other_tenant()
    happened(tea, 2)
    happened(coffee, 2)
    seal(NOON)
    text = exported(tmp_path, tea).read_text()
    assert str(coffee.pk) not in text
    assert verify(exported(tmp_path)).entries == 7


def test_the_round_trip_passes_without_django_or_cryptography(tmp_path: Path, checkpoints: Path) -> None:
    happened(harbour_tea(), 5)
    happened(other_tenant(), 3)
    call_command("audit_seal", stdout=StringIO())
    call_command("audit_export", output=tmp_path / "export.jsonl", stdout=StringIO())
    asked = [str(tmp_path / "export.jsonl"), "--checkpoints", str(checkpoints), "--public-key", signer()]
    # -I -S: neither this folder nor any installed package can be imported.
    done = subprocess.run([sys.executable, "-I", "-S", VERIFIER, *asked], capture_output=True, text=True, check=False)
    assert (done.returncode, done.stderr) == (0, "")
    assert done.stdout.splitlines() == [
        "In order: 10 entries of 2 organisations in 2 segments, none changed, removed, inserted or moved.",
        "  Note: Not sealed yet, nothing vouches for it: 2 entries.",
        "  Note: SIGNATURES WERE NOT CHECKED: the Python package cryptography is not installed.",
    ]


def test_the_verifier_checks_signatures_without_django(tmp_path: Path, checkpoints: Path) -> None:
    happened(harbour_tea(), 5)
    call_command("audit_seal", stdout=StringIO())
    file = exported(tmp_path)
    (signed,) = checkpoints.iterdir()
    signed.write_text(signed.read_text().replace('"entries": 5', '"entries": 4'))
    code = (
        "import sys, runpy; sys.modules['django'] = None; del sys.argv[0]; runpy.run_path(sys.argv[0], {}, '__main__')"
    )
    asked = [VERIFIER, file, "--checkpoints", checkpoints]
    done = subprocess.run([sys.executable, "-I", "-c", code, *asked], capture_output=True, text=True, check=False)
    assert done.returncode == 1
    assert "the signature does not fit: the checkpoint was changed or forged" in done.stdout


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


def test_the_commands_name_what_they_did_and_what_they_cannot_find(tmp_path: Path) -> None:
    happened(harbour_tea(), 3)
    said = StringIO()
    call_command("audit_seal", stdout=said)
    call_command("audit_export", organisation="harbour-tea", output=tmp_path / "a.jsonl", stdout=said)
    call_command("audit_verify", tmp_path / "a.jsonl", stdout=said)
    lines = said.getvalue().splitlines()
    assert lines[0] == "Sealed 3 entries in 1 segments, wrote 1 checkpoints."
    assert lines[1] == f"Wrote 4 entries in 1 segments to {tmp_path}/a.jsonl."
    assert lines[2].startswith("In order: 4 entries of 1 organisation in 1 segment")
    with pytest.raises(CommandError, match=r"no organisation is called 'tea'\. There are: harbour-tea"):
        call_command("audit_export", organisation="tea")
    with pytest.raises(CommandError, match=r"missing\.jsonl"):
        call_command("audit_verify", tmp_path / "missing.jsonl")
    Segment.objects.get()
    (tmp_path / "a.jsonl").write_text("tea\n")
    with pytest.raises(CommandError, match="NOT IN ORDER"):
        call_command("audit_verify", tmp_path / "a.jsonl")
