"""The record taken out of the database and checked elsewhere."""

import json
import subprocess
import sys
from io import BytesIO, StringIO
from pathlib import Path

import pytest
from django.core.management import CommandError, call_command

from audit.export import export
from audit.models import Entry, Segment
from audit.seal import seal
from audit.verify import verify
from tests.audit.exported import exported, happened
from tests.audit.paper import signer
from tests.factories import NOON, harbour_tea, other_tenant

pytestmark = [pytest.mark.django_db(transaction=True), pytest.mark.usefixtures("checkpoints")]


VERIFIER = Path(__file__).parents[2] / "audit" / "verify.py"


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
