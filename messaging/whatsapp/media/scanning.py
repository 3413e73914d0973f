"""Asking a virus scanner: clamd, by its INSTREAM command. An error is a no; without a scanner nothing is called clean.

Source: clamd(8), "INSTREAM": chunks of a four-byte length and the data, ended by a length of zero.
"""

import socket
import struct
from contextlib import closing
from urllib.parse import urlsplit

from django.conf import settings
from django.core.exceptions import ImproperlyConfigured

from messaging.models import MediaAsset

_CHUNK = 1 << 16
_SECONDS = 30.0
_LONGEST_ANSWER = 4096


class Infected(Exception):
    """The scanner found something; the text is its name for it."""


class ScanFailed(Exception):
    """The scanner is there and did not say. Nobody may take the file for clean."""


def is_configured() -> bool:
    return bool(settings.CLAMD_ADDRESS)


def scan(content: bytes) -> MediaAsset.Scan:
    """CLEAN, or UNSCANNED where no scanner is configured. Raises Infected and ScanFailed."""
    if not is_configured():
        return MediaAsset.Scan.UNSCANNED
    try:
        with closing(_line()) as line:
            answer = _ask(line, content)
    except OSError as error:
        raise ScanFailed(type(error).__name__) from error
    verdict = answer.removeprefix("stream:").strip()
    if verdict.endswith(" FOUND"):
        raise Infected(verdict.removesuffix(" FOUND")[:100])
    if verdict != "OK":
        raise ScanFailed(verdict[:100] or "no answer")
    return MediaAsset.Scan.CLEAN


def _line() -> socket.socket:
    """A connection to CLAMD_ADDRESS: tcp://host:port or unix:///path."""
    address = urlsplit(settings.CLAMD_ADDRESS)
    if address.scheme == "tcp" and address.hostname and address.port:
        return socket.create_connection((address.hostname, address.port), timeout=_SECONDS)
    if address.scheme == "unix" and address.path:
        line = socket.socket(socket.AF_UNIX, socket.SOCK_STREAM)
        line.settimeout(_SECONDS)
        try:
            line.connect(address.path)
        except OSError:
            line.close()
            raise
        return line
    raise ImproperlyConfigured(f"CLAMD_ADDRESS is {settings.CLAMD_ADDRESS!r}: say tcp://host:port or unix:///path")


def _ask(line: socket.socket, content: bytes) -> str:
    line.sendall(b"zINSTREAM\0")
    for begin in range(0, len(content), _CHUNK):
        chunk = content[begin : begin + _CHUNK]
        line.sendall(struct.pack("!I", len(chunk)) + chunk)
    line.sendall(struct.pack("!I", 0))
    answer = b""
    while b"\0" not in answer and len(answer) < _LONGEST_ANSWER:
        more = line.recv(_LONGEST_ANSWER)
        if not more:
            break
        answer += more
    return answer.partition(b"\0")[0].decode("utf-8", "replace").strip()
