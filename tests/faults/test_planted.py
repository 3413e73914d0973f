"""The planted bugs still fit the code: a refactoring that moves a place away shows here, not in `make mutants`."""

import shlex
from pathlib import Path

import pytest

from tests.faults.bug import Bug
from tests.faults.planted import BUGS

ROOT = Path(__file__).resolve().parents[2]


@pytest.mark.parametrize("bug", BUGS, ids=lambda bug: bug.name)
def test_a_planted_bug_has_its_place_and_somebody_to_notice_it(bug: Bug) -> None:
    assert (ROOT / bug.file).read_text().count(bug.old) == 1, f"write this bug anew for {bug.file}"
    assert bug.old != bug.new
    assert bug.tests
    for selection in bug.tests:
        for word in shlex.split(selection):
            if word.startswith("tests/"):
                file, *names = word.split("::")
                assert all(f"def {name}(" in (ROOT / file).read_text() for name in names), word


def test_no_two_bugs_are_called_the_same() -> None:
    names = [bug.name for bug in BUGS]
    assert len(set(names)) == len(names) >= 100
