"""Stripe's signature: HMAC-SHA256 over moment and raw body, in the header `Stripe-Signature: t=...,v1=...`.

Source: Stripe, "Check the webhook signatures". Written here rather than taken from the library, whose check reads the
clock itself and looks at the past alone.
"""

import hashlib
import hmac
from collections.abc import Iterable
from datetime import datetime

TOLERANCE_SECONDS = 300
_LONGEST = 4096  # characters of a header


def is_signed(body: bytes, header: str, secrets: Iterable[str], now: datetime) -> bool:
    """Whether one of the secrets signed exactly these bytes within five minutes of now, before or after."""
    moment, signatures = _parts(header)
    if not moment.isdecimal() or len(moment) > 12 or not signatures:
        return False
    if abs(now.timestamp() - int(moment)) > TOLERANCE_SECONDS:
        return False
    signed = False
    for secret in filter(None, secrets):
        expected = hmac.new(secret.encode(), moment.encode() + b"." + body, hashlib.sha256).hexdigest().encode()
        for given in signatures:
            signed |= hmac.compare_digest(expected, given)  # all of them are compared, whichever fits
    return signed


def _parts(header: str) -> tuple[str, list[bytes]]:
    if len(header) > _LONGEST or not header.isascii():
        return "", []
    pairs = [part.strip().partition("=") for part in header.split(",")]
    moments = [value for name, _, value in pairs if name == "t"]
    signatures = [value.encode() for name, _, value in pairs if name == "v1"]
    return (moments[0], signatures) if len(moments) == 1 else ("", [])
