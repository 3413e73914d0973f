"""`make mutants`: plants each bug of `planted` in a copy of the tree, alone, and asks those who must notice it.

First they are asked about the tree without any bug: who is red already notices nothing.

Run it under servers: `python -m config.servers run --fresh -- python -m tests.faults.mutants [WORDS OF A NAME]`. A word
that begins with `tests/` asks those tests instead of the bug's own: what would the state machine notice?
"""

import os
import shlex
import signal
import subprocess
import sys
import tempfile
import time
from dataclasses import replace
from pathlib import Path

from tests.faults.bug import Bug
from tests.faults.planted import BUGS

ROOT = Path(__file__).resolve().parents[2]
LONGEST = 900.0  # seconds for everybody on the sound tree
TOO_LONG = 180.0  # seconds for one bug's tests; what never ends has noticed


def main(words: list[str]) -> int:
    """Play the bugs whose name has all these words; 0 when each was noticed."""
    instead = tuple(word for word in words if word.startswith("tests/"))
    chosen = [
        replace(bug, tests=instead or bug.tests)
        for bug in BUGS
        if all(word in bug.name for word in words if word not in instead)
    ]
    missed = []
    with tempfile.TemporaryDirectory(prefix="countersign-mutants-") as folder:
        copy = _copy(Path(folder) / "tree")
        began = time.monotonic()
        if (files := _files(chosen)) and _notices(files, copy, LONGEST):
            _say("Without any bug somebody already complains; mend that first.")
            return 1
        _say(f"sound    without any bug ({time.monotonic() - began:.0f} s)")
        for bug in chosen:
            began = time.monotonic()
            verdict = _play(bug, copy)
            _say(f"{verdict:8} {bug.name} ({time.monotonic() - began:.0f} s)")
            missed += [bug] if verdict != "caught" else []
    _say(f"{len(chosen) - len(missed)} passed, {len(missed)} failed")
    return 1 if missed else 0


def _files(bugs: list[Bug]) -> str:
    """Every file of tests that these bugs name. Who complains of the sound tree would complain of any bug."""
    words = [word for bug in bugs for selection in bug.tests for word in shlex.split(selection)]
    return " ".join(sorted({word.split("::")[0] for word in words if word.startswith("tests/")}))


def _copy(to: Path) -> Path:
    """The tree as it is now, committed or not, with the same interpreter and packages."""
    listed = subprocess.run(
        ["git", "ls-files", "-z", "--cached", "--others", "--exclude-standard"],
        cwd=ROOT,
        capture_output=True,
        check=True,
    ).stdout
    for name in filter(None, listed.decode().split("\0")):
        if (ROOT / name).is_file():
            (to / name).parent.mkdir(parents=True, exist_ok=True)
            (to / name).write_bytes((ROOT / name).read_bytes())
    (to / ".venv").symlink_to(ROOT / ".venv")
    return to


def _play(bug: Bug, copy: Path) -> str:
    """`caught`, `MISSED`, or why it could not be told."""
    path = copy / bug.file
    sound = path.read_text()
    if sound.count(bug.old) != 1:
        return "STALE"  # the code has moved on: the bug must be written anew
    path.write_text(sound.replace(bug.old, bug.new))
    try:
        return "caught" if any(_notices(selection, copy) for selection in bug.tests) else "MISSED"
    finally:
        path.write_text(sound)


def _notices(selection: str, copy: Path, patience: float = TOO_LONG) -> bool:
    """Whether these tests, or this cell, fail, or are not through in so many seconds."""
    if selection.startswith("cell:"):
        command = ["-m", "tests.faults", "--cell", selection.removeprefix("cell:")]
        environment = {name: value for name, value in os.environ.items() if name not in ("DATABASE_URL", "REDIS_URL")}
    else:
        command = ["-m", "pytest", "-q", "-x", "-n0", "-p", "no:cacheprovider", "--reuse-db", *shlex.split(selection)]
        environment = dict(os.environ)
    # Compiled modules are told from their sources by whole seconds: a bug planted within one would not be seen.
    environment["PYTHONDONTWRITEBYTECODE"] = "1"
    with subprocess.Popen(
        [sys.executable, *command], cwd=copy, env=environment, stdout=subprocess.PIPE, stderr=subprocess.STDOUT,
        text=True, start_new_session=True,
    ) as asked:  # fmt: skip
        try:
            said, _nothing = asked.communicate(timeout=patience)
        except subprocess.TimeoutExpired:
            os.killpg(asked.pid, signal.SIGKILL)
            return True
    if asked.returncode not in (0, 1):
        _say(f"  {selection} could not be run ({asked.returncode}):\n{said[-1500:]}")
    return asked.returncode == 1


def _say(words: str) -> None:
    sys.stdout.write(f"{words}\n")
    sys.stdout.flush()


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
