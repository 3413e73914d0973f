"""One request over a kept connection: one write, and the answer as it comes, read by httptools (docs/adr/0020).

The connection is one of `lines`' pools: it is made, proved and checked there, and goes back there.
"""

import socket
from collections.abc import Mapping
from functools import lru_cache
from typing import NamedTuple
from urllib.parse import quote

import requests
from httptools import HttpParserError, HttpParserUpgrade, HttpResponseParser
from urllib3.exceptions import HTTPError

from messaging.wire.lines import NotSent, line_to

LARGEST_ANSWER = 1 << 20  # bytes; whoever answers a message with more is not the provider
_READ_AT_ONCE = 1 << 16
_OF_A_PATH = "/%:=&?~#+!$,;'@()*[]"


class Reply(NamedTuple):
    """What came back. The headers' names are in lower case; of one that comes twice the last counts."""

    status: int
    headers: Mapping[str, str]
    body: bytes


class AnswerBroken(HTTPError):
    """What came back is not one whole HTTP answer."""


def ask(
    session: requests.Session,
    method: str,
    url: str,
    body: bytes | None,
    headers: Mapping[str, str],
    connect: float,
    read: float,
) -> Reply:
    """The answer to one request over a session of `new_session`. Times are in seconds, `read` is how long the line may
    be silent; `body` is None where there is none at all.

    Raises `NotSent`, or `HTTPError` and `OSError` when it is not known what became of the request.
    """
    path_from = url.find("/", url.find("://") + 3)
    origin, path = (url[:path_from], url[path_from:]) if path_from > 0 else (url, "/")
    head = _head(method, origin.partition("://")[2], path, tuple(headers.items()))
    request = head + b"\r\n" if body is None else head + b"Content-Length: %d\r\n\r\n" % len(body) + body
    with line_to(session, origin, connect) as line:
        line.socket.settimeout(read)
        line.socket.sendall(request)
        answer = _read(line.socket)
        line.may_be_kept = answer.keeps_line
    return Reply(answer.status, answer.headers, b"".join(answer.pieces))


@lru_cache(maxsize=1024)
def _head(method: str, host: str, path: str, headers: tuple[tuple[str, str], ...]) -> bytes:
    """All of the head but the length of the body: the same for every message of a sender."""
    lines = [f"{method} {quote(path, safe=_OF_A_PATH)} HTTP/1.1", f"Host: {host}", "Accept-Encoding: identity"]
    lines += [f"{name}: {value}" for name, value in headers]
    if not all(line.isascii() and line.isprintable() for line in lines):
        raise NotSent("a header has characters that no request may carry")
    return "\r\n".join([*lines, ""]).encode()


class _Reading:
    """One answer as httptools tells it, piece by piece. An interim one (1xx) is passed over."""

    parser: HttpResponseParser

    def __init__(self) -> None:
        self.pieces: list[bytes] = []
        self.headers: dict[str, str] = {}
        self.status = 0
        self.is_whole = False
        self.keeps_line = False

    @property
    def may_end_with_line(self) -> bool:
        """Whether nobody said how long the answer is: then it ends where the line does."""
        return self.status >= 200 and not self.headers.keys() & {"content-length", "transfer-encoding"}

    def on_message_begin(self) -> None:
        self.keeps_line = False  # behind a whole answer comes what nobody asked for

    def on_header(self, name: bytes, value: bytes) -> None:
        if not self.is_whole:
            self.headers[name.decode("latin-1").lower()] = value.decode("latin-1")

    def on_headers_complete(self) -> None:
        if not self.is_whole:
            self.status = self.parser.get_status_code()
            self.keeps_line = self.parser.should_keep_alive()

    def on_body(self, piece: bytes) -> None:
        if not self.is_whole:
            self.pieces.append(piece)

    def on_message_complete(self) -> None:
        self.is_whole = self.status >= 200


def _read(line: socket.socket) -> _Reading:
    answer, length = _Reading(), 0
    answer.parser = HttpResponseParser(answer)
    try:
        while not answer.is_whole:
            data = line.recv(_READ_AT_ONCE)
            length += len(data)
            if length > LARGEST_ANSWER:
                raise AnswerBroken("too large")
            if data:
                answer.parser.feed_data(data)
            elif answer.may_end_with_line:
                answer.is_whole = True
            else:
                raise AnswerBroken("cut off")
    except (HttpParserError, HttpParserUpgrade) as error:
        answer.keeps_line = False
        if not answer.is_whole:
            raise AnswerBroken(type(error).__name__) from None
    finally:
        del answer.parser  # the two hold each other
    return answer
