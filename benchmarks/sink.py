"""A Graph API that says yes at once, or after DELAY seconds, and does nothing else: the fastest there could be.

Run as a process of its own: `python -m benchmarks.sink PORT [DELAY]`.
"""

import asyncio
import itertools
import sys

_ANSWER = b'{"messaging_product":"whatsapp","contacts":[{"input":"x","wa_id":"x"}],"messages":[{"id":"wamid.%012d"}]}'
_LENGTH = len(_ANSWER % 0)
_HEAD = b"HTTP/1.1 200 OK\r\nContent-Type: application/json\r\nContent-Length: %d\r\n\r\n" % _LENGTH
_numbers = itertools.count()


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
            self._waiting = self._waiting[end:]
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
