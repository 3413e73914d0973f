"""The webhooks on their way: updates gathered into bodies, signed, and posted."""

import asyncio
import time
from collections.abc import Callable
from typing import Any

from simulators.common.agenda import Agenda
from simulators.common.journal import Journal
from simulators.common.posting import Letter, PostOffice
from simulators.graph.account import Account
from simulators.graph.misbehaviour import Misbehaviour
from simulators.graph.webhooks import Update, body_of, signature, wire_bytes


class Mailer(PostOffice):
    """Sends updates to the webhook. `misbehaviour` is asked anew each time, so changes hold at once."""

    def __init__(
        self, account: Account, agenda: Agenda, journal: Journal, misbehaviour: Callable[[], Misbehaviour]
    ) -> None:
        super().__init__(agenda, journal, misbehaviour)
        self.account, self.misbehaviour = account, misbehaviour
        self.url = account.webhook_url
        self.waiting: list[Update] = []
        self._timer: asyncio.TimerHandle | None = None

    def add(self, update: Update) -> None:
        """Send this update with others that come soon."""
        self.waiting.append(update)
        self.freed()

    async def post_now(self, updates: list[Update]) -> int:
        """Send these at once, alone, and wait for the answer to the first try; its HTTP status."""
        return await self.post(self._gathered(updates))

    async def post_raw(self, raw: bytes, note: object) -> int:
        """Send exactly these bytes, signed; the HTTP status of the first try."""
        return await self.post(self._letter(raw, [note]))

    def clear(self) -> None:
        """Forget what has not been posted yet."""
        self.waiting.clear()

    def close(self) -> None:
        self.clear()
        super().close()

    def freed(self) -> None:
        if self._timer is None and self.waiting:
            self._timer = asyncio.get_running_loop().call_later(self.misbehaviour().batch_wait_seconds, self._send)

    def _send(self) -> None:
        """Start as many POSTs as may run; what is left waits for one of them to end, in growing batches."""
        self._timer = None
        rules = self.misbehaviour()
        while self.waiting and self.in_flight < rules.webhook_connections:
            batch, self.waiting = self.waiting[: rules.batch_size], self.waiting[rules.batch_size :]
            self.start(self._gathered(batch))

    def _gathered(self, updates: list[Update]) -> Letter:
        raw = wire_bytes(body_of(updates, self.account, time.time()))
        return self._letter(raw, [update.note for update in updates])

    def _letter(self, raw: bytes, notes: list[Any]) -> Letter:
        headers = {
            "Content-Type": "application/json",
            "User-Agent": "facebookexternalua",
            "X-Hub-Signature-256": f"sha256={signature(self.account.app_secret, raw)}",
        }
        return Letter(self.url, raw, headers, notes)
