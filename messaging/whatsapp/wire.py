"""The connection to providers: no retries, no stale connections, and knowing whether a byte has left.

Management calls use the session; messages go through `post` and `ask`, over the same pool but past what `requests`
does around it, which costs more than sending does (docs/adr/0012).

A lost answer after the first byte is unsure for ever; a connection that never stood is not. `requests` reports both
with overlapping exceptions (a TLS time-out arrives as a read time-out), so the line is drawn here, in the pool.
"""

import logging
import re
import time
from collections.abc import Mapping
from http.cookiejar import DefaultCookiePolicy
from typing import Any, cast

import requests
from requests.adapters import HTTPAdapter
from urllib3 import BaseHTTPResponse, HTTPConnectionPool, HTTPSConnectionPool, PoolManager, Timeout
from urllib3.connection import HTTPConnection, HTTPSConnection
from urllib3.exceptions import HTTPError

KEPT_CONNECTIONS = 1280  # eight lanes of 160 hand-overs; a connection above this is made anew for each request
IDLE_LIMIT = 5.0  # seconds; older pooled connections may be half closed by the other side
HELD_BYTES = 16_384  # a larger body leaves by itself: joining it to its head would copy it
_SECRET_IN_QUERY = re.compile(r"((?:appsecret_proof|input_token|access_token|sig)=)[^&\s]+")


class NotSent(HTTPError):
    """The connection never stood, so not one byte of the request has left."""


class _OneWrite:
    """Mixed into urllib3's connections: head and body leave together, so that neither side wakes up twice."""

    _held: bytes | None = None

    def request(self, *question: Any, **options: Any) -> None:
        self._held = b""
        try:
            super().request(*question, **options)  # type: ignore[misc]
            held = self._held
        finally:
            self._held = None
        if held:
            self.send(held)

    def send(self, data: Any) -> None:
        held = self._held
        if held is not None and isinstance(data, bytes) and len(held) + len(data) <= HELD_BYTES:
            self._held = held + data
            return
        if held:
            super().send(held)  # type: ignore[misc]
            self._held = b""
        super().send(data)  # type: ignore[misc]


class _OneWriteHTTP(_OneWrite, HTTPConnection):
    pass


class _OneWriteHTTPS(_OneWrite, HTTPSConnection):
    pass


class _FreshPool:
    """Mixed into urllib3's pools: closes connections that idled too long and tells failures before the first byte."""

    def _put_conn(self, conn: Any) -> None:
        if conn is not None:
            conn.idle_since = time.monotonic()
        super()._put_conn(conn)  # type: ignore[misc]

    def _get_conn(self, timeout: float | None = None) -> Any:
        conn = super()._get_conn(timeout)  # type: ignore[misc]
        if time.monotonic() - getattr(conn, "idle_since", time.monotonic()) > IDLE_LIMIT:
            conn.close()  # the same object connects anew when it is used
        return conn

    def _validate_conn(self, conn: Any) -> None:
        """Connect now, for plain HTTP too, so that whatever fails here fails before the request is written."""
        try:
            if conn.is_closed:
                conn.connect()
            super()._validate_conn(conn)  # type: ignore[misc]
        except (HTTPError, OSError, ValueError) as error:
            raise NotSent(type(error).__name__) from None


class _FreshHTTPPool(_FreshPool, HTTPConnectionPool):
    ConnectionCls = _OneWriteHTTP


class _FreshHTTPSPool(_FreshPool, HTTPSConnectionPool):
    ConnectionCls = _OneWriteHTTPS


class _Adapter(HTTPAdapter):
    _found: dict[tuple[str, bool | str | None], HTTPConnectionPool]

    def init_poolmanager(self, connections: int, maxsize: int, block: bool = False, **pool_kwargs: Any) -> None:
        self._found = {}
        self.poolmanager = PoolManager(num_pools=connections, maxsize=maxsize, block=block, **pool_kwargs)
        self.poolmanager.pool_classes_by_scheme = {"http": _FreshHTTPPool, "https": _FreshHTTPSPool}

    def pool_for(self, origin: str, verify: bool | str | None) -> HTTPConnectionPool:
        """The pool that a request of the session to this origin uses, with the same proof of who is there.

        Finding it costs a tenth of an exchange, so it is kept until the session has thrown it away. Raises
        `requests.RequestException` for an address that is none.
        """
        kept = self._found.get((origin, verify))
        if kept is None or kept.pool is None:
            kept = self._found[origin, verify] = self._find_pool(origin, verify)
        return kept

    def _find_pool(self, origin: str, verify: bool | str | None) -> HTTPConnectionPool:
        request = requests.PreparedRequest()
        request.url = origin
        pool = self.get_connection_with_tls_context(request, verify)
        self.cert_verify(pool, origin, verify, cert=None)  # type: ignore[no-untyped-call]
        return cast(HTTPConnectionPool, pool)


def new_session(pool_size: int = KEPT_CONNECTIONS) -> requests.Session:
    """A session several threads may share: no proxies or netrc from the environment, no cookies, no retries."""
    session = requests.Session()
    session.trust_env = False
    session.cookies.set_policy(DefaultCookiePolicy(allowed_domains=[]))
    adapter = _Adapter(pool_connections=8, pool_maxsize=pool_size, max_retries=0)
    session.mount("https://", adapter)
    session.mount("http://", adapter)
    return session


def post(
    session: requests.Session, url: str, body: bytes, headers: Mapping[str, str], connect: float, read: float
) -> tuple[int, bytes]:
    """Status and body of the answer to one POST, as `ask` gives it."""
    answer = ask(session, "POST", url, body, headers, connect, read)
    return answer.status, answer.data


def ask(
    session: requests.Session,
    method: str,
    url: str,
    body: bytes | None,
    headers: Mapping[str, str],
    connect: float,
    read: float,
) -> BaseHTTPResponse:
    """The answer to one request over a session of `new_session`, read to its end. Times are in seconds.

    Raises `NotSent`, or `HTTPError` and `OSError` when it is not known what became of the request.
    """
    host_from = url.find("://") + 3
    path_from = url.find("/", host_from)
    try:
        adapter = cast(_Adapter, session.get_adapter(url))
        pool = adapter.pool_for(url[:path_from], session.verify)
    except requests.RequestException as error:
        raise NotSent(type(error).__name__) from None
    return pool.urlopen(
        method, url[path_from:], body, headers, retries=False, redirect=False, assert_same_host=False,
        timeout=Timeout(connect=connect, read=read),
    )  # fmt: skip


def _without_secrets(record: logging.LogRecord) -> bool:
    """urllib3 logs each path with its query at DEBUG; proofs and tokens must not get there."""
    if isinstance(record.args, tuple):
        record.args = tuple(
            _SECRET_IN_QUERY.sub(r"\1[hidden]", part) if isinstance(part, str) else part for part in record.args
        )
    return True


logging.getLogger("urllib3.connectionpool").addFilter(_without_secrets)
