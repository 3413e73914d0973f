"""Secrets of a development checkout: made once, kept, and never in the way of real ones."""

import os
import stat
from pathlib import Path

import pytest

from config.dev_secrets import MAKERS, load_dev_secrets, write_once


@pytest.fixture(autouse=True)
def no_secrets(monkeypatch: pytest.MonkeyPatch) -> None:
    for name in MAKERS:
        monkeypatch.setenv(name, "")


def test_secrets_are_made_once_and_read_again(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    load_dev_secrets(tmp_path / "data" / "dev.env")
    first = {name: os.environ[name] for name in MAKERS}
    assert all(len(value) >= 32 for value in first.values())
    for name in MAKERS:
        monkeypatch.setenv(name, "")
    load_dev_secrets(tmp_path / "data" / "dev.env")
    assert {name: os.environ[name] for name in MAKERS} == first


def test_the_file_is_readable_to_its_owner_alone(tmp_path: Path) -> None:
    load_dev_secrets(tmp_path / "dev.env")
    assert stat.S_IMODE((tmp_path / "dev.env").stat().st_mode) == 0o600


def test_a_secret_of_the_environment_wins(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("SECRET_KEY", "from the environment")
    load_dev_secrets(tmp_path / "dev.env")
    assert os.environ["SECRET_KEY"] == "from the environment"


def test_the_first_of_two_starts_wins(tmp_path: Path) -> None:
    write_once(tmp_path / "dev.env", "SECRET_KEY=first\n")
    write_once(tmp_path / "dev.env", "SECRET_KEY=second\n")
    assert (tmp_path / "dev.env").read_text() == "SECRET_KEY=first\n"
    assert [path.name for path in tmp_path.iterdir()] == ["dev.env"]
