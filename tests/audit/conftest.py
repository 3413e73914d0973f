from pathlib import Path

import pytest
from pytest_django.fixtures import Settings

from tests.sealing import other_databases_do_not_hold_up_the_sealer as other_databases_do_not_hold_up_the_sealer


@pytest.fixture
def checkpoints(settings: Settings, tmp_path: Path) -> Path:
    settings.AUDIT_CHECKPOINT_DIR = tmp_path / "checkpoints"
    settings.AUDIT_SIGNING_KEY = "11" * 32
    return tmp_path / "checkpoints"
