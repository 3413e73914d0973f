"""METRICS_TOKEN and METRICS_DIR as a start reads them."""

import os
from pathlib import Path

import environ
import pytest
from django.core.exceptions import ImproperlyConfigured

from config.metrics.settings import metrics_settings

TOKEN = "scrape-0123456789-abcdefghij"


@pytest.fixture(autouse=True)
def no_folder_yet(monkeypatch: pytest.MonkeyPatch) -> None:
    for name in ("METRICS_TOKEN", "METRICS_DIR", "PROMETHEUS_MULTIPROC_DIR"):
        monkeypatch.setenv(name, "")  # so that it is put back afterwards
        monkeypatch.delenv(name)


def read(data: Path, debug: bool = False) -> tuple[str, Path | None]:
    return metrics_settings(environ.Env(), data, debug=debug)


def test_without_a_token_nobody_reads_them_and_no_file_is_made(tmp_path: Path) -> None:
    assert read(tmp_path) == ("", None)
    assert list(tmp_path.iterdir()) == []
    assert "PROMETHEUS_MULTIPROC_DIR" not in os.environ


def test_with_a_token_the_processes_of_the_machine_share_a_folder(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("METRICS_TOKEN", TOKEN)
    assert read(tmp_path) == (TOKEN, tmp_path / "metrics")
    assert (tmp_path / "metrics").is_dir()
    assert os.environ["PROMETHEUS_MULTIPROC_DIR"] == str(tmp_path / "metrics")


def test_so_do_those_of_somebody_who_develops(tmp_path: Path) -> None:
    assert read(tmp_path, debug=True) == ("", tmp_path / "metrics")


def test_a_token_that_could_be_guessed_is_refused(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("METRICS_TOKEN", "prometheus")
    with pytest.raises(ImproperlyConfigured, match="METRICS_TOKEN has 10 characters: take 24 at the least"):
        read(tmp_path)


def test_a_folder_that_cannot_be_made_is_named(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    (tmp_path / "taken").write_text("")
    monkeypatch.setenv("METRICS_DIR", str(tmp_path / "taken" / "metrics"))
    with pytest.raises(ImproperlyConfigured, match=r"METRICS_DIR .*/taken/metrics cannot be made: Not a directory"):
        read(tmp_path)
