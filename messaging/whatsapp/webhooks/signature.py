"""Who may speak to the webhook: a signature over the raw bytes for events, a shared token for the handshake."""

import hashlib
import hmac
import re
from collections.abc import Hashable, Mapping, Sequence
from typing import TypeVar

Account = TypeVar("Account", bound=Hashable)
SIGNATURE_HEADER = "x-hub-signature-256"
_SIGNATURE = re.compile(r"sha256=([0-9a-fA-F]{64})", re.ASCII)
_CHALLENGE = re.compile(r"\w{1,64}", re.ASCII)


def verify_signature(raw: bytes, header: str, secrets: Sequence[str]) -> bool:
    """Whether the header is the HMAC-SHA256 of these bytes under one of the secrets (current and previous).

    The bytes as they came: JSON written again would not match. Empty secrets are no secrets.
    """
    return bool(signers(raw, header, {"any": secrets}))


def signers(raw: bytes, header: str, secrets: Mapping[Account, Sequence[str]]) -> frozenset[Account]:
    """The accounts whose secret signed these bytes. A body may only speak for the accounts of its signers: with one
    inbox for several apps, whoever knows one app's secret could otherwise forge events about another's numbers.
    """
    given = _SIGNATURE.fullmatch(header)
    if given is None:
        return frozenset()
    wanted = given[1].lower()
    matches = [
        (account, hmac.compare_digest(hmac.new(secret.encode(), raw, hashlib.sha256).hexdigest(), wanted))
        for account, known in secrets.items()
        for secret in known
        if secret
    ]
    return frozenset(account for account, signed in matches if signed)


def answer_handshake(params: Mapping[str, str], verify_token: str) -> str | None:
    """The challenge to send back as plain text, or None to answer 403. An empty token of ours matches nothing."""
    given = params.get("hub.verify_token", "")
    known = bool(verify_token) and hmac.compare_digest(given.encode("utf-8", "replace"), verify_token.encode())
    challenge = params.get("hub.challenge", "")
    if params.get("hub.mode") != "subscribe" or not known or not _CHALLENGE.fullmatch(challenge):
        return None
    return challenge
