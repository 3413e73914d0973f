"""Whether Vonage signed a callback. Source: its pages on signed webhooks, and the rules of its own SDKs.

Messages API: a JWT (HS256) in the Authorization header that names the account and the hash of the body. SMS API: a
field `sig` over all the others. Both name their time, and one that is too old or too new is not believed.
"""

import hashlib
import hmac
from collections.abc import Iterable, Mapping
from datetime import datetime, timedelta
from typing import Any, Literal

import jwt

Method = Literal["md5hash", "md5", "sha1", "sha256", "sha512"]

# Their times are ours: `now` is passed in, so the library must not look at the clock.
_UNTIMED = {"verify_exp": False, "verify_nbf": False, "verify_iat": False, "verify_aud": False, "verify_iss": False}


def claims_of(secrets: Iterable[str], authorization: str) -> Mapping[str, Any] | None:
    """The claims of the header's token if one of the secrets signed it."""
    scheme, _, token = authorization.partition(" ")
    if scheme.lower() != "bearer":
        return None
    for secret in filter(None, secrets):
        try:
            claims: Mapping[str, Any] = jwt.decode(token, secret, algorithms=["HS256"], options=_UNTIMED)  # type: ignore[arg-type]
        except (jwt.InvalidTokenError, UnicodeError, RecursionError):
            continue
        return claims
    return None


def covers(claims: Mapping[str, Any], body: bytes, must: bool) -> bool:
    """Whether a token was made for this body. Without `must`, one that names no body is for any."""
    told = claims.get("payload_hash")
    if told is None:
        return not must
    return isinstance(told, str) and same(hashlib.sha256(body).hexdigest(), told.lower())


def signature_of(method: Method, secret: str, fields: Mapping[str, str]) -> str:
    """What Vonage writes into `sig` for these fields, in hexadecimal. The separators are taken out of the values."""
    covered = "".join(
        f"&{key}={fields[key].replace('&', '_').replace('=', '_')}" for key in sorted(fields) if key != "sig"
    )
    if method == "md5hash":
        return hashlib.md5((covered + secret).encode(), usedforsecurity=False).hexdigest()
    return hmac.new(secret.encode(), covered.encode(), method).hexdigest()


def is_signed(method: Method, secrets: Iterable[str], fields: Mapping[str, str]) -> bool:
    """Whether one of the secrets signed these fields. A separator in a name would let two fields pass as one, and so
    take a field away.
    """
    if any("=" in key for key in fields):
        return False
    given = fields.get("sig", "").lower()
    return any(same(signature_of(method, secret, fields), given) for secret in secrets if secret)


def is_fresh(seconds: Any, now: datetime, within: timedelta) -> bool:
    """Whether a Unix time is near now, before or after it. `seconds` is a number, or its digits."""
    if isinstance(seconds, str):
        seconds = int(seconds) if seconds.isdecimal() and seconds.isascii() and len(seconds) < 13 else None
    if isinstance(seconds, bool) or not isinstance(seconds, int | float):
        return False
    return abs(now.timestamp() - seconds) <= within.total_seconds()


def same(one: str, other: str) -> bool:
    return hmac.compare_digest(one.encode(), other.encode())
