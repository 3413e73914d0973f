"""Checks an audit export without the system that wrote it: python verify.py export.jsonl --checkpoints DIR

Needs Python 3.11 and nothing else; with the package `cryptography` it also checks the checkpoints' signatures.
Ends with 0 when all is in order, 1 when anything was changed, removed, inserted, moved or cut, 2 for unreadable files.

Every line is JSON. The hash of an entry is the SHA-256 of its line's bytes, without the line's end. A segment seals the
entries above it: `leaves` holds, 40 bytes for each, an entry's number (big-endian) and hash; `root` is the SHA-256 of
the leaves; `seal` covers the segment and the seal before it (see `seal_of`).
"""

import argparse
import base64
import json
import re
import sys
from collections import defaultdict
from collections.abc import Iterable, Iterator
from dataclasses import dataclass, field
from hashlib import sha256
from itertools import zip_longest
from pathlib import Path
from typing import Any

try:
    from cryptography.exceptions import InvalidSignature
    from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PublicKey

    CAN_CHECK_SIGNATURES = True
except ImportError:
    CAN_CHECK_SIGNATURES = False

FORMAT = 1
NO_SEAL = "0" * 64  # stands before the first segment
LEAF = 40
_ENTRY = re.compile(rb'\{"entry": (\d{1,18}), "organisation": "([0-9a-f-]{36})", ')


class Broken(Exception):
    """A line is not what its place demands; the text says why."""


@dataclass
class Chain:
    """What has been read of one organisation's record."""

    number: int = 0
    seal: str = NO_SEAL
    sealed: int = 0
    waiting: bytearray = field(default_factory=bytearray)
    seals: dict[int, tuple[str, int]] = field(default_factory=dict)


@dataclass
class Report:
    """What a check found: `findings` in the order of the file, `notes` on what could not be checked."""

    findings: list[str] = field(default_factory=list)
    notes: list[str] = field(default_factory=list)
    header: dict[str, Any] = field(default_factory=dict)
    closing: dict[str, Any] = field(default_factory=dict)
    chains: dict[str, Chain] = field(default_factory=lambda: defaultdict(Chain))
    entries: int = 0
    segments: int = 0


def seal_of(segment: dict[str, Any]) -> str:
    """The seal of a segment: SHA-256 over nine lines of text, each ended by a line feed."""
    names = ("organisation", "segment", "entries", "first", "last", "root", "previous", "sealed_at")
    text = "countersign audit segment 1\n" + "".join(f"{segment[name]}\n" for name in names)
    return sha256(text.encode()).hexdigest()


def signed_text(checkpoint: dict[str, Any]) -> bytes:
    """The text that a checkpoint's signature covers: six lines, each ended by a line feed."""
    names = ("organisation", "segment", "entries", "seal", "at")
    return ("countersign audit checkpoint 1\n" + "".join(f"{checkpoint[name]}\n" for name in names)).encode()


def verify(export: Path, checkpoints: Path | None = None, public_keys: tuple[str, ...] = ()) -> Report:
    """Check an export and, when given, the checkpoints against it. `public_keys` (base64) are the signers you trust."""
    report = Report()
    with export.open("rb") as lines:
        _read(lines, report)
    if unsealed := sum(len(chain.waiting) // LEAF for chain in report.chains.values()):
        report.notes.append(f"Not sealed yet, nothing vouches for it: {_counted(unsealed, 'entry', 'entries')}.")
    if checkpoints is None:
        report.notes.append("No checkpoints were given: a cut-off end would not show.")
    else:
        _check_checkpoints(checkpoints, public_keys, report)
    return report


def _read(lines: Iterable[bytes], report: Report) -> None:
    line, number = b"", 0
    for number, line in enumerate(lines, 1):
        if known := _ENTRY.match(line):
            report.entries += 1
            report.chains[known[2].decode()].waiting += int(known[1]).to_bytes(8) + sha256(line.rstrip(b"\n")).digest()
            continue
        try:
            _read_other(number, _parsed(line), report)
        except Broken as error:
            report.findings.append(f"line {number}: {error}")
    exported = (report.closing.get("entries"), report.closing.get("segments"))
    if not report.header or not report.closing or not line.endswith(b"\n"):
        report.findings.append(f"line {number}: the file lacks its header or ends without its closing line: it was cut")
    elif exported != (report.entries, report.segments):
        report.findings.append(f"line {number}: {exported[0]} entries in {exported[1]} segments were exported")


def _read_other(number: int, line: dict[str, Any], report: Report) -> None:
    """Take in a header, segment or closing line."""
    if "countersign_audit" in line:
        if number != 1 or line["countersign_audit"] != FORMAT:
            raise Broken(f"a header of format {FORMAT} is expected on line 1 and nowhere else")
        report.header = line
    elif "segment" in line:
        _close_segment(number, line, report)
    elif "end" in line:
        report.closing = line
    else:
        raise Broken("neither entry, segment, header nor closing line: lines must be kept byte for byte")


def _parsed(line: bytes) -> dict[str, Any]:
    try:
        return dict(json.loads(line))
    except (ValueError, TypeError, RecursionError):
        raise Broken("not a JSON object") from None


def _close_segment(place: int, segment: dict[str, Any], report: Report) -> None:
    try:
        organisation, number, entries = str(segment["organisation"]), int(segment["segment"]), int(segment["entries"])
        seal, leaves = seal_of(segment), base64.b64decode(segment["leaves"])
    except (KeyError, ValueError, TypeError) as error:
        raise Broken(f"a segment with a missing or misspelt field: {error}") from None
    chain = report.chains[organisation]
    report.segments += 1
    wrong = []
    if sha256(leaves).hexdigest() != segment["root"] or len(leaves) != LEAF * entries:
        wrong.append(f"its leaves (entries {segment['first']} to {segment['last']}) do not fit its root")
    elif chain.waiting != leaves:
        wrong.append(_first_difference(leaves, bytes(chain.waiting)))
    if segment["seal"] != seal:
        wrong.append("its seal does not fit what it seals")
    if number != chain.number + 1:
        wrong.append(f"it stands where segment {chain.number + 1} belongs: segments were removed or moved")
    elif segment["previous"] != chain.seal:
        wrong.append("it does not continue the seal before it")
    report.findings += [f"line {place}: segment {number} of {organisation}: {text}" for text in wrong]
    chain.number, chain.seal, chain.sealed = number, segment["seal"], chain.sealed + entries
    chain.seals[number], chain.waiting = (chain.seal, chain.sealed), bytearray()


def _first_difference(sealed: bytes, found: bytes) -> str:
    """Says which entry is the first that does not stand as it was sealed."""
    want, have = _leaves(sealed), _leaves(found)
    wanted, present = dict(want), dict(have)
    pairs = enumerate(zip_longest(want, have, fillvalue=(0, b"")))
    place, entry, stands = next((i, ours[0], theirs[0]) for i, (ours, theirs) in pairs if ours != theirs)
    if entry == stands:
        return f"entry {entry} was changed"
    if entry and entry not in present:
        return f"entry {entry} was removed" + (f"; entry {stands} took its place" if stands not in (0, *wanted) else "")
    if stands not in wanted:
        return f"entry {stands} was inserted"
    if stands in dict(have[:place]):
        return f"entry {stands} appears a second time"
    return f"entry {entry} was moved: entry {stands} stands in its place"


def _leaves(packed: bytes) -> list[tuple[int, bytes]]:
    return [(int.from_bytes(packed[i : i + 8]), packed[i + 8 : i + LEAF]) for i in range(0, len(packed), LEAF)]


def _check_checkpoints(folder: Path, public_keys: tuple[str, ...], report: Report) -> None:
    signer = report.header.get("public_key")
    trusted, checked = public_keys or ((signer,) if signer else ()), 0
    for file in sorted(folder.glob("*.jsonl")):
        for number, line in enumerate(file.read_bytes().splitlines(), 1):
            try:
                checked += _check_checkpoint(_parsed(line), trusted, report)
            except Broken as error:
                report.findings.append(f"{file.name} line {number}: {error}")
    if not checked:
        report.findings.append(f"{folder}: no sound checkpoint of this record: the wrong folder, or they were removed")
    if not CAN_CHECK_SIGNATURES:
        report.notes.append("SIGNATURES WERE NOT CHECKED: the Python package cryptography is not installed.")
    if not public_keys:
        report.notes.append(f"The signer {signer} is named by the export itself: compare it, or give --public-key.")


def _check_checkpoint(checkpoint: dict[str, Any], trusted: tuple[str, ...], report: Report) -> int:
    """Compare one checkpoint with the record: 1 for a sound one, 0 when it is about an organisation left out."""
    try:
        organisation, number = str(checkpoint["organisation"]), int(checkpoint["segment"])
        text, entries, at = signed_text(checkpoint), int(checkpoint["entries"]), checkpoint["at"]
    except (KeyError, ValueError, TypeError) as error:
        raise Broken(f"a checkpoint with a missing or misspelt field: {error}") from None
    if report.header.get("organisation") not in (None, organisation):
        return 0
    if (signer := checkpoint.get("public_key")) not in trusted:
        raise Broken(f"signed by {signer}, whom neither --public-key nor the export names: forged, or another key")
    if CAN_CHECK_SIGNATURES:
        try:
            key = Ed25519PublicKey.from_public_bytes(base64.b64decode(signer))
            key.verify(base64.b64decode(checkpoint["signature"]), text)
        except (InvalidSignature, KeyError, ValueError, TypeError):
            raise Broken("the signature does not fit: the checkpoint was changed or forged") from None
    chain = report.chains.get(organisation, Chain())
    if number > chain.number:
        had, left = f"{entries:,} entries in {number} segments", f"{chain.sealed:,} in {chain.number} are left"
        raise Broken(f"the end of the record of {organisation} was cut: on {at} it had {had}, {left}")
    if chain.seals.get(number) != (checkpoint["seal"], entries):
        raise Broken(f"segment {number} of {organisation} is not what was sealed by {at}: the record was rewritten")
    return 1


def told(report: Report) -> Iterator[str]:
    entries, owners = _counted(report.entries, "entry", "entries"), _counted(len(report.chains), "organisation")
    scale = f"{entries} of {owners} in {_counted(report.segments, 'segment')}"
    if report.findings:
        yield f"NOT IN ORDER: {scale}, {_counted(len(report.findings), 'finding')}. First: {report.findings[0]}"
        yield from (f"  then: {finding}" for finding in report.findings[1:20])
    else:
        yield f"In order: {scale}, none changed, removed, inserted or moved."
    yield from (f"  Note: {note}" for note in report.notes)


def _counted(number: int, one: str, several: str = "") -> str:
    return f"{number:,} {one if number == 1 else several or one + 's'}"


def main(arguments: list[str] | None = None) -> int:
    parser = argparse.ArgumentParser(description="Checks an audit export offline.")
    parser.add_argument("export", type=Path)
    parser.add_argument("--checkpoints", type=Path, help="folder of checkpoint files, kept outside the database")
    parser.add_argument("--public-key", action="append", default=[], help="a signer you trust; may be repeated")
    chosen = parser.parse_args(arguments)
    try:
        report = verify(chosen.export, chosen.checkpoints, tuple(chosen.public_key))
    except OSError as error:
        parser.error(str(error))  # ends with 2
    sys.stdout.writelines(f"{line}\n" for line in told(report))
    return 1 if report.findings else 0


if __name__ == "__main__":
    sys.exit(main())
