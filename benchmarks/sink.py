"""A provider that says yes at once, or after DELAY seconds, and does nothing else: the fastest there could be.

Run as a process of its own: `python -m benchmarks.sink PORT [DELAY [WIRE]]`. A GET answers what arrived since the last
one.
"""

import asyncio
import http.client
import itertools
import json
import sys
import time
from dataclasses import dataclass

# How each wire says that it took a message: status and body, with room for a number.
_YES: dict[str, tuple[str, str]] = {
    "graph": (
        "200 OK",
        '{"messaging_product":"whatsapp","contacts":[{"input":"x","wa_id":"x"}],"messages":[{"id":"wamid.%016d"}]}',
    ),
    "twilio": ("201 Created", '{"sid":"SM%032d","status":"queued","num_segments":"1","error_code":null}'),
    "vonage": ("202 Accepted", '{"message_uuid":"%032d"}'),
    "infobip": (
        "200 OK",
        '{"messages":[{"messageId":"%032d","status":{"groupId":1,"groupName":"PENDING","id":26,'
        '"name":"PENDING_ACCEPTED"},"destination":"85261234567","details":{"messageCount":1}}]}',
    ),
    "generic": ("200 OK", '{"state":"queued","id":"%032d"}'),
}
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


def yes(wire: str) -> bytes:
    """The whole answer of a wire; `% number` makes it one of its own."""
    status, body = _YES[wire]
    head = f"HTTP/1.1 {status}\r\nContent-Type: application/json\r\nContent-Length: {len(body % 0)}\r\n\r\n"
    return (head + body).encode()


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

    def __init__(self, delay: float, answer: bytes) -> None:
        self._delay = delay
        self._yes = answer
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
            self._transport.write(self._yes % next(_numbers))


async def serve(port: int, delay: float, answer: bytes) -> None:
    server = await asyncio.get_running_loop().create_server(
        lambda: Sink(delay, answer), "127.0.0.1", port, backlog=2048
    )
    sys.stdout.write("ready\n")
    sys.stdout.flush()
    await server.serve_forever()


def main(port: str, delay: str = "0", wire: str = "graph") -> None:
    asyncio.run(serve(int(port), float(delay), yes(wire)))


if __name__ == "__main__":
    main(*sys.argv[1:])
