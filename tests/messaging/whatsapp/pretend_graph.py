"""A few lines of HTTP server that go wrong in the ways networks do, and remember what reached them."""

import json
import socket
import ssl
import struct
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from pathlib import Path

ACCEPTED = {
    "messaging_product": "whatsapp",
    "contacts": [{"input": "+85251234567", "wa_id": "85251234567"}],
    "messages": [{"id": "wamid.HBgLODUy", "message_status": "accepted"}],
}
RESET = "reset"  # reads the request, then cuts the line without an answer
HANG = "hang"  # reads the request and says nothing
HALF = "half"  # begins an answer and cuts the line
ENDS = "ends"  # says what is in `ends` and closes the line


def answer(status: int, body: object) -> bytes:
    """A whole HTTP answer that keeps the connection open."""
    content = body if isinstance(body, bytes) else json.dumps(body).encode()
    return b"HTTP/1.1 %d X\r\nContent-Length: %d\r\n\r\n" % (status, len(content)) + content


@dataclass
class PretendGraph:
    """Answers in the order of `script`; the last one is repeated. `requests` holds heads and bodies as they came."""

    script: list[bytes | str]
    port: int = 0
    connections: int = 0
    ends: bytes = b""
    tls: ssl.SSLContext | None = None
    requests: list[tuple[str, bytes]] = field(default_factory=list)

    @property
    def url(self) -> str:
        return f"{'https' if self.tls else 'http'}://127.0.0.1:{self.port}"

    def serve(self, listener: socket.socket) -> None:
        while True:
            try:
                line, _address = listener.accept()
            except OSError:
                return
            self.connections += 1
            threading.Thread(target=self._talk, args=(line,), daemon=True).start()

    def _talk(self, line: socket.socket) -> None:
        if self.tls is not None:
            try:
                line = self.tls.wrap_socket(line, server_side=True)
            except ssl.SSLError:
                return  # the client has hung up on us
        with line, line.makefile("rb") as reader:
            while head := self._read_head(reader):
                length = next(
                    (int(row.split(":")[1]) for row in head.lower().splitlines() if "content-length" in row), 0
                )
                self.requests.append((head, reader.read(length)))
                turn = self.script[min(len(self.requests), len(self.script)) - 1]
                if turn == RESET:
                    line.setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, struct.pack("ii", 1, 0))
                    return
                if turn == HANG:
                    reader.read(1)
                    return
                if turn == HALF:
                    line.sendall(b"HTTP/1.1 200 OK\r\nContent-Length: 500\r\n\r\n{")
                    return
                if turn == ENDS:
                    line.sendall(self.ends)
                    return
                assert isinstance(turn, bytes)
                line.sendall(turn)

    @staticmethod
    def _read_head(reader: object) -> str:
        rows: list[bytes] = []
        while (row := reader.readline()) not in (b"\r\n", b""):  # type: ignore[attr-defined]
            rows.append(row)
        return b"".join(rows).decode()


@contextmanager
def pretend_graph(*script: bytes | str, certificate: Path | None = None) -> Iterator[PretendGraph]:
    """A running server on a free port of this machine; over TLS with a certificate and its key in one file."""
    listener = socket.create_server(("127.0.0.1", 0))
    graph = PretendGraph(list(script), port=listener.getsockname()[1])
    if certificate is not None:
        graph.tls = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
        graph.tls.load_cert_chain(certificate)
    threading.Thread(target=graph.serve, args=(listener,), daemon=True).start()
    try:
        yield graph
    finally:
        listener.shutdown(socket.SHUT_RDWR)
        listener.close()
