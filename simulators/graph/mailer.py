"""The webhooks on their way: updates gathered into bodies, signed, posted, posted again until somebody says 200."""

import asyncio
import threading
import time
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass
from http.client import HTTPConnection, HTTPException, HTTPSConnection
from typing import Any
from urllib.parse import urlsplit

from simulators.graph.account import Account
from simulators.graph.agenda import Agenda
from simulators.graph.journal import Journal
from simulators.graph.misbehaviour import Misbehaviour
from simulators.graph.webhooks import Update, body_of, signature, wire_bytes

IDLE_LIMIT = 1.0  # seconds; a connection idle for longer may be half closed by the other side
MOST_CONNECTIONS = 64


@dataclass(frozen=True, slots=True)
class Letter:
    """One body on its way, byte for byte the same at every try."""

    raw: bytes
    signature: str
    notes: list[Any]


@dataclass(frozen=True, slots=True)
class Answer:
    """What the webhook's owner said; status 0 when nothing came back, with the reason."""

    status: int
    seconds: float
    problem: str = ""


class Mailer:
    """Sends updates to the webhook. `misbehaviour` is asked anew each time, so changes hold at once."""

    def __init__(
        self, account: Account, agenda: Agenda, journal: Journal, misbehaviour: Callable[[], Misbehaviour]
    ) -> None:
        self.account, self.agenda, self.journal, self.misbehaviour = account, agenda, journal, misbehaviour
        self.url = account.webhook_url
        self.waiting: list[Update] = []
        self.in_flight = 0
        self.posts = 0
        self.given_up = 0
        self._timer: asyncio.TimerHandle | None = None
        self._threads = ThreadPoolExecutor(MOST_CONNECTIONS, thread_name_prefix="webhook")
        self._post = Post()
        self._tasks: set[asyncio.Task[int]] = set()

    def add(self, update: Update) -> None:
        """Send this update with others that come soon."""
        self.waiting.append(update)
        self._arm()

    async def post_now(self, updates: list[Update]) -> int:
        """Send these at once, alone, and wait for the answer to the first try; its HTTP status."""
        self.in_flight += 1
        return await self._try(self._letter(updates), 1)

    async def post_raw(self, raw: bytes, note: object) -> int:
        """Send exactly these bytes, signed; the HTTP status of the first try."""
        self.in_flight += 1
        return await self._try(Letter(raw, signature(self.account.app_secret, raw), [note]), 1)

    def clear(self) -> None:
        """Forget what has not been posted yet."""
        self.waiting.clear()

    def close(self) -> None:
        """Post nothing more."""
        self.clear()
        for task in self._tasks:
            task.cancel()
        self._threads.shutdown(wait=False, cancel_futures=True)

    def _arm(self) -> None:
        if self._timer is None and self.waiting:
            self._timer = asyncio.get_running_loop().call_later(self.misbehaviour().batch_wait_seconds, self._send)

    def _send(self) -> None:
        """Start as many POSTs as may run; what is left waits for one of them to end, in growing batches."""
        self._timer = None
        rules = self.misbehaviour()
        while self.waiting and self.in_flight < rules.webhook_connections:
            batch, self.waiting = self.waiting[: rules.batch_size], self.waiting[rules.batch_size :]
            self._start(self._letter(batch), 1)

    def _start(self, letter: Letter, nth: int) -> None:
        self.in_flight += 1
        task = asyncio.create_task(self._try(letter, nth))
        self._tasks.add(task)
        task.add_done_callback(self._tasks.discard)

    def _letter(self, updates: list[Update]) -> Letter:
        raw = wire_bytes(body_of(updates, self.account, time.time()))
        return Letter(raw, signature(self.account.app_secret, raw), [update.note for update in updates])

    async def _try(self, letter: Letter, nth: int) -> int:
        """One POST, already counted as in flight by whoever asks for it."""
        rules = self.misbehaviour()
        try:
            answer = await asyncio.get_running_loop().run_in_executor(
                self._threads, self._post, self.url, letter, rules.webhook_timeout_seconds
            )
        finally:
            self.in_flight -= 1
            self._arm()
        self.posts += 1
        again = answer.status != 200 and nth < rules.webhook_tries
        self.given_up += answer.status != 200 and not again
        self.journal.write(
            time.time(),
            "webhook",
            status=answer.status,
            nth=nth,
            ms=round(answer.seconds * 1000, 1),
            bytes=len(letter.raw),
            updates=letter.notes,
            **({"problem": answer.problem} if answer.problem else {}),
            **({"again": again} if answer.status != 200 else {}),
        )
        if again:
            self.agenda.after(rules.webhook_backoff_seconds * 2 ** (nth - 1), lambda: self._start(letter, nth + 1))
        return answer.status


class Post:
    """Posts a body from a thread, on that thread's own connection. Proxies in the environment play no part."""

    def __init__(self) -> None:
        self._own = threading.local()

    def __call__(self, url: str, letter: Letter, timeout: float) -> Answer:
        began = time.monotonic()
        try:
            status = self._send(url, letter, timeout)
        except (OSError, HTTPException) as error:
            self._drop()
            return Answer(0, time.monotonic() - began, f"{type(error).__name__}: {error}")
        return Answer(status, time.monotonic() - began)

    def _send(self, url: str, letter: Letter, timeout: float) -> int:
        parts = urlsplit(url)
        connection = self._connection(parts.scheme, parts.netloc, timeout)
        connection.request(
            "POST",
            (parts.path or "/") + (f"?{parts.query}" if parts.query else ""),
            body=letter.raw,
            headers={
                "Content-Type": "application/json",
                "User-Agent": "facebookexternalua",
                "X-Hub-Signature-256": f"sha256={letter.signature}",
            },
        )
        response = connection.getresponse()
        response.read()
        self._own.used = time.monotonic()
        if response.will_close:
            self._drop()
        return response.status

    def _connection(self, scheme: str, place: str, timeout: float) -> HTTPConnection:
        own = self._own
        if getattr(own, "where", None) != (scheme, place, timeout) or time.monotonic() - own.used > IDLE_LIMIT:
            self._drop()
            own.connection = (HTTPSConnection if scheme == "https" else HTTPConnection)(place, timeout=timeout)
            own.where = (scheme, place, timeout)
            own.used = time.monotonic()
        connection: HTTPConnection = own.connection
        return connection

    def _drop(self) -> None:
        if connection := getattr(self._own, "connection", None):
            connection.close()
        self._own.where = None
