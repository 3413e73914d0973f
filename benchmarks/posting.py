"""Posts at a fixed rate whatever the server does, as the world does: an open loop.

Run as a process of its own, the requests signed beforehand:
`python -m benchmarks.posting PORT RATE SECONDS WABA NUMBER SECRET [FILE]`. The reports are the file's, JSON a line, or
else of messages that nobody knows. A latency counts from the moment the post was due, not from when a connection was
free for it. Prints JSON: `answered` (posts with 200), `refused` (other answers), `lost` (no answer), `rate` (answers a
second), `p50`, `p99` in milliseconds, `late` (the p99 of how late the generator itself was, in ms) and `busy`, the
share of a core that the generator took.
"""

import asyncio
import json
import math
import sys
import time
from collections import deque
from collections.abc import Sequence
from dataclasses import dataclass, field
from pathlib import Path
from statistics import quantiles

from benchmarks.webhook_bodies import Account, delivered

CONNECTIONS = 128


@dataclass(slots=True)
class Loop:
    """What is due, what is free, and what came back. `expected` is the status of a good answer."""

    expected: bytes = b"200"
    began: float = 0.0
    due: deque[tuple[float, bytes]] = field(default_factory=deque)
    free: "deque[Connection]" = field(default_factory=deque)
    took: list[float] = field(default_factory=list)
    late: list[float] = field(default_factory=list)
    refused: int = 0

    lost: int = 0

    def post(self) -> None:
        while self.due and self.free:
            self.free.popleft().post(*self.due.popleft())


class Connection(asyncio.Protocol):
    """One kept connection, one request at a time."""

    def __init__(self, loop: Loop) -> None:
        self._loop = loop
        self._due = 0.0
        self._answer = b""

    def connection_made(self, transport: asyncio.BaseTransport) -> None:
        assert isinstance(transport, asyncio.Transport)
        self._transport = transport
        self._loop.free.append(self)

    def connection_lost(self, error: Exception | None) -> None:
        """A post without an answer is lost; a connection that ended while it was free is just no longer there."""
        if self._due:
            self._loop.lost += 1
        elif self in self._loop.free:
            self._loop.free.remove(self)

    def post(self, due: float, request: bytes) -> None:
        self._due = due
        self._transport.write(request)

    def data_received(self, data: bytes) -> None:
        self._answer += data
        if not _is_whole(self._answer):
            return
        if self._answer[9:12] == self._loop.expected:
            self._loop.took.append(time.perf_counter() - self._due)
        else:
            self._loop.refused += 1
        self._answer, self._due = b"", 0.0
        self._loop.free.append(self)
        self._loop.post()


def _is_whole(answer: bytes) -> bool:
    """Servers may write the head and the body apart."""
    head, separator, body = answer.partition(b"\r\n\r\n")
    return bool(separator) and len(body) >= int(head.lower().partition(b"content-length:")[2].split(b"\r\n", 1)[0])


async def post_all(port: int, rate: float, requests: Sequence[bytes], expected: bytes = b"200") -> Loop:
    """Each request at its moment; ends when all are answered, or 20 s after the last was due."""
    loop, running = Loop(expected), asyncio.get_running_loop()
    for _ in range(CONNECTIONS):
        await running.create_connection(lambda: Connection(loop), "127.0.0.1", port)
    loop.began = time.perf_counter() + 0.1
    sent = 0
    while sent < len(requests):
        now = time.perf_counter()
        while sent < len(requests) and (moment := loop.began + sent / rate) <= now:
            loop.late.append(now - moment)
            loop.due.append((moment, requests[sent]))
            sent += 1
        loop.post()
        await asyncio.sleep(0.001)
    until = time.perf_counter() + 20
    while len(loop.took) + loop.refused + loop.lost < len(requests) and time.perf_counter() < until:
        await asyncio.sleep(0.005)
    return loop


def _percentile(seconds: list[float], hundredth: int) -> float:
    """In milliseconds; endless where hardly anything was answered."""
    return 1000 * quantiles(seconds, n=100)[hundredth - 1] if len(seconds) > 1 else math.inf


def main(port: str, rate: str, seconds: str, waba: str, number: str, secret: str, file: str = "") -> None:
    count = int(float(rate) * float(seconds))
    reports = map(json.loads, Path(file).read_text().splitlines()[:count]) if file else delivered(count)
    requests = list(Account(waba, number, secret).requests(reports))
    busy = time.process_time()
    loop = asyncio.run(post_all(int(port), float(rate), requests))
    lasted = time.perf_counter() - loop.began
    told = {
        "posts": len(requests), "answered": len(loop.took), "refused": loop.refused, "lost": loop.lost,
        "rate": len(loop.took) / lasted,
        "p50": _percentile(loop.took, 50), "p99": _percentile(loop.took, 99),
        "late": _percentile(loop.late, 99), "busy": (time.process_time() - busy) / lasted,
    }  # fmt: skip
    sys.stdout.write(json.dumps(told))


if __name__ == "__main__":
    main(*sys.argv[1:])
