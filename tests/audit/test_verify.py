"""The verifier against records written by hand: each way to tamper with one is found, and the first entry named."""

import base64
from pathlib import Path

import pytest

from audit import verify
from tests.audit.forgery import change_segment, forge
from tests.audit.paper import HARBOUR_TEA, closing, entry, leaf, record, written


def check(folder: Path, lines: list[bytes]) -> list[str]:
    export, _ = written(folder, lines)
    return verify.verify(export).findings


def in_segment(number: int, line: int, text: str) -> str:
    return f"line {line}: segment {number} of {HARBOUR_TEA}: {text}"


def test_an_untouched_record_is_in_order(tmp_path: Path) -> None:
    export, _ = written(tmp_path, record())
    report = verify.verify(export)
    assert (report.findings, report.entries, report.segments) == ([], 8, 2)
    assert report.notes == [
        "Not sealed yet, nothing vouches for it: 1 entry.",
        "No checkpoints were given: a cut-off end would not show.",
    ]


def test_a_changed_entry_is_named(tmp_path: Path) -> None:
    lines = record()
    lines[2] = entry(2, "tea.spilt")
    assert check(tmp_path, lines) == [in_segment(1, 6, "entry 2 was changed")]


def test_the_first_of_several_changed_entries_comes_first(tmp_path: Path) -> None:
    lines = record()
    lines[7], lines[3] = entry(6, "tea.spilt"), entry(3, "tea.spilt")
    assert check(tmp_path, lines)[0] == in_segment(1, 6, "entry 3 was changed")


@pytest.mark.parametrize(("line", "number"), [(1, 1), (3, 3), (4, 4)])
def test_a_removed_entry_is_named(tmp_path: Path, line: int, number: int) -> None:
    lines = record()
    del lines[line]
    lines[-1] = closing(7, 2)
    assert check(tmp_path, lines) == [in_segment(1, 5, f"entry {number} was removed")]


@pytest.mark.parametrize("line", [1, 3, 5])
def test_an_inserted_entry_is_named(tmp_path: Path, line: int) -> None:
    lines = record()
    lines.insert(line, entry(99))
    lines[-1] = closing(9, 2)
    assert check(tmp_path, lines) == [in_segment(1, 7, "entry 99 was inserted")]


def test_a_replaced_entry_is_named_with_what_took_its_place(tmp_path: Path) -> None:
    lines = record()
    lines[2] = entry(99)
    assert check(tmp_path, lines) == [in_segment(1, 6, "entry 2 was removed; entry 99 took its place")]


def test_swapped_entries_are_named(tmp_path: Path) -> None:
    lines = record()
    lines[2], lines[3] = lines[3], lines[2]
    assert check(tmp_path, lines) == [in_segment(1, 6, "entry 2 was moved: entry 3 stands in its place")]


def test_an_entry_that_appears_twice_is_named(tmp_path: Path) -> None:
    lines = record()
    lines.insert(3, entry(2))
    lines[-1] = closing(9, 2)
    assert check(tmp_path, lines) == [in_segment(1, 7, "entry 2 appears a second time")]


def test_an_entry_moved_into_a_later_segment_is_missed_in_its_own(tmp_path: Path) -> None:
    lines = record()
    lines.insert(6, lines.pop(3))
    assert check(tmp_path, lines) == [
        in_segment(1, 5, "entry 3 was removed"),
        in_segment(2, 10, "entry 3 was inserted"),
    ]


def test_a_changed_entry_with_its_leaf_changed_too_breaks_the_root(tmp_path: Path) -> None:
    lines = record()
    lines[2] = entry(2, "tea.spilt")
    change_segment(lines, 5, leaves=leaves_with(2, lines[2]))
    assert check(tmp_path, lines) == [in_segment(1, 6, "its leaves (entries 1 to 4) do not fit its root")]


@pytest.mark.parametrize(
    ("field", "value"), [("root", "f" * 64), ("entries", 3), ("first", 2), ("last", 9), ("sealed_at", "2026-03-03")]
)
def test_every_field_of_a_segment_is_under_its_seal(tmp_path: Path, field: str, value: object) -> None:
    lines = record()
    change_segment(lines, 5, **{field: value})
    assert in_segment(1, 6, "its seal does not fit what it seals") in check(tmp_path, lines)


def test_a_resealed_segment_no_longer_fits_the_one_after_it(tmp_path: Path) -> None:
    lines = record()
    forge(lines, 5, sealed_at="2026-03-03T04:00:00.000000Z")
    assert check(tmp_path, lines) == [in_segment(2, 10, "it does not continue the seal before it")]


def test_a_segment_that_claims_another_size_does_not_fit_its_leaves(tmp_path: Path) -> None:
    lines = record()
    forge(lines, 9, entries=2)
    assert check(tmp_path, lines) == [in_segment(2, 10, "its leaves (entries 5 to 7) do not fit its root")]


def test_a_removed_segment_is_missed(tmp_path: Path) -> None:
    lines = record()
    del lines[1:6]
    lines[-1] = closing(4, 1)
    found = in_segment(2, 5, "it stands where segment 1 belongs: segments were removed or moved")
    assert check(tmp_path, lines) == [found]


def test_a_file_cut_in_transport_is_told_apart(tmp_path: Path) -> None:
    cut = "the file lacks its header or ends without its closing line: it was cut"
    assert check(tmp_path, record()[:-1]) == [f"line 11: {cut}"]
    assert check(tmp_path, record()[:8]) == [f"line 8: {cut}"]
    assert check(tmp_path, record()[1:]) == [f"line 11: {cut}"]
    assert check(tmp_path, []) == [f"line 0: {cut}"]


def test_an_unsealed_entry_taken_out_after_the_export_is_missed(tmp_path: Path) -> None:
    lines = record()
    del lines[10]
    assert check(tmp_path, lines) == ["line 11: 8 entries in 2 segments were exported"]


@pytest.mark.parametrize(
    ("line", "problem"),
    [
        (b"not json\n", "not a JSON object"),
        (b"[1, 2]\n", "not a JSON object"),
        (b"\xff\xfe\n", "not a JSON object"),
        (b"[" * 100_000 + b"\n", "not a JSON object"),
        (b'{"entry":2,"organisation":"?"}\n', "neither entry, segment, header nor closing line: lines must be kept"),
        (b'{"countersign_audit": 1}\n', "a header of format 1 is expected on line 1 and nowhere else"),
        (b'{"segment": 1}\n', "a segment with a missing or misspelt field"),
    ],
)
def test_a_line_that_does_not_belong_is_named(tmp_path: Path, line: bytes, problem: str) -> None:
    lines = record()
    lines.insert(4, line)
    assert check(tmp_path, lines)[0].startswith(f"line 5: {problem}")


def test_a_format_from_the_future_is_refused(tmp_path: Path) -> None:
    lines = record()
    lines[0] = lines[0].replace(b'"countersign_audit": 1', b'"countersign_audit": 2')
    assert check(tmp_path, lines)[0] == "line 1: a header of format 1 is expected on line 1 and nowhere else"


def test_the_command_line_tells_people_and_answers_machines(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    export, _ = written(tmp_path, record())
    assert verify.main([str(export)]) == 0
    assert capsys.readouterr().out.splitlines() == [
        "In order: 8 entries of 1 organisation in 2 segments, none changed, removed, inserted or moved.",
        "  Note: Not sealed yet, nothing vouches for it: 1 entry.",
        "  Note: No checkpoints were given: a cut-off end would not show.",
    ]
    export, _ = written(tmp_path, [line.replace(b"poured", b"spilt") for line in record()])
    assert verify.main([str(export)]) == 1
    first = f"First: line 6: segment 1 of {HARBOUR_TEA}: entry 1 was changed"
    assert capsys.readouterr().out.splitlines()[0] == (
        f"NOT IN ORDER: 8 entries of 1 organisation in 2 segments, 2 findings. {first}"
    )


def test_a_file_that_is_not_there_ends_with_two(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    with pytest.raises(SystemExit) as ended:
        verify.main([str(tmp_path / "missing.jsonl")])
    assert ended.value.code == 2
    assert "missing.jsonl" in capsys.readouterr().err


def leaves_with(number: int, line: bytes) -> str:
    leaves = [leaf(each, entry(each)) for each in range(1, 5)]
    leaves[number - 1] = leaf(number, line)
    return base64.b64encode(b"".join(leaves)).decode()
