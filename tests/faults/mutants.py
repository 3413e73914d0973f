"""`make mutants`: plants each bug of `planted` in a copy of the tree, alone, and asks those who must notice it.

First they are asked about the tree without any bug: who is red already notices nothing.

Run it under servers: `python -m config.servers run --fresh -- python -m tests.faults.mutants [WORDS OF A NAME]`. A word
that begins with `tests/` asks those tests instead of the bug's own: what would the state machine notice? `2/5` plays
the second of five parts of them.

A bug is caught by a test that fails. One that breaks the code so that nothing runs, or its test so that it never ends,
shows nothing of what the test asks: `BROKEN` and `TOO LONG` must be mended like `MISSED`.
"""

import os
import re
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
TOO_LONG = 180.0  # seconds for one bug's tests
CAUGHT, MISSED, BROKEN, TOO_LONG_TOLD, STALE = "caught", "MISSED", "BROKEN", "TOO LONG", "STALE"

# How pytest sums up a test that failed, and one that could not even begin.
_FAILED = re.compile(r"^(FAILED|ERROR) (\S.*?)(?: - (.*))?$", re.MULTILINE)
_PART = re.compile(r"(\d+)/(\d+)")
# What fails so has not run: the bug is no code, or no SQL.
_NO_CODE = re.compile(
    r"SyntaxError|IndentationError|ImportError|ModuleNotFoundError|NameError|UnboundLocalError"
    r"|ProgrammingError: (column|relation|function|operator|syntax error)"
)


def main(words: list[str]) -> int:
    """Play the bugs whose name has all these words; 0 when each was noticed."""
    chosen = _chosen(words)
    caught = 0
    with tempfile.TemporaryDirectory(prefix="countersign-mutants-") as folder:
        copy = _copy(Path(folder) / "tree")
        began = time.monotonic()
        verdict, why = _ask(files, copy, LONGEST) if (files := _files(chosen)) else (MISSED, "")
        if verdict != MISSED:
            _say(f"Without any bug somebody already complains; mend that first: {why}")
            return 1
        _say(f"sound    without any bug ({time.monotonic() - began:.0f} s)")
        for bug in chosen:
            began = time.monotonic()
            verdict, why = _play(bug, copy)
            caught += verdict == CAUGHT
            _say(f"{verdict:8} {bug.name} ({time.monotonic() - began:.0f} s){why and chr(10) + '         ' + why}")
    _say(f"{caught} passed, {len(chosen) - caught} failed")
    return 1 if caught < len(chosen) else 0


def _chosen(words: list[str]) -> list[Bug]:
    """The bugs that these words choose, with the tests that they name instead of the bugs' own."""
    instead = tuple(word for word in words if word.startswith("tests/"))
    parts = [(int(part[1]), int(part[2])) for word in words if (part := _PART.fullmatch(word))]
    named = [word for word in words if word not in instead and not _PART.fullmatch(word)]
    chosen = [replace(bug, tests=instead or bug.tests) for bug in BUGS if all(word in bug.name for word in named)]
    for part, of in parts:
        chosen = chosen[part - 1 :: of]
    return chosen


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


def _play(bug: Bug, copy: Path) -> tuple[str, str]:
    """The verdict, and the words of the test that gave it."""
    path = copy / bug.file
    sound = path.read_text()
    if sound.count(bug.old) != 1:
        return STALE, "the code has moved on: the bug must be written anew"
    path.write_text(sound.replace(bug.old, bug.new))
    try:
        return _judged(bug, copy)
    finally:
        path.write_text(sound)


def _judged(bug: Bug, copy: Path) -> tuple[str, str]:
    """The first that catches it is enough; otherwise what the first says who does not simply miss it."""
    shaky = None
    for selection in bug.tests:
        verdict, why = _ask(selection, copy)
        if verdict == CAUGHT or (verdict == TOO_LONG_TOLD and bug.hangs):
            return CAUGHT, why
        if verdict != MISSED:
            shaky = shaky or (verdict, why)
    return shaky or (MISSED, "")


def _ask(selection: str, copy: Path, patience: float = TOO_LONG) -> tuple[str, str]:
    """Whether these tests, or this cell, fail: a verdict, and the words of the first that does."""
    if selection.startswith("cell:"):
        command = ["-m", "tests.faults", "--cell", selection.removeprefix("cell:")]
        environment = {name: value for name, value in os.environ.items() if name not in ("DATABASE_URL", "REDIS_URL")}
    else:
        command = ["-m", "pytest", "-q", "-x", "-n0", "-p", "no:cacheprovider", "--reuse-db", *shlex.split(selection)]
        environment = dict(os.environ)
    # Compiled modules are told from their sources by whole seconds: a bug planted within one would not be seen.
    environment |= {"PYTHONDONTWRITEBYTECODE": "1", "COLUMNS": "300"}
    with subprocess.Popen(
        [sys.executable, *command], cwd=copy, env=environment, stdout=subprocess.PIPE, stderr=subprocess.STDOUT,
        text=True, start_new_session=True,
    ) as asked:  # fmt: skip
        try:
            said, _nothing = asked.communicate(timeout=patience)
        except subprocess.TimeoutExpired:
            os.killpg(asked.pid, signal.SIGKILL)
            return TOO_LONG_TOLD, f"{selection}: not through in {patience:.0f} s"
    return _verdict(asked.returncode, said, selection)


def _verdict(status: int, said: str, selection: str) -> tuple[str, str]:
    """What the end of a run says: nobody complained, somebody did, or nothing ran."""
    if status == 0:
        return MISSED, ""
    if selection.startswith("cell:"):
        return (CAUGHT if "WRONG" in said else BROKEN), selection
    failed = _FAILED.search(said)
    if status != 1 or failed is None:
        return BROKEN, f"{selection} could not be run ({status}): {said[-1500:]}"
    kind, test, why = failed[1], failed[2], failed[3] or ""
    has_run = kind == "FAILED" and not _NO_CODE.search(why)
    more = re.search(rf"^E +{re.escape(why)}\nE +(\S.*)$", said, re.MULTILINE) if why.endswith(":") else None
    return (
        CAUGHT if has_run else BROKEN
    ), f"{test.split('::')[-1]}: {why[:150]} {more[1][:150] if more else ''}".rstrip()


def _say(words: str) -> None:
    sys.stdout.write(f"{words}\n")
    sys.stdout.flush()


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
