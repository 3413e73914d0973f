"""Checkpoints: signed lines in a folder outside the database that say how far the record had come, under which seal.

Whoever owns the database could cut off the end of the record and leave a chain that fits; the checkpoints would still
vouch for what is gone. Their folder belongs where the database's owner cannot write.
"""

import base64
import fcntl
import json
import os
from datetime import UTC, datetime, timedelta
from pathlib import Path

from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey
from django.conf import settings
from django.core.exceptions import ImproperlyConfigured
from django.db.models import OuterRef, Subquery

from accounts.models import Organisation
from audit.models import Segment
from audit.seal import spelt
from audit.verify import signed_text

# A busy organisation is sealed every few seconds; a line a minute is enough to hold on to.
EVERY = timedelta(minutes=1)
_LAST_BYTES = 4096  # more than any checkpoint


def write_due(now: datetime, every: timedelta = EVERY) -> int:
    """Write a checkpoint for each organisation that has a new seal and no checkpoint younger than `every`.

    Returns how many were written. Raises ImproperlyConfigured without a signing key.
    """
    key = signing_key()
    newest = Segment.objects.filter(organisation=OuterRef("pk")).order_by("-number").values("pk")[:1]
    ids = Organisation.objects.annotate(newest=Subquery(newest)).values("newest")
    segments = Segment.objects.filter(pk__in=ids).defer("leaves").order_by("organisation_id")
    return sum(_write(segment, key, now, every) for segment in segments)


def signing_key() -> Ed25519PrivateKey:
    """The key of AUDIT_SIGNING_KEY. Raises ImproperlyConfigured, saying how to make one."""
    try:
        return Ed25519PrivateKey.from_private_bytes(bytes.fromhex(settings.AUDIT_SIGNING_KEY))
    except ValueError:
        make = 'python -c "import secrets; print(secrets.token_hex(32))"'
        raise ImproperlyConfigured(f"AUDIT_SIGNING_KEY must be 32 bytes as 64 hex digits. Make one: {make}") from None


def public_key(key: Ed25519PrivateKey) -> str:
    """The public half as base64: what a verifier is told to trust."""
    return base64.b64encode(key.public_key().public_bytes_raw()).decode()


def _write(segment: Segment, key: Ed25519PrivateKey, now: datetime, every: timedelta) -> bool:
    folder = Path(settings.AUDIT_CHECKPOINT_DIR)
    folder.mkdir(parents=True, exist_ok=True)
    file = os.open(folder / f"{segment.organisation_id}.jsonl", os.O_RDWR | os.O_CREAT | os.O_APPEND, 0o644)
    try:
        fcntl.flock(file, fcntl.LOCK_EX)
        _drop_half_line(file)
        if not _is_due(segment, _last_line(file), now - every):
            return False
        os.write(file, json.dumps(_signed(segment, key, now)).encode() + b"\n")
        os.fsync(file)
    finally:
        os.close(file)
    _fsync_folder(folder)
    return True


def _signed(segment: Segment, key: Ed25519PrivateKey, now: datetime) -> dict[str, object]:
    checkpoint: dict[str, object] = {
        "organisation": str(segment.organisation_id),
        "segment": segment.number,
        "entries": segment.entries_so_far,
        "seal": segment.seal,
        "at": spelt(now),
    }
    signature = base64.b64encode(key.sign(signed_text(checkpoint))).decode()
    return {**checkpoint, "signature": signature, "public_key": public_key(key)}


def _is_due(segment: Segment, last: bytes, before: datetime) -> bool:
    if not last:
        return True
    checkpoint = json.loads(last)
    written = datetime.strptime(checkpoint["at"], "%Y-%m-%dT%H:%M:%S.%fZ").replace(tzinfo=UTC)
    return bool(checkpoint["seal"] != segment.seal) and written <= before


def _last_line(file: int) -> bytes:
    size = os.fstat(file).st_size
    lines = os.pread(file, _LAST_BYTES, max(0, size - _LAST_BYTES)).splitlines()
    return lines[-1] if lines else b""


def _drop_half_line(file: int) -> None:
    """A machine that went down while writing leaves half a line, which vouches for nothing and would spoil the next."""
    size = os.fstat(file).st_size
    end = os.pread(file, _LAST_BYTES, max(0, size - _LAST_BYTES))
    if end and not end.endswith(b"\n"):
        os.ftruncate(file, size - len(end) + end.rfind(b"\n") + 1)


def _fsync_folder(folder: Path) -> None:
    """A new file survives a crash only once its folder is on the disk too."""
    descriptor = os.open(folder, os.O_RDONLY)
    try:
        os.fsync(descriptor)
    finally:
        os.close(descriptor)
