"""A pretend clamd: speaks INSTREAM on a socket of this machine and knows one virus."""

import socket
import struct
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from pathlib import Path

from tests.messaging.whatsapp.media.files import EICAR


@dataclass
class Clamd:
    """`answer` replaces what it finds; `heard` is what it was given to scan."""

    address: str
    answer: bytes = b""
    heard: list[bytes] = field(default_factory=list)

    def serve(self, listener: socket.socket) -> None:
        while True:
            try:
                line, _address = listener.accept()
            except OSError:
                return
            with line, line.makefile("rb") as reader:
                self._talk(line, reader)

    def _talk(self, line: socket.socket, reader: object) -> None:
        read = reader.read  # type: ignore[attr-defined]
        if read(10) != b"zINSTREAM\0":
            line.sendall(b"UNKNOWN COMMAND\0")
            return
        content = b""
        while (length := struct.unpack("!I", read(4))[0]) > 0:
            content += read(length)
        self.heard.append(content)
        found = b"stream: Eicar-Test-Signature FOUND\0" if EICAR in content else b"stream: OK\0"
        line.sendall(self.answer or found)


@contextmanager
def pretend_clamd(unix: Path | None = None) -> Iterator[Clamd]:
    """A running scanner, on a free port or on a Unix socket at this path."""
    if unix is None:
        listener = socket.create_server(("127.0.0.1", 0))
        clamd = Clamd(f"tcp://127.0.0.1:{listener.getsockname()[1]}")
    else:
        listener = socket.socket(socket.AF_UNIX, socket.SOCK_STREAM)
        listener.bind(str(unix))
        listener.listen()
        clamd = Clamd(f"unix://{unix}")
    threading.Thread(target=clamd.serve, args=(listener,), daemon=True).start()
    try:
        yield clamd
    finally:
        listener.shutdown(socket.SHUT_RDWR)
        listener.close()
