"""How an application proves itself to Vonage: a token signed with its private key (RS256)."""

from datetime import datetime
from functools import lru_cache
from uuid import uuid4

import jwt
from cryptography.hazmat.primitives.asymmetric.rsa import RSAPrivateKey
from cryptography.hazmat.primitives.serialization import load_pem_private_key

LASTS, USED = 900, 300  # seconds: how long Vonage takes one at most, and how long we use it


def token_of(pem: str, application_id: str, now: datetime) -> str:
    """One token for all requests of five minutes: signing costs more than sending does."""
    return _signed(pem, application_id, int(now.timestamp()) // USED * USED)


@lru_cache(maxsize=64)
def key_of(pem: str) -> RSAPrivateKey:
    """The key in a PEM, read once: reading checks its primes. Raises ValueError, without a word of the key."""
    try:
        key = load_pem_private_key(pem.encode(), password=None)
    except (ValueError, TypeError):
        key = None
    if not isinstance(key, RSAPrivateKey):
        raise ValueError("Give an RSA private key in PEM, without a password.") from None
    return key


@lru_cache(maxsize=64)
def _signed(pem: str, application_id: str, begun: int) -> str:
    claims = {"application_id": application_id, "iat": begun, "exp": begun + LASTS, "jti": str(uuid4())}
    return jwt.encode(claims, key_of(pem), algorithm="RS256")
