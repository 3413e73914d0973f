"""Letters to webhooks: posted from threads, again and again until somebody takes them, each try in the journal."""

import asyncio
import threading
import time
from collections.abc import Callable, Mapping
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass, field
from http.client import HTTPConnection, HTTPException, HTTPSConnection
from typing import Any, Protocol
from urllib.parse import urlsplit

from simulators.common.agenda import Agenda
from simulators.common.journal import Journal

IDLE_LIMIT = 1.0  # seconds; a connection idle for longer may be half closed by the other side
MOST_CONNECTIONS = 64


@dataclass(frozen=True, slots=True)
class Letter:
    """One body on its way, byte for byte the same at every try. `notes` are its short form for the journal."""

    url: str
    raw: bytes
    headers: Mapping[str, str]
    notes: list[Any]
    method: str = "POST"
    facts: Mapping[str, Any] = field(default_factory=dict)


@dataclass(frozen=True, slots=True)
class Answer:
    """What the webhook's owner said; status 0 when nothing came back, with the reason."""

    status: int
    seconds: float
    problem: str = ""


class PostingRules(Protocol):
    """How letters are posted. `webhook_tries` counts all of them."""

    @property
    def webhook_timeout_seconds(self) -> float: ...

    @property
    def webhook_tries(self) -> int: ...

    @property
    def webhook_backoff_seconds(self) -> float: ...


class PostOffice:
    """Posts letters. `rules` is asked anew each time, so changes hold at once."""

    def __init__(self, agenda: Agenda, journal: Journal, rules: Callable[[], PostingRules]) -> None:
        self.agenda, self.journal, self.rules = agenda, journal, rules
        self.in_flight = 0
        self.posts = 0
        self.given_up = 0
        self._threads = ThreadPoolExecutor(MOST_CONNECTIONS, thread_name_prefix="webhook")
        self._post = Post()
        self._tasks: set[asyncio.Task[int]] = set()

    async def post(self, letter: Letter) -> int:
        """Post it at once and wait for the answer to the first try; its HTTP status."""
        self.in_flight += 1
        return await self._try(letter, 1)

    def start(self, letter: Letter, nth: int = 1) -> None:
        """Post it at once and do not wait."""
        self.in_flight += 1
        task = asyncio.create_task(self._try(letter, nth))
        self._tasks.add(task)
        task.add_done_callback(self._tasks.discard)

    def close(self) -> None:
        """Post nothing more."""
        for task in self._tasks:
            task.cancel()
        self._threads.shutdown(wait=False, cancel_futures=True)

    def freed(self) -> None:
        """A connection is free again: what waits may be started."""

    async def _try(self, letter: Letter, nth: int) -> int:
        """One try, already counted as in flight by whoever asks for it."""
        rules = self.rules()
        try:
            answer = await asyncio.get_running_loop().run_in_executor(
                self._threads, self._post, letter, rules.webhook_timeout_seconds
            )
        finally:
            self.in_flight -= 1
            self.freed()
        self.posts += 1
        again = answer.status != 200 and nth < rules.webhook_tries
        self.given_up += answer.status != 200 and not again
        self.journal.write(
            time.time(),
            "webhook",
            **letter.facts,
            status=answer.status,
            nth=nth,
            ms=round(answer.seconds * 1000, 1),
            bytes=len(letter.raw),
            updates=letter.notes,
            **({"problem": answer.problem} if answer.problem else {}),
            **({"again": again} if answer.status != 200 else {}),
        )
        if again:
            self.agenda.after(rules.webhook_backoff_seconds * 2 ** (nth - 1), lambda: self.start(letter, nth + 1))
        return answer.status


class Post:
    """Posts a letter from a thread, on that thread's own connection. Proxies in the environment play no part."""

    def __init__(self) -> None:
        self._own = threading.local()

    def __call__(self, letter: Letter, timeout: float) -> Answer:
        began = time.monotonic()
        try:
            status = self._send(letter, timeout)
        except (OSError, HTTPException, ValueError) as error:
            self._drop()
            return Answer(0, time.monotonic() - began, f"{type(error).__name__}: {error}")
        return Answer(status, time.monotonic() - began)

    def _send(self, letter: Letter, timeout: float) -> int:
        parts = urlsplit(letter.url)
        connection = self._connection(parts.scheme, parts.netloc, timeout)
        path = (parts.path or "/") + (f"?{parts.query}" if parts.query else "")
        connection.request(letter.method, path, body=letter.raw or None, headers=dict(letter.headers))
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
