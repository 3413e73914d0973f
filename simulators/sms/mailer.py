"""Receipts and replies of one gateway on their way: gathered where the gateway gathers, and posted."""

import asyncio
from collections.abc import Callable
from dataclasses import dataclass
from itertools import groupby
from typing import Any

from simulators.common.agenda import Agenda
from simulators.common.journal import Journal
from simulators.common.posting import Letter, PostOffice
from simulators.sms.misbehaviour import Misbehaviour


@dataclass(frozen=True, slots=True)
class News:
    """One thing to tell to this address. `note` is its short form for the journal."""

    url: str
    item: dict[str, Any]
    note: list[Any]


class Mailer(PostOffice):
    """`letter` writes one body of up to `most` items."""

    def __init__(
        self,
        agenda: Agenda,
        journal: Journal,
        misbehaviour: Callable[[], Misbehaviour],
        letter: Callable[[list[News]], Letter],
        most: int,
    ) -> None:
        super().__init__(agenda, journal, misbehaviour)
        self.misbehaviour, self.letter, self.most = misbehaviour, letter, most
        self.waiting: list[News] = []
        self._timer: asyncio.TimerHandle | None = None

    def add(self, news: News) -> None:
        """Tell this, with others that come soon."""
        self.waiting.append(news)
        self.freed()

    async def tell_now(self, news: News) -> int:
        """Tell this at once, alone, and wait for the answer; its HTTP status."""
        return await self.post(self.letter([news]))

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
        self._timer = None
        while self.waiting and self.in_flight < self.misbehaviour().webhook_connections:
            _, group = next(groupby(self.waiting, key=lambda news: news.url))
            batch = list(group)[: self.most]
            del self.waiting[: len(batch)]
            self.start(self.letter(batch))
