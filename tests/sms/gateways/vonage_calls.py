"""An account at Vonage, and calls as Vonage makes them at our noon."""

import hashlib
import json
from collections.abc import Mapping
from datetime import UTC, datetime
from functools import cache
from typing import Any
from urllib.parse import urlencode

import jwt
from cryptography.hazmat.primitives.asymmetric import rsa
from cryptography.hazmat.primitives.serialization import Encoding, NoEncryption, PrivateFormat

from sms.gateways.gateway import Account, Callback
from sms.gateways.vonage.adapter import Vonage, VonageConfiguration, VonageSecrets
from sms.gateways.vonage.signature import Method, signature_of
from tests.sms.gateways.accounts import account

NOON = datetime(2026, 3, 2, 4, 0, tzinfo=UTC)  # 12:00 in Hong Kong
NOON_SECONDS = 1_772_424_000
SECRET = "vonage-signature-secret-1-0123456789abcdef"
APPLICATION = "aaaaaaaa-bbbb-4ccc-8ddd-0123456789ab"
CLAIMS: dict[str, Any] = {
    "iat": NOON_SECONDS,
    "jti": "c5ba8f24-1a14-4c10-bfdf-3fbe8ce511b5",
    "iss": "Vonage",
    "api_key": "abcd1234",
    "application_id": APPLICATION,
}

vonage = Vonage(clock=lambda: NOON)


@cache
def private_key() -> rsa.RSAPrivateKey:
    return rsa.generate_private_key(65537, 2048)


def private_pem() -> str:
    return private_key().private_bytes(Encoding.PEM, PrivateFormat.PKCS8, NoEncryption()).decode()


def at_vonage(secrets: Mapping[str, str] | None = None, **more: Any) -> Account:
    configuration = VonageConfiguration.model_validate({"api_key": "abcd1234", "application_id": APPLICATION, **more})
    kept = {"signature_secret": SECRET, "api_secret": "an-api-secret", **(secrets or {})}
    return account(configuration, VonageSecrets.model_validate(kept))


def told(body: Any, kind: str = "receipt", secret: str = SECRET, **claims: Any) -> Callback:
    """A call of the Messages API, signed as Vonage does."""
    raw = json.dumps(body).encode()
    token = jwt.encode({**CLAIMS, "payload_hash": hashlib.sha256(raw).hexdigest(), **claims}, secret, "HS256")
    headers = {"content-type": "application/json", "authorization": f"Bearer {token}"}
    return Callback(kind, "POST", f"https://sms.example.test/sms/k3y/{kind}", "", headers, raw)  # type: ignore[arg-type]


def told_of_old(
    fields: Mapping[str, str], way: str = "form", kind: str = "receipt", secret: str = SECRET, method: Method = "sha256"
) -> Callback:
    """A call of the SMS API: as a GET, as a form or as JSON."""
    signed = {"timestamp": str(NOON_SECONDS), "nonce": "ec11dd3e", "api-key": "abcd1234", **fields}
    signed["sig"] = signature_of(method, secret, signed)
    return unsigned(signed, way, kind)


def unsigned(fields: Mapping[str, str], way: str, kind: str = "receipt") -> Callback:
    url, query = f"https://sms.example.test/sms/k3y/{kind}", urlencode(fields)
    if way == "get":
        return Callback(kind, "GET", f"{url}?{query}", query, {}, b"")  # type: ignore[arg-type]
    form = {"content-type": "application/x-www-form-urlencoded"}
    if way == "form":
        return Callback(kind, "POST", url, "", form, query.encode())  # type: ignore[arg-type]
    headers = {"content-type": "application/json; charset=utf-8"}
    return Callback(kind, "POST", url, "", headers, json.dumps(dict(fields)).encode())  # type: ignore[arg-type]
