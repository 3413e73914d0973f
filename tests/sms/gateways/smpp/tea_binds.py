"""Harbour Tea's account at a message centre, records in memory, and binds for the length of a test."""

import asyncio
from collections.abc import AsyncIterator, Awaitable, Callable
from contextlib import asynccontextmanager
from dataclasses import dataclass, field
from typing import Any
from uuid import UUID, uuid4

from messaging.carriers import SendFailed
from simulators.smsc.hosting import SmscSimulator
from sms.gateways.gateway import Account
from sms.gateways.smpp.binds import Binds
from sms.gateways.smpp.coding import Part
from sms.gateways.smpp.configuration import SmppConfiguration, SmppSecrets
from sms.gateways.smpp.local import Handed
from sms.gateways.smpp.pdu import Delivery
from sms.text import measure
from tests.sms.gateways.accounts import account

SECRET = "shown-to-the-process"


def at(centre: SmscSimulator, password: str = "pw-00001", **options: Any) -> Account:
    configuration = SmppConfiguration(
        host="127.0.0.1", port=centre.smpp_port, system_id="harbour", **{"answer_seconds": 2.0, **options}
    )
    return account(configuration, SmppSecrets.model_validate({"password": password, "process_secret": SECRET}))


@dataclass
class Memory:
    """Records as the binds want them, and a database that can be away."""

    open: dict[UUID, Account]
    ids: dict[UUID, tuple[list[str], int]] = field(default_factory=dict)
    kept: list[tuple[str, bytes]] = field(default_factory=list)
    parts: list[Part] = field(default_factory=list)
    is_away: bool = False
    slow: float = 0.0

    async def accounts(self) -> dict[UUID, Account]:
        return self.open

    async def keep_ids(self, gateway_id: UUID, reference: UUID, keys: list[str], parts: int) -> None:
        await asyncio.sleep(self.slow)
        if self.is_away:
            raise ConnectionError("the database is away")
        self.ids[reference] = (keys, parts)

    async def keep(self, gateway_id: UUID, unit: bytes, *, is_receipt: bool) -> bool:
        if self.is_away:
            return False
        self.kept.append(("receipt" if is_receipt else "text", unit))
        return True

    async def keep_part(self, gateway_id: UUID, delivery: Delivery, part: Part, unit: bytes) -> bool:
        self.parts.append(part)
        return True

    async def sweep(self) -> None:
        """Nothing grows old in a test."""


@dataclass
class Bound:
    """The binds and what they wrote down."""

    binds: Binds
    memory: Memory
    account: Account

    async def send(
        self, text: str = "Tea is in.", to: str = "+85261234567", reference: UUID | None = None
    ) -> list[str]:
        handed = Handed(
            reference=reference or uuid4(), sender="#HARBOUR", to=to, text=text, encoding=measure(text).encoding
        )
        return await self.binds.send(self.account.id, SECRET, handed)

    async def refused(self, text: str = "Tea is in.", to: str = "+85261234567") -> SendFailed:
        try:
            ids = await self.send(text, to)
        except SendFailed as failed:
            return failed
        raise AssertionError(f"the text was taken as {ids}")

    @property
    def is_bound(self) -> bool:
        return all(state["bound"] for state in self.binds.state().values())


@asynccontextmanager
async def binding(where: Account, *, wait: bool = True) -> AsyncIterator[Bound]:
    memory = Memory({where.id: where})
    bound = Bound(Binds(memory, first_rest=0.05), memory, where)
    await bound.binds.begin()
    if wait:
        await until(lambda: bound.is_bound)
    try:
        yield bound
    finally:
        await bound.binds.end()


async def until(condition: Callable[[], bool], seconds: float = 8.0) -> None:
    async with asyncio.timeout(seconds):
        while not condition():
            await asyncio.sleep(0.01)


def run(story: Callable[[], Awaitable[None]]) -> None:
    """Play a test's story on an event loop of its own."""

    async def played() -> None:
        await story()

    asyncio.run(played())
