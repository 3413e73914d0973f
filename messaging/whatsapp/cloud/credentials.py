"""Where the Graph API is and what an account shows there: the address, the token, the proof of the app secret."""

import hashlib
import hmac
import re
from dataclasses import dataclass, field
from functools import lru_cache

import requests
from requests.auth import AuthBase

_PRINTABLE = re.compile(r"[!-~]*")
_VERSION = re.compile(r"v[0-9]{1,3}\.[0-9]")


@dataclass(frozen=True, slots=True)
class Address:
    """Where the Graph API is, and how long to wait for it. Times in seconds; reading is per packet."""

    base_url: str = "https://graph.facebook.com"
    version: str = "v25.0"
    connect_seconds: float = 3.0
    read_seconds: float = 20.0

    def __post_init__(self) -> None:
        if not _VERSION.fullmatch(self.version):
            raise ValueError(f"{self.version[:20]!r} is not a Graph API version; GRAPH_VERSION looks like v25.0.")

    def url(self, path: str) -> str:
        return f"{self.base_url.rstrip('/')}/{self.version}/{path}"


@dataclass(frozen=True, slots=True)
class Credentials:
    """An account's token, and the app secret when calls must carry a proof of it. Neither is ever shown."""

    access_token: str = field(repr=False)
    app_secret: str = field(default="", repr=False)

    def __post_init__(self) -> None:
        if not self.access_token:
            raise ValueError("The access token is empty; set the account's token.")
        if not (_PRINTABLE.fullmatch(self.access_token) and _PRINTABLE.fullmatch(self.app_secret)):
            raise ValueError("The access token or app secret has spaces or foreign characters; copy it again.")

    @property
    def proof(self) -> str:
        """HMAC-SHA256 of the token under the app secret, in hex; empty without an app secret."""
        return _proof(self.access_token, self.app_secret) if self.app_secret else ""

    def strip_from(self, body: bytes) -> bytes:
        """The body without our secrets: Meta repeats a malformed token in its error text."""
        for secret in (self.access_token, self.app_secret, self.proof):
            if secret:
                body = body.replace(secret.encode(), b"[hidden]")
        return body


@lru_cache(maxsize=256)
def _proof(access_token: str, app_secret: str) -> str:
    return hmac.new(app_secret.encode(), access_token.encode(), hashlib.sha256).hexdigest()


class Bearer(AuthBase):
    """Set as auth, so that neither netrc nor a redirect can change the header."""

    def __init__(self, token: str, kind: str) -> None:
        self.value = f"{kind} {token}"

    def __call__(self, request: requests.PreparedRequest) -> requests.PreparedRequest:
        request.headers["Authorization"] = self.value
        return request
