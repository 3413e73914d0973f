"""The jobs by WhatsApp, by SMS and of the inbox: `manage.py demo` on real servers, with a smaller contact file."""

import os
import subprocess
import sys
from pathlib import Path

import pytest

from config.demo.make_contacts import CONTACTS
from tests.thoroughness import THOROUGH

PROJECT = Path(__file__).resolve().parents[2]
PATIENCE = 360.0  # seconds, on a machine with much else to do; alone it takes about 150
# What `config.testing` sets for this process is not for a demo, which has servers and secrets of its own.
OURS = {
    "DATABASE_URL", "REDIS_URL", "DEBUG", "HTTPS", "SECRET_KEY", "SECRETS_KEYS", "AUDIT_SIGNING_KEY", "ALLOWED_HOSTS",
    "PUBLIC_URL", "SHORT_LINK_BASE_URL", "GRAPH_BASE_URL", "LOG_LEVEL", "LOG_FORMAT", "DJANGO_SETTINGS_MODULE",
    "PYTEST_XDIST_WORKER",
}  # fmt: skip


@pytest.fixture(scope="module")
def small_file(tmp_path_factory: pytest.TempPathFactory) -> Path:
    path = tmp_path_factory.mktemp("contacts") / "small.csv"
    path.write_text("".join(CONTACTS.read_text(encoding="utf-8").splitlines(keepends=True)[:301]), encoding="utf-8")
    return path


def play(folder: Path, contacts: Path) -> subprocess.CompletedProcess[str]:
    environment = {name: value for name, value in os.environ.items() if name not in OURS}
    environment |= {"DEBUG": "1", "AUDIT_CHECKPOINT_DIR": str(folder / "checkpoints")}
    command = [
        sys.executable,
        "-m",
        "config.servers",
        "run",
        "--fresh",
        "--",
        "manage.py",
        "demo",
        "--once",
        "--any-port",
    ]
    options = [f"--folder={folder}", f"--contacts={contacts}", "--due-in=6"]
    return subprocess.run(
        [*command, *options], cwd=PROJECT, env=environment, capture_output=True, text=True, timeout=PATIENCE
    )


def running_in(folder: Path) -> list[str]:
    """Command lines of processes that still know the folder."""
    lines = []
    for process in Path("/proc").glob("[0-9]*"):
        try:
            line = (process / "cmdline").read_bytes().replace(b"\0", b" ").decode(errors="replace")
        except (FileNotFoundError, ProcessLookupError):
            continue
        lines += [line] if str(folder) in line else []
    return lines


@pytest.mark.skipif(not THOROUGH, reason="a minute and ten processes: `make hostile` plays it")
def test_the_main_job_closes_its_sums_and_leaves_nothing_behind(tmp_path: Path, small_file: Path) -> None:
    done = play(tmp_path, small_file)
    said = done.stdout
    assert done.returncode == 0, said + done.stderr
    assert "The sums close." in said
    assert "previews small.csv, 300 lines" in said
    for code in ("idempotency_key_reused", "preview_not_found", "unknown_tool", "HTTP 403", "HTTP 409", "wrong_state"):
        assert code in said, code
    assert "nobody is under way" in said
    assert "72 clicks of 60 people" in said
    assert "5 people opted out by the link in their text" in said
    for kept_in in ("window_closed", "suppressed", "owner_has_not_confirmed", "order_not_found"):
        assert kept_in in said, kept_in
    assert "Nobody was written to outside their window" in said
    assert "none changed, removed, inserted or moved" in said
    assert (tmp_path / "audit.jsonl").exists()
    assert running_in(tmp_path) == []
