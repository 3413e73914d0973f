"""Whether Twilio signed a callback. Source: Twilio's security page and the validator of its own SDK.

The signature covers the public address with its query, and for forms each key and value, sorted. A key that comes
several times counts once a distinct value. A JSON body is covered by its hash in the query.
"""

import base64
import hashlib
import hmac
from collections.abc import Iterable, Mapping, Sequence
from urllib.parse import parse_qs, urlsplit, urlunsplit

HEADER = "x-twilio-signature"
_DEFAULT_PORTS = {"http": 80, "https": 443}


def signature_of(token: str, url: str, form: Mapping[str, Sequence[str]]) -> str:
    """What Twilio writes into the header for this address and form."""
    covered = url + "".join(key + value for key in sorted(form) for value in sorted(set(form[key])))
    return base64.b64encode(hmac.new(token.encode(), covered.encode(), hashlib.sha1).digest()).decode()


def is_signed(tokens: Iterable[str], url: str, form: Mapping[str, Sequence[str]], body: bytes, given: str) -> bool:
    """Whether one of the tokens signed this call, whichever way the address names its port."""
    body_hash = parse_qs(urlsplit(url).query).get("bodySHA256")
    if body_hash is not None:
        if not hmac.compare_digest(hashlib.sha256(body).hexdigest(), body_hash[0].lower()):
            return False
        form = {}
    expected = [signature_of(token, one, form) for token in tokens if token for one in _spellings(url)]
    return any(hmac.compare_digest(one.encode(), given.encode()) for one in expected)


def _spellings(url: str) -> tuple[str, str]:
    """The address without a port, and with the port that its scheme implies; proxies add and drop it."""
    parts = urlsplit(url)
    host = parts.hostname or ""
    port = parts.port or _DEFAULT_PORTS.get(parts.scheme, 443)
    return urlunsplit(parts._replace(netloc=host)), urlunsplit(parts._replace(netloc=f"{host}:{port}"))
