"""The virus scanner: what it finds is a no, and so is everything but its yes."""

from pathlib import Path

import pytest
from django.core.exceptions import ImproperlyConfigured
from pytest_django import Settings

from messaging.models import MediaAsset
from messaging.whatsapp.media.scanning import Infected, ScanFailed, scan
from tests.messaging.whatsapp.media.clamd import pretend_clamd
from tests.messaging.whatsapp.media.files import EICAR, PDF


def test_without_a_scanner_nothing_is_called_clean() -> None:
    assert scan(PDF) == MediaAsset.Scan.UNSCANNED


def test_a_clean_file_is_clean_and_the_scanner_has_read_all_of_it(settings: Settings) -> None:
    content = PDF + bytes(200_000)
    with pretend_clamd() as clamd:
        settings.CLAMD_ADDRESS = clamd.address
        assert scan(content) == MediaAsset.Scan.CLEAN
    assert clamd.heard == [content]


def test_a_virus_is_found_over_a_unix_socket(settings: Settings, tmp_path: Path) -> None:
    with pretend_clamd(tmp_path / "clamd.ctl") as clamd:
        settings.CLAMD_ADDRESS = clamd.address
        with pytest.raises(Infected, match=r"^Eicar-Test-Signature$"):
            scan(b"menu" + EICAR)


@pytest.mark.parametrize(
    "answer",
    [b"INSTREAM size limit exceeded. ERROR\0", b"\0", b"OK but\0", b"stream: OK FOUND nothing\0", b"stream: NOT OK\0"],
)
def test_whatever_is_not_its_yes_is_a_no(settings: Settings, answer: bytes) -> None:
    with pretend_clamd() as clamd:
        clamd.answer = answer
        settings.CLAMD_ADDRESS = clamd.address
        with pytest.raises(ScanFailed):
            scan(PDF)


def test_a_scanner_that_is_away_is_a_no(settings: Settings) -> None:
    settings.CLAMD_ADDRESS = "tcp://127.0.0.1:9"
    with pytest.raises(ScanFailed):
        scan(PDF)


def test_an_address_that_is_none_is_said(settings: Settings) -> None:
    settings.CLAMD_ADDRESS = "clamd:3310"
    with pytest.raises(ImproperlyConfigured, match="tcp://host:port"):
        scan(PDF)
