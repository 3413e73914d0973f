"""A webhook for tests: keeps every POST byte for byte and answers what it is told."""

import json
import threading
from dataclasses import dataclass
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import Any
from urllib.parse import parse_qs, urlsplit


@dataclass(frozen=True)
class Posted:
    raw: bytes
    signature: str
    status: int

    @property
    def body(self) -> dict[str, Any]:
        found: dict[str, Any] = json.loads(self.raw)
        return found


class Listener:
    """`refusals` is how many POSTs are answered 503 before the next 200; `verify_token` is what a handshake needs."""

    def __init__(self) -> None:
        self.posts: list[Posted] = []
        self.refusals = 0
        self.verify_token = "simulated-verify-token"
        listener = self

        class Handler(BaseHTTPRequestHandler):
            protocol_version = "HTTP/1.1"
            disable_nagle_algorithm = True

            def do_GET(self) -> None:
                asked = {name: values[0] for name, values in parse_qs(urlsplit(self.path).query).items()}
                right = asked.get("hub.verify_token") == listener.verify_token and asked["hub.mode"] == "subscribe"
                self._answer(200 if right else 403, asked["hub.challenge"].encode() if right else b"")

            def do_POST(self) -> None:
                raw = self.rfile.read(int(self.headers["Content-Length"]))
                status = 503 if listener.refusals else 200
                listener.refusals = max(0, listener.refusals - 1)
                listener.posts.append(Posted(raw, self.headers["X-Hub-Signature-256"], status))
                self._answer(status, b"EVENT_RECEIVED")

            def _answer(self, status: int, body: bytes) -> None:
                self.send_response(status)
                self.send_header("Content-Length", str(len(body)))
                self.end_headers()
                self.wfile.write(body)

            def log_request(self, *arguments: Any) -> None:
                """Say nothing."""

        self._server = ThreadingHTTPServer(("127.0.0.1", 0), Handler)
        self._server.daemon_threads = True
        self._thread = threading.Thread(target=self._server.serve_forever, args=(0.05,), daemon=True)
        self._thread.start()
        self.url = f"http://127.0.0.1:{self._server.server_port}/webhook"

    def forget(self) -> None:
        self.posts.clear()
        self.refusals = 0

    def close(self) -> None:
        self._server.shutdown()
        self._server.server_close()

    def changes(self, field: str = "messages") -> list[dict[str, Any]]:
        """The values of all changes of a field that were answered with 200, in the order they came."""
        return [
            change["value"]
            for post in self.posts
            if post.status == 200
            for entry in post.body["entry"]
            for change in entry["changes"]
            if change["field"] == field
        ]

    def items(self, kind: str) -> list[dict[str, Any]]:
        """All `statuses` or `messages`."""
        return [item for value in self.changes() for item in value.get(kind, [])]

    def statuses(self) -> list[str]:
        return [item["status"] for item in self.items("statuses")]
