"""Connections to providers: no retries, no stale connections, and knowing whether a byte has left.

Management calls use the session; messages take a line of the same pools and go past what `requests` and urllib3 do
around it (`asking`), which costs more than sending does (docs/adr/0020).

A lost answer after the first byte is unsure for ever; a connection that never stood is not. `requests` reports both
with overlapping exceptions (a TLS time-out arrives as a read time-out), so the line is drawn here, in the pool.
"""

import logging
import re
import socket
import time
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from http.cookiejar import DefaultCookiePolicy
from typing import Any, cast

import requests
from requests.adapters import HTTPAdapter
from urllib3 import HTTPConnectionPool, HTTPSConnectionPool, PoolManager
from urllib3.exceptions import HTTPError

KEPT_CONNECTIONS = 1280  # eight lanes of 160 hand-overs; a connection above this is made anew for each request
IDLE_LIMIT = 5.0  # seconds; older pooled connections may be half closed by the other side
ORIGINS = 64  # providers with a pool of their own
_SECRET_IN_QUERY = re.compile(r"((?:appsecret_proof|input_token|access_token|sig)=)[^&\s]+")


class NotSent(HTTPError):
    """The connection never stood, so not one byte of the request has left."""


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
    pass


class _FreshHTTPSPool(_FreshPool, HTTPSConnectionPool):
    pass


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
    adapter = _Adapter(pool_connections=ORIGINS, pool_maxsize=pool_size, max_retries=0)
    session.mount("https://", adapter)
    session.mount("http://", adapter)
    return session


@dataclass(slots=True)
class Line:
    """A connection that stands. It is closed after use unless its user says that it may be kept."""

    socket: socket.socket
    may_be_kept: bool = False


@contextmanager
def line_to(session: requests.Session, origin: str, connect: float) -> Iterator[Line]:
    """A line of the session's pool to this origin, connected within so many seconds. Raises `NotSent`."""
    pool: Any
    try:
        pool = cast(_Adapter, session.get_adapter(origin)).pool_for(origin, session.verify)
        connection = pool._get_conn()
    except (requests.RequestException, HTTPError) as error:
        raise NotSent(type(error).__name__) from None
    may_be_kept = False
    try:
        connection.timeout = connect
        pool._validate_conn(connection)
        line = Line(connection.sock)
        yield line
        may_be_kept = line.may_be_kept
    finally:
        if not may_be_kept:
            connection.close()
        pool._put_conn(connection)


def _without_secrets(record: logging.LogRecord) -> bool:
    """urllib3 logs each path with its query at DEBUG; proofs and tokens must not get there."""
    if isinstance(record.args, tuple):
        record.args = tuple(
            _SECRET_IN_QUERY.sub(r"\1[hidden]", part) if isinstance(part, str) else part for part in record.args
        )
    return True


logging.getLogger("urllib3.connectionpool").addFilter(_without_secrets)
