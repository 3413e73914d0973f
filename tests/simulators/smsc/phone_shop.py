"""An account at the message centre, by hand: one connection, octets out, octets in."""

import asyncio
from collections.abc import AsyncIterator, Awaitable, Callable, Iterator
from contextlib import asynccontextmanager
from dataclasses import dataclass, field
from itertools import count

from simulators.smsc import wire
from simulators.smsc.hosting import SmscSimulator
from simulators.smsc.wire import Unit, read_unit


@dataclass
class Account:
    """`stores` is the status that deliveries are answered with."""

    reader: asyncio.StreamReader
    writer: asyncio.StreamWriter
    stores: int = 0
    delivered: list[Unit] = field(default_factory=list)
    answers: dict[int, Unit] = field(default_factory=dict)
    numbers: Iterator[int] = field(default_factory=lambda: count(1))

    def write(self, command: int, body: bytes = b"") -> int:
        number = next(self.numbers)
        self.writer.write(Unit(command, 0, number, body).octets())
        return number

    async def ask(self, command: int, body: bytes = b"") -> Unit:
        number = self.write(command, body)
        await until(lambda: number in self.answers)
        return self.answers[number]

    async def listen(self) -> None:
        try:
            while True:
                unit = await read_unit(self.reader)
                if unit.command & wire.ANSWER:
                    self.answers[unit.sequence] = unit
                else:
                    self.delivered.append(unit)
                    self.writer.write(Unit(unit.command | wire.ANSWER, self.stores, unit.sequence, b"\0").octets())
        except (asyncio.IncompleteReadError, OSError):
            self.writer.close()


@asynccontextmanager
async def connected(centre: SmscSimulator, password: str = "pw-00001") -> AsyncIterator[tuple[Account, Unit]]:
    """A connection and the answer to its bind."""
    account = Account(*await asyncio.open_connection("127.0.0.1", centre.smpp_port))
    ears = asyncio.create_task(account.listen())
    try:
        body = wire.string("harbour") + wire.string(password) + wire.string("") + b"\x34\0\0" + wire.string("")
        yield account, await account.ask(wire.BIND_TRANSCEIVER, body)
    finally:
        account.writer.close()
        await ears


def text_to(phone: str, octets: bytes = b"Tea", esm_class: int = 0) -> bytes:
    """The body of a submit_sm from #HARBOUR that asks for a receipt."""
    return (
        b"\0" + b"\5\0#HARBOUR\0" + b"\1\1" + phone.encode() + b"\0" + bytes((esm_class, 0, 0)) + b"\0\0"
        + bytes((1, 0, 0, 0, len(octets))) + octets
    )  # fmt: skip


async def until(condition: Callable[[], bool], seconds: float = 8.0) -> None:
    async with asyncio.timeout(seconds):
        while not condition():
            await asyncio.sleep(0.005)


def run(story: Callable[[], Awaitable[None]]) -> None:
    async def played() -> None:
        await story()

    asyncio.run(played())
