"""All binds of this process: one line an account, begun, changed and ended as the accounts are at the desk."""

import asyncio
import contextlib
import hmac
import logging
from collections.abc import Awaitable
from dataclasses import dataclass
from typing import Any, Protocol
from uuid import UUID

from django.db import DatabaseError

from messaging.carriers import Retry, SendFailed
from sms.gateways.gateway import Account
from sms.gateways.smpp.coding import Part, part_in
from sms.gateways.smpp.configuration import SmppSecrets
from sms.gateways.smpp.hand_over import hand_over, references
from sms.gateways.smpp.line import FIRST_REST, Line
from sms.gateways.smpp.local import Handed
from sms.gateways.smpp.pdu import BadPdu, Delivery, Pdu, delivery_of

log = logging.getLogger(__name__)

LOOKS_EVERY = 5.0  # seconds
SWEEPS_EVERY = 60.0
SETTLE_SECONDS = 5.0  # how long a receipt waits for the ids of texts under way
ANSWER_SECONDS = 15.0  # how long a lane waits; less than its own patience


class Records(Protocol):
    """What is read and written for the binds (`rows.Rows`)."""

    def accounts(self) -> Awaitable[dict[UUID, Account]]: ...

    def keep_ids(self, gateway_id: UUID, reference: UUID, keys: list[str], parts: int) -> Awaitable[None]: ...

    def keep(self, gateway_id: UUID, unit: bytes, *, is_receipt: bool) -> Awaitable[bool]: ...

    def keep_part(self, gateway_id: UUID, delivery: Delivery, part: Part, unit: bytes) -> Awaitable[bool]: ...

    def sweep(self) -> Awaitable[None]: ...


@dataclass(frozen=True, slots=True)
class Held:
    """A line and the task that keeps it up."""

    line: Line
    task: asyncio.Task[None]


class NotAllowed(Exception):
    """Whoever asks does not know the account's secret."""


class Binds:
    """`begin` binds every open account and watches for changes; `end` finishes what is under way and unbinds."""

    def __init__(self, records: Records, first_rest: float = FIRST_REST) -> None:
        self._records, self._first_rest = records, first_rest
        self._held: dict[UUID, Held] = {}
        self._references = references()
        self._texts: set[asyncio.Task[list[str]]] = set()
        self._chores: list[asyncio.Task[None]] = []

    async def begin(self) -> None:
        await self.refresh()
        self._chores = [
            asyncio.create_task(self._every(LOOKS_EVERY, self.refresh)),
            asyncio.create_task(self._every(SWEEPS_EVERY, self._records.sweep)),
        ]

    async def end(self) -> None:
        for chore in self._chores:
            chore.cancel()
        await asyncio.gather(*(self._let_go(held) for held in self._held.values()))
        self._held.clear()

    async def refresh(self) -> None:
        """Bind new accounts, let go of closed ones, and bind changed ones anew."""
        accounts = await self._records.accounts()
        for key, held in list(self._held.items()):
            if accounts.get(key) != held.line.account:
                del self._held[key]
                await self._let_go(held)
        for key, account in accounts.items():
            if key not in self._held:
                self._held[key] = self._hold(account)

    def _hold(self, account: Account) -> Held:
        async def take_in(unit: Pdu) -> bool:
            return await self.take_in(line, unit)

        line = Line(account, take_in, self._first_rest)
        return Held(line, asyncio.create_task(line.run()))

    @staticmethod
    async def _let_go(held: Held) -> None:
        await held.line.stop()
        held.task.cancel()
        with contextlib.suppress(asyncio.CancelledError):
            await held.task

    @staticmethod
    async def _every(seconds: float, chore: Any) -> None:
        while True:
            await asyncio.sleep(seconds)
            try:
                await chore()
            except DatabaseError:
                log.warning("the accounts could not be looked at; looking again", exc_info=True)

    def state(self) -> dict[str, dict[str, Any]]:
        """Each account's line, for whoever watches the process."""
        return {
            str(key): {
                "bound": held.line.is_bound,
                "under_way": len(held.line.under_way),
                "refused": "" if held.line.refused is None else str(held.line.refused),
            }
            for key, held in self._held.items()
        }

    async def send(self, gateway_id: UUID, secret: str, handed: Handed) -> list[str]:
        """Hand a text over; the ids of its parts. Raises `NotAllowed` or `SendFailed`.

        Whoever waited long enough learns that nobody knows; the text goes on, and its ids are still written down.
        """
        held = self._held.get(gateway_id)
        if held is None:
            raise SendFailed(
                "no_bind", "This process does not hold that account", Retry.NOT_ATTEMPTED, 5.0, scope="sender"
            )
        secrets: SmppSecrets = held.line.account.secrets
        if not hmac.compare_digest(secrets.process_secret.get_secret_value().encode(), secret.encode()):
            raise NotAllowed
        text = asyncio.create_task(hand_over(held.line, handed, next(self._references), self._records.keep_ids))
        self._texts.add(text)
        text.add_done_callback(self._forget)
        done, _waiting = await asyncio.wait({text}, timeout=ANSWER_SECONDS)
        if not done:
            raise SendFailed("answer_late", "The message centre has not answered yet", Retry.UNSURE)
        return text.result()

    def _forget(self, text: "asyncio.Task[list[str]]") -> None:
        self._texts.discard(text)
        if not text.cancelled() and text.exception() is not None:
            log.info("a text was not handed over: %s", type(text.exception()).__name__)

    async def take_in(self, line: Line, unit: Pdu) -> bool:
        """Store what was delivered; whether it is durable. What cannot be read is stored all the same."""
        gateway_id, octets = line.account.id, unit.packed()
        try:
            delivery = delivery_of(unit)
        except BadPdu:
            return await self._records.keep(gateway_id, octets, is_receipt=False)
        if delivery.is_receipt:
            await line.what_is_under_way(SETTLE_SECONDS)
            return await self._records.keep(gateway_id, octets, is_receipt=True)
        part = part_in(delivery)[0]
        if part is None:
            return await self._records.keep(gateway_id, octets, is_receipt=False)
        return await self._records.keep_part(gateway_id, delivery, part, octets)
