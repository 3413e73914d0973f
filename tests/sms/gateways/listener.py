"""A gateway of a few lines: answers what a test tells it to and keeps what it was asked. A real socket, no more."""

import threading
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer


@dataclass(frozen=True)
class Asked:
    method: str
    path: str
    headers: dict[str, str]
    body: bytes


@dataclass
class Listener:
    """`status` and `body` are the next answers, the body may depend on what is asked; with `hangs_up` the connection
    closes without one.
    """

    url: str = ""
    status: int = 200
    body: bytes | Callable[[Asked], bytes] = b"{}"
    headers: dict[str, str] = field(default_factory=dict)
    hangs_up: bool = False
    asked: list[Asked] = field(default_factory=list)


@contextmanager
def listening() -> Iterator[Listener]:
    told = Listener()

    class Handler(BaseHTTPRequestHandler):
        protocol_version = "HTTP/1.1"

        def do_POST(self) -> None:
            self._answer()

        def do_GET(self) -> None:
            self._answer()

        def _answer(self) -> None:
            body = self.rfile.read(int(self.headers.get("Content-Length", 0)))
            headers = {name.lower(): value for name, value in self.headers.items()}
            told.asked.append(Asked(self.command, self.path, headers, body))
            if told.hangs_up:
                self.close_connection = True
                return
            answer = told.body if isinstance(told.body, bytes) else told.body(told.asked[-1])
            self.send_response(told.status)
            for name, value in {"Content-Length": str(len(answer)), **told.headers}.items():
                self.send_header(name, value)
            self.end_headers()
            self.wfile.write(answer)

        def log_message(self, *said: object) -> None:
            """Tests say what they saw themselves."""

    server = ThreadingHTTPServer(("127.0.0.1", 0), Handler)
    thread = threading.Thread(target=server.serve_forever, args=(0.01,), daemon=True)
    thread.start()
    told.url = f"http://127.0.0.1:{server.server_port}"
    try:
        yield told
    finally:
        server.shutdown()
        server.server_close()
        thread.join()
