"""Checkpoints: what is written where, how often, and what a crash while writing leaves."""

import base64
import json
import stat
from datetime import timedelta
from pathlib import Path

import pytest
from django.core.exceptions import ImproperlyConfigured
from pytest_django.fixtures import Settings

from audit import checks
from audit.checkpoints import write_due
from audit.models import Segment
from tests.audit.paper import KEY, signer
from tests.factories import NOON, harbour_tea, other_tenant

pytestmark = pytest.mark.django_db


@pytest.fixture
def folder(settings: Settings, tmp_path: Path) -> Path:
    settings.AUDIT_CHECKPOINT_DIR = tmp_path / "outside" / "checkpoints"
    settings.AUDIT_SIGNING_KEY = "11" * 32
    return tmp_path / "outside" / "checkpoints"


def sealed(number: int = 1, slug: str = "harbour-tea") -> Segment:
    organisation = harbour_tea() if slug == "harbour-tea" else other_tenant()
    return Segment.objects.create(
        organisation=organisation, number=number, entries=3, entries_so_far=3 * number, first_entry_id=3 * number - 2,
        last_entry_id=3 * number, last_xid=number, leaves=b"", root="", previous="", seal=f"{number:064x}",
        sealed_at=NOON,
    )  # fmt: skip


def lines_in(folder: Path, segment: Segment) -> list[dict[str, object]]:
    text = (folder / f"{segment.organisation_id}.jsonl").read_text()
    return [json.loads(line) for line in text.splitlines()]


def test_a_checkpoint_says_how_far_the_record_had_come_and_is_signed(folder: Path) -> None:
    segment = sealed(2)
    assert write_due(NOON) == 1
    (line,) = lines_in(folder, segment)
    signature = line.pop("signature")
    assert line == {
        "organisation": str(segment.organisation_id),
        "segment": 2,
        "entries": 6,
        "seal": "0" * 63 + "2",
        "at": "2026-03-02T04:00:00.000000Z",
        "public_key": signer(),
    }
    # Ed25519 signs the same text with the same key alike, so that this is checked against no code of ours.
    text = (
        f"countersign audit checkpoint 1\n{segment.organisation_id}\n2\n6\n{'0' * 63}2\n2026-03-02T04:00:00.000000Z\n"
    )
    assert base64.b64decode(str(signature)) == KEY.sign(text.encode())


def test_each_organisation_has_a_file_that_only_its_owner_writes(folder: Path) -> None:
    tea, coffee = sealed(), sealed(slug="peak-coffee")
    assert write_due(NOON) == 2
    assert len(lines_in(folder, tea)) == len(lines_in(folder, coffee)) == 1
    assert stat.S_IMODE((folder / f"{tea.organisation_id}.jsonl").stat().st_mode) & 0o022 == 0


def test_a_seal_that_has_its_checkpoint_gets_no_second_one(folder: Path) -> None:
    segment = sealed()
    assert [write_due(NOON), write_due(NOON + timedelta(hours=1))] == [1, 0]
    assert len(lines_in(folder, segment)) == 1


def test_new_seals_get_a_checkpoint_a_minute(folder: Path) -> None:
    sealed(1)
    write_due(NOON)
    segment = sealed(2)
    assert write_due(NOON + timedelta(seconds=59)) == 0
    assert write_due(NOON + timedelta(seconds=60)) == 1
    assert [line["segment"] for line in lines_in(folder, segment)] == [1, 2]


def test_half_a_line_that_a_crash_left_is_dropped(folder: Path) -> None:
    segment = sealed(1)
    write_due(NOON)
    with (folder / f"{segment.organisation_id}.jsonl").open("a") as file:
        file.write('{"organisation": "')
    sealed(2)
    assert write_due(NOON + timedelta(minutes=1)) == 1
    assert [line["segment"] for line in lines_in(folder, segment)] == [1, 2]


@pytest.mark.parametrize("key", ["", "11" * 31, "tea" * 20])
def test_without_a_usable_key_nothing_is_written_and_the_start_is_stopped(
    folder: Path, settings: Settings, key: str
) -> None:
    sealed()
    settings.AUDIT_SIGNING_KEY = key
    with pytest.raises(ImproperlyConfigured, match="AUDIT_SIGNING_KEY must be 32 bytes as 64 hex digits"):
        write_due(NOON)
    assert not folder.exists()
    assert [message.id for message in checks.the_signing_key_is_usable()] == ["audit.E001"]


def test_a_usable_key_passes_the_check() -> None:
    assert checks.the_signing_key_is_usable() == []
