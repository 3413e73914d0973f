"""A message centre that takes every text after DELAY seconds and does nothing else: no receipts, no replies.

Run as a process of its own: `python -m benchmarks.smsc_sink PORT [DELAY]`. It speaks SMPP 3.4.
"""

import asyncio
import itertools
import struct
import sys
import time

_HEADER = struct.Struct(">4I")
_BIND, _SUBMIT, _ANSWER = 0x09, 0x04, 0x80000000
_numbers = itertools.count(time.time_ns() // 1000)  # no other centre has given the same


class Centre(asyncio.Protocol):
    """One line: whole units by their length, an answer each."""

    def __init__(self, delay: float) -> None:
        self._delay = delay
        self._waiting = b""

    def connection_made(self, transport: asyncio.BaseTransport) -> None:
        assert isinstance(transport, asyncio.Transport)
        self._transport = transport

    def data_received(self, data: bytes) -> None:
        self._waiting += data
        while len(self._waiting) >= _HEADER.size:
            length, command, _status, sequence = _HEADER.unpack_from(self._waiting)
            if len(self._waiting) < length:
                return
            self._waiting = self._waiting[length:]
            self._hear(command, sequence)

    def _hear(self, command: int, sequence: int) -> None:
        if command == _SUBMIT:
            asyncio.get_running_loop().call_later(self._delay, self._take, sequence)
        elif not command & _ANSWER:
            self._answer(command, sequence, b"sink\0" if command == _BIND else b"")

    def _take(self, sequence: int) -> None:
        self._answer(_SUBMIT, sequence, b"%d\0" % next(_numbers))

    def _answer(self, command: int, sequence: int, body: bytes) -> None:
        if not self._transport.is_closing():
            self._transport.write(_HEADER.pack(_HEADER.size + len(body), command | _ANSWER, 0, sequence) + body)


async def serve(port: int, delay: float) -> None:
    server = await asyncio.get_running_loop().create_server(lambda: Centre(delay), "127.0.0.1", port)
    await server.serve_forever()


def main(port: str, delay: str = "0") -> None:
    asyncio.run(serve(int(port), float(delay)))


if __name__ == "__main__":
    main(*sys.argv[1:])
