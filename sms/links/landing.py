"""Looking at the page that a destination ends at, without letting the answer choose whom we talk to.

Every step of the way has to be https to an allowed host whose every address is on the public internet. The address that
was judged is the one that is connected to: a name that resolves differently a moment later changes nothing.
"""

import http.client
import ipaddress
import socket
import ssl
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from typing import Protocol
from urllib.parse import urljoin, urlsplit

MOST_STEPS = 5
SECONDS = 5.0
_REDIRECTS = frozenset({301, 302, 303, 307, 308})
AGENT = "Countersign link check"
# Addresses that a translator turns into IPv4 ones, whichever those may be.
_TRANSLATED = (ipaddress.ip_network("64:ff9b::/96"), ipaddress.ip_network("64:ff9b:1::/48"))


class BadLanding(Exception):
    """Why a destination cannot be vouched for; `code` goes to the link: unreachable, private_address, ..."""

    def __init__(self, code: str) -> None:
        super().__init__(code)
        self.code = code


@dataclass(frozen=True, slots=True)
class Step:
    """One answer on the way: its status, and where it sends on to."""

    status: int
    location: str = ""


class Ask(Protocol):
    """Ask one https address, at this one network address. Raises OSError."""

    def __call__(self, url: str, address: str) -> Step: ...


Resolve = Callable[[str], Sequence[str]]
IsAllowed = Callable[[str], bool]


def resolve(host: str) -> list[str]:
    """Every network address of a host. Raises OSError for a host without any."""
    return sorted({str(found[4][0]) for found in socket.getaddrinfo(host, 443, proto=socket.IPPROTO_TCP)})


def ask(url: str, address: str) -> Step:
    """GET one address over TLS, reading no body. The certificate has to be the host's."""
    parts = urlsplit(url)
    host = parts.hostname or ""
    line = http.client.HTTPSConnection(host, timeout=SECONDS)
    try:
        plain = socket.create_connection((address, 443), timeout=SECONDS)
        line.sock = ssl.create_default_context().wrap_socket(plain, server_hostname=host)
        target = f"{parts.path or '/'}{'?' if parts.query else ''}{parts.query}"
        line.request("GET", target, headers={"Host": host, "User-Agent": AGENT, "Accept": "text/html"})
        answer = line.getresponse()
        return Step(answer.status, answer.headers.get("Location", ""))
    except http.client.HTTPException as error:
        raise OSError(str(error)) from error
    finally:
        line.close()


def landing_of(url: str, is_allowed: IsAllowed, resolve: Resolve = resolve, ask: Ask = ask) -> str:
    """The address that this one ends at. Raises BadLanding with the first thing wrong on the way."""
    for _ in range(MOST_STEPS):
        step = _look(url, is_allowed, resolve, ask)
        if step.status not in _REDIRECTS:
            if not 200 <= step.status < 300:
                raise BadLanding(f"status_{step.status}")
            return url
        url = _next(url, step.location)
    raise BadLanding("too_many_redirects")


def _next(url: str, location: str) -> str:
    try:
        return urljoin(url, location)
    except ValueError:
        raise BadLanding("not_an_address") from None


def _look(url: str, is_allowed: IsAllowed, resolve: Resolve, ask: Ask) -> Step:
    try:
        parts = urlsplit(url)
        host, is_odd = parts.hostname or "", parts.port not in (None, 443) or "@" in parts.netloc
    except ValueError:
        raise BadLanding("not_an_address") from None
    if parts.scheme != "https" or is_odd:
        raise BadLanding("not_plain_https")
    if not is_allowed(host):
        raise BadLanding("domain_not_allowed")
    try:
        addresses = resolve(host)
        if not addresses or not all(is_public(address) for address in addresses):
            raise BadLanding("private_address")
        return ask(url, addresses[0])
    except (OSError, UnicodeError):
        raise BadLanding("unreachable") from None


def is_public(address: str) -> bool:
    """Whether an address is on the public internet: not this machine, not its neighbours, not a metadata service."""
    try:
        found = ipaddress.ip_address(address.partition("%")[0])
    except ValueError:
        return False
    if any(found in network for network in _TRANSLATED):
        return False
    inner = getattr(found, "ipv4_mapped", None) or getattr(found, "sixtofour", None) or found
    return bool(found.is_global and inner.is_global and not inner.is_multicast)
