"""What the process that holds the binds reads and writes: accounts, ids of parts, deliveries; durable on return."""

import asyncio
import logging
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from datetime import datetime, timedelta
from typing import Any, TypeVar
from uuid import UUID, uuid4

from django.db import close_old_connections, connections, transaction

from messaging.inbox.arriving import Arriving
from sms import submitted
from sms.callbacks import COMMIT, pack
from sms.gateways.gateway import Account, Callback
from sms.gateways.smpp.coding import Part
from sms.gateways.smpp.kept import call_of
from sms.gateways.smpp.pdu import Delivery
from sms.models import ReceivedPart, SmsGateway
from sms.submitted import Submitted
from sms.ways import account_of

# Parts of a reply that have waited so long for their siblings are read without them.
PARTS_WAIT = timedelta(minutes=5)

log = logging.getLogger(__name__)

Result = TypeVar("Result")


class Rows:
    """Database work off the event loop, in one thread with one connection; ids that wait together are one commit."""

    def __init__(self, clock: Callable[[], datetime]) -> None:
        self._clock = clock
        self._thread = ThreadPoolExecutor(1, thread_name_prefix="smpp-database")
        self._waiting: list[tuple[Submitted, asyncio.Future[None]]] = []
        self._is_writing = False

    async def _run(self, work: Callable[..., Result], *arguments: Any) -> Result:
        return await asyncio.get_running_loop().run_in_executor(self._thread, _guarded, work, *arguments)

    def close(self) -> None:
        """Finish what is begun and let go of the connection."""
        self._thread.submit(connections.close_all)  # of that thread
        self._thread.shutdown(wait=True)

    async def accounts(self) -> dict[UUID, Account]:
        """The open accounts at message centres."""
        return await self._run(_accounts)

    async def keep_ids(self, gateway_id: UUID, reference: UUID, keys: list[str], parts: int) -> None:
        """Write down which ids the parts of a text got."""
        written: asyncio.Future[None] = asyncio.get_running_loop().create_future()
        self._waiting.append((Submitted(gateway_id, reference, tuple(keys), parts), written))
        if not self._is_writing:
            self._is_writing = True
            try:
                await self._write_waiting()
            finally:
                self._is_writing = False
        await written

    async def _write_waiting(self) -> None:
        while self._waiting:
            batch, self._waiting = self._waiting, []
            failure: Exception | None = None
            try:
                await self._run(submitted.keep, [text for text, _written in batch], self._clock())
            except Exception as error:  # noqa: BLE001 - each of those who wait gets it
                failure = error
            for _text, written in batch:
                if failure is not None:
                    written.set_exception(failure)
                else:
                    written.set_result(None)

    async def keep(self, gateway_id: UUID, unit: bytes, *, is_receipt: bool) -> bool:
        """Keep one delivery in the webhook inbox; whether it is durable."""
        return await self._keep_call(gateway_id, call_of(uuid4().hex, [unit], is_receipt=is_receipt))

    async def keep_part(self, gateway_id: UUID, delivery: Delivery, part: Part, unit: bytes) -> bool:
        """Keep one part of a reply; with the last one the whole goes to the inbox. Whether it is durable."""
        rows = await self._run(_add_part, gateway_id, delivery, part, unit, self._clock())
        return len(rows) < part.total or await self._keep_whole(rows)

    async def sweep(self) -> None:
        """Read what has waited too long for its siblings, and forget ids that nobody will ask for."""
        for rows in await self._run(_left_alone, self._clock()):
            await self._keep_whole(rows)
        await self._run(submitted.forget_old, self._clock())

    async def _keep_whole(self, rows: list[ReceivedPart]) -> bool:
        """Whoever keeps the same parts twice gives them the same key, so they are one reply."""
        call = call_of(f"parts-{rows[0].pk}", [bytes(row.unit) for row in rows], is_receipt=False)
        is_kept = await self._keep_call(rows[0].gateway_id, call)
        if is_kept:
            await self._run(_forget, rows)
        return is_kept

    async def _keep_call(self, gateway_id: UUID, call: Callback) -> bool:
        """The inbox commits in a thread of its own; only the waiting is done here."""
        arriving = Arriving("sms", pack(gateway_id, call, self._clock()), (gateway_id,))
        return await asyncio.to_thread(COMMIT.keep, arriving)


def _guarded(work: Callable[..., Result], *arguments: Any) -> Result:
    close_old_connections()
    return work(*arguments)


def _accounts() -> dict[UUID, Account]:
    """One that does not fit its models is left out, so that it cannot keep the others from being bound."""
    found: dict[UUID, Account] = {}
    for row in SmsGateway.objects.filter(kind="smpp", paused_at__isnull=True):
        try:
            found[row.pk] = account_of(row)
        except ValueError as error:
            log.error("gateway %s: its configuration cannot be used (%s)", row.pk, type(error).__name__)
    return found


def _add_part(gateway_id: UUID, delivery: Delivery, part: Part, unit: bytes, now: datetime) -> list[ReceivedPart]:
    """Keep a part, once, and return those of its text that are there, in their order."""
    text: dict[str, Any] = {
        "gateway_id": gateway_id,
        "from_address": delivery.source.value[:65],
        "to_address": delivery.destination.value[:65],
        "reference": part.reference,
        "parts": part.total,
    }
    with transaction.atomic():
        ReceivedPart.objects.update_or_create(**text, part=part.place, defaults={"unit": unit, "came_at": now})
    return list(ReceivedPart.objects.filter(**text).order_by("part"))


def _left_alone(now: datetime) -> list[list[ReceivedPart]]:
    """Texts whose newest part came too long ago, each as its parts in order."""
    texts: dict[tuple[Any, ...], list[ReceivedPart]] = {}
    for row in ReceivedPart.objects.order_by("part"):
        key = (row.gateway_id, row.from_address, row.to_address, row.reference, row.parts)
        texts.setdefault(key, []).append(row)
    return [rows for rows in texts.values() if max(row.came_at for row in rows) < now - PARTS_WAIT]


def _forget(rows: list[ReceivedPart]) -> None:
    ReceivedPart.objects.filter(pk__in=[row.pk for row in rows]).delete()
