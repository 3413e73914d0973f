"""A Graph API that says yes at once, or after DELAY seconds, and does nothing else: the fastest there could be.

Run as a process of its own: `python -m benchmarks.sink PORT [DELAY]`. A GET answers what arrived since the last one.
"""

import asyncio
import http.client
import itertools
import json
import sys
import time
from dataclasses import dataclass

_ANSWER = b'{"messaging_product":"whatsapp","contacts":[{"input":"x","wa_id":"x"}],"messages":[{"id":"wamid.%016d"}]}'
_LENGTH = len(_ANSWER % 0)
_HEAD = b"HTTP/1.1 200 OK\r\nContent-Type: application/json\r\nContent-Length: %d\r\n\r\n" % _LENGTH
_numbers = itertools.count(time.time_ns() // 1000)  # no other sink has given the same
_arrivals: list[float] = []


@dataclass(frozen=True, slots=True)
class Arrived:
    """`seconds` from the first to the last message; `busiest`, the most in any second, wherever it begins."""

    messages: int
    seconds: float
    busiest: int


def arrived(port: int) -> Arrived:
    """What the sink on that port has got since it was last asked."""
    line = http.client.HTTPConnection("127.0.0.1", port, timeout=30)
    line.request("GET", "/")
    told = json.loads(line.getresponse().read())
    line.close()
    return Arrived(**told)


def _tell() -> bytes:
    first = busiest = 0
    for last, at in enumerate(_arrivals):
        while at - _arrivals[first] >= 1.0:
            first += 1
        busiest = max(busiest, last - first + 1)
    seconds = _arrivals[-1] - _arrivals[0] if _arrivals else 0.0
    body = json.dumps({"messages": len(_arrivals), "seconds": seconds, "busiest": busiest}).encode()
    _arrivals.clear()
    return b"HTTP/1.1 200 OK\r\nContent-Length: %d\r\n\r\n" % len(body) + body


class Sink(asyncio.Protocol):
    """One kept connection: whole requests by their Content-Length, an answer each."""

    def __init__(self, delay: float) -> None:
        self._delay = delay
        self._waiting = b""

    def connection_made(self, transport: asyncio.BaseTransport) -> None:
        assert isinstance(transport, asyncio.Transport)
        self._transport = transport

    def data_received(self, data: bytes) -> None:
        self._waiting += data
        while (end := self._end_of_request()) is not None:
            is_question, self._waiting = self._waiting.startswith(b"GET"), self._waiting[end:]
            if is_question:
                self._transport.write(_tell())
                continue
            _arrivals.append(time.monotonic())
            if self._delay:
                asyncio.get_running_loop().call_later(self._delay, self._answer)
            else:
                self._answer()

    def _end_of_request(self) -> int | None:
        head = self._waiting.find(b"\r\n\r\n")
        if head < 0:
            return None
        lower = self._waiting[:head].lower()
        at = lower.find(b"content-length:")
        length = int(lower[at + 15 :].split(b"\r\n", 1)[0]) if at >= 0 else 0
        end = head + 4 + length
        return end if len(self._waiting) >= end else None

    def _answer(self) -> None:
        if not self._transport.is_closing():
            self._transport.write(_HEAD + _ANSWER % next(_numbers))


async def serve(port: int, delay: float) -> None:
    server = await asyncio.get_running_loop().create_server(lambda: Sink(delay), "127.0.0.1", port, backlog=2048)
    sys.stdout.write("ready\n")
    sys.stdout.flush()
    await server.serve_forever()


if __name__ == "__main__":
    asyncio.run(serve(int(sys.argv[1]), float(sys.argv[2]) if len(sys.argv) > 2 else 0.0))
