"""Telling a web process of this machine a captured webhook, signed as Meta would sign it."""

import hashlib
import hmac
from typing import NamedTuple
from urllib.parse import urlsplit

import orjson
from urllib3.exceptions import HTTPError

from messaging.wire import NotSent, ask, new_session

LOOPBACK = frozenset({"127.0.0.1", "localhost", "::1"})
PATIENCE = 30.0  # seconds


class NotPlayed(Exception):
    """It was not told; the text says why and what to do."""


class Told(NamedTuple):
    """What the web process answered."""

    status: int
    body: str


def account_in(raw: bytes) -> str:
    """The WABA id that a payload speaks of first; empty where it names none."""
    try:
        payload = orjson.loads(raw)
    except orjson.JSONDecodeError:
        return ""
    entries = payload.get("entry") if isinstance(payload, dict) else None
    first = entries[0] if isinstance(entries, list) and entries else None
    return str(first.get("id", "")) if isinstance(first, dict) else ""


def play(raw: bytes, app_secret: str, url: str) -> Told:
    """Post these bytes once. Raises NotPlayed for an address that is not of this machine: a signed payload is as good
    as Meta's word to whoever it reaches.
    """
    host = urlsplit(url).hostname
    if host not in LOOPBACK or urlsplit(url).scheme not in ("http", "https"):
        raise NotPlayed(f"--url: {host or url} is not this machine. Name one of {', '.join(sorted(LOOPBACK))}.")
    signature = "sha256=" + hmac.new(app_secret.encode(), raw, hashlib.sha256).hexdigest()
    headers = {"Content-Type": "application/json", "X-Hub-Signature-256": signature}
    try:
        with new_session() as session:
            reply = ask(session, "POST", url, raw, headers, PATIENCE, PATIENCE)
    except (NotSent, HTTPError, OSError) as error:
        raise NotPlayed(f"{url} does not answer ({type(error).__name__}). Start the web process.") from None
    return Told(reply.status, reply.body[:200].decode("utf-8", "replace"))
