"""Comparing a file with the digest Meta tells: SHA-256, as base64 in webhooks and as hex from the node."""

import base64
import binascii
import hashlib
from hmac import compare_digest


def is_digest_of(content: bytes, told: str) -> bool:
    """Whether `told`, in either spelling, is the SHA-256 of the content. What is no digest at all is none of it."""
    digest = hashlib.sha256(content).digest()
    if len(told) == 2 * len(digest):
        return compare_digest(told.lower().encode(), digest.hex().encode())
    try:
        return compare_digest(base64.b64decode(told, validate=True), digest)
    except (binascii.Error, ValueError):
        return False
