"""The verifier against checkpoints: what a cut off or rewritten record shows, and whose signature counts."""

from pathlib import Path

import pytest
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey

from audit import verify
from tests.audit.forgery import forge
from tests.audit.paper import HARBOUR_TEA, checkpoint, closing, record, seal_in, signer, written


def test_a_checkpoint_vouches_for_an_untouched_record(tmp_path: Path) -> None:
    lines = record()
    signed = checkpoint(1, 4, seal_in(lines, 1)), checkpoint(2, 7, seal_in(lines, 2))
    report = verify.verify(*written(tmp_path, lines, *signed), (signer(),))
    assert report.findings == []
    assert report.notes == ["Not sealed yet, nothing vouches for it: 1 entry."]


def test_a_cut_off_end_shows_against_the_newest_checkpoint(tmp_path: Path) -> None:
    lines = record()
    newest = checkpoint(2, 7, seal_in(lines, 2))
    del lines[6:11]
    lines[-1] = closing(4, 1)
    assert verify.verify(*written(tmp_path, lines)).findings == [
        f"{tmp_path}/checkpoints: no sound checkpoint of this record: the wrong folder, or they were removed"
    ]
    assert verify.verify(*written(tmp_path, lines, newest)).findings[0] == (
        f"{HARBOUR_TEA}.jsonl line 1: the end of the record of {HARBOUR_TEA} was cut: on 2026-03-02T04:00:00.000000Z "
        "it had 7 entries in 2 segments, 4 in 1 are left"
    )


def test_a_record_rewritten_with_fitting_seals_shows_against_a_checkpoint(tmp_path: Path) -> None:
    lines = record()
    old = checkpoint(2, 7, seal_in(lines, 2))
    forge(lines, 9, sealed_at="2026-03-03T04:00:00.000000Z")
    found = verify.verify(*written(tmp_path, lines, old)).findings
    assert found[0].startswith(f"{HARBOUR_TEA}.jsonl line 1: segment 2 of {HARBOUR_TEA} is not what was sealed by 2026")


@pytest.mark.parametrize(
    ("field", "value"),
    [("segment", 1), ("entries", 8), ("seal", "f" * 64), ("at", "2020-01-01"), ("signature", "AAAA"), ("signature", 5)],
)
def test_a_changed_checkpoint_does_not_fit_its_signature(tmp_path: Path, field: str, value: object) -> None:
    lines = record()
    changed = {**checkpoint(2, 7, seal_in(lines, 2)), field: value}
    found = verify.verify(*written(tmp_path, lines, changed)).findings
    forged = "the signature does not fit: the checkpoint was changed or forged"
    assert found[0] == f"{HARBOUR_TEA}.jsonl line 1: {forged}"


def test_a_checkpoint_signed_by_a_stranger_is_forged(tmp_path: Path) -> None:
    lines = record()
    stranger = Ed25519PrivateKey.from_private_bytes(b"\x22" * 32)
    found = verify.verify(*written(tmp_path, lines, checkpoint(2, 7, seal_in(lines, 2), stranger))).findings
    assert found[0].startswith(f"{HARBOUR_TEA}.jsonl line 1: signed by {signer(stranger)}, whom neither --public-key")


def test_an_export_that_names_its_forger_does_not_pass_the_key_one_was_given(tmp_path: Path) -> None:
    forger = Ed25519PrivateKey.from_private_bytes(b"\x22" * 32)
    lines = [line.replace(signer().encode(), signer(forger).encode()) for line in record()]
    files = written(tmp_path, lines, checkpoint(2, 7, seal_in(lines, 2), forger))
    assert verify.verify(*files).findings == []
    assert verify.verify(*files, (signer(),)).findings[0].startswith(f"{HARBOUR_TEA}.jsonl line 1: signed by")


def test_half_a_checkpoint_line_is_reported(tmp_path: Path) -> None:
    lines = record()
    export, folder = written(tmp_path, lines, checkpoint(2, 7, seal_in(lines, 2)))
    with (folder / f"{HARBOUR_TEA}.jsonl").open("a") as file:
        file.write('{"organisation": "1111')
    assert verify.verify(export, folder).findings == [f"{HARBOUR_TEA}.jsonl line 2: not a JSON object"]


def test_without_cryptography_it_says_that_signatures_were_not_checked(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(verify, "CAN_CHECK_SIGNATURES", False)
    lines = record()
    report = verify.verify(*written(tmp_path, lines, checkpoint(2, 7, seal_in(lines, 2))), (signer(),))
    assert report.findings == []
    assert "SIGNATURES WERE NOT CHECKED: the Python package cryptography is not installed." in report.notes
