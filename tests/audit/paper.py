"""An audit record written by hand: the format of exports and checkpoints spelt out a second time, without our code."""

import base64
import hashlib
import json
from pathlib import Path

from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey

HARBOUR_TEA = "11111111-1111-4111-8111-111111111111"
KEY = Ed25519PrivateKey.from_private_bytes(b"\x11" * 32)
NOON = "2026-03-02T04:00:00.000000Z"


def signer(key: Ed25519PrivateKey = KEY) -> str:
    return base64.b64encode(key.public_key().public_bytes_raw()).decode()


def entry(number: int, action: str = "tea.poured") -> bytes:
    return f'{{"entry": {number}, "organisation": "{HARBOUR_TEA}", "action": "{action}"}}\n'.encode()


def leaf(number: int, line: bytes) -> bytes:
    return number.to_bytes(8, "big") + hashlib.sha256(line.removesuffix(b"\n")).digest()


def segment(number: int, numbers: range, previous: str) -> tuple[bytes, str]:
    """A segment's line and its seal."""
    leaves = b"".join(leaf(each, entry(each)) for each in numbers)
    root = hashlib.sha256(leaves).hexdigest()
    sealed = (
        f"countersign audit segment 1\n{HARBOUR_TEA}\n{number}\n{len(numbers)}\n{numbers[0]}\n{numbers[-1]}\n"
        f"{root}\n{previous}\n{NOON}\n"
    )
    seal = hashlib.sha256(sealed.encode()).hexdigest()
    line = {
        "segment": number, "organisation": HARBOUR_TEA, "entries": len(numbers), "first": numbers[0],
        "last": numbers[-1], "root": root, "previous": previous, "sealed_at": NOON, "seal": seal,
        "leaves": base64.b64encode(leaves).decode(),
    }  # fmt: skip
    return json.dumps(line).encode() + b"\n", seal


def record() -> list[bytes]:
    """Lines 1 to 12: header, entries 1 to 4 and their segment, entries 5 to 7 and theirs, entry 8 unsealed, the end."""
    first, seal = segment(1, range(1, 5), "0" * 64)
    second, _ = segment(2, range(5, 8), seal)
    header = {"countersign_audit": 1, "exported_at": NOON, "organisation": None, "public_key": signer()}
    return [
        json.dumps(header).encode() + b"\n",
        *(entry(number) for number in range(1, 5)),
        first,
        *(entry(number) for number in range(5, 8)),
        second,
        entry(8),
        closing(8, 2),
    ]


def closing(entries: int, segments: int) -> bytes:
    return json.dumps({"end": NOON, "entries": entries, "segments": segments}).encode() + b"\n"


def checkpoint(number: int, entries: int, seal: str, key: Ed25519PrivateKey = KEY) -> dict[str, object]:
    text = f"countersign audit checkpoint 1\n{HARBOUR_TEA}\n{number}\n{entries}\n{seal}\n{NOON}\n"
    return {
        "organisation": HARBOUR_TEA, "segment": number, "entries": entries, "seal": seal, "at": NOON,
        "signature": base64.b64encode(key.sign(text.encode())).decode(), "public_key": signer(key),
    }  # fmt: skip


def seal_in(lines: list[bytes], number: int) -> str:
    """The seal that the segment of this number carries in a record."""
    return next(str(line["seal"]) for line in map(json.loads, lines) if line.get("segment") == number)


def written(folder: Path, lines: list[bytes], *checkpoints: dict[str, object]) -> tuple[Path, Path]:
    """The record as a file and the folder of its checkpoints."""
    export, beside = folder / "export.jsonl", folder / "checkpoints"
    export.write_bytes(b"".join(lines))
    beside.mkdir(exist_ok=True)
    (beside / f"{HARBOUR_TEA}.jsonl").write_text("".join(json.dumps(each) + "\n" for each in checkpoints))
    return export, beside
