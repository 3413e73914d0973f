"""The bind of one account, kept up over many links, with never more parts unanswered than agreed.

A part counts as under way from its first octet until its answer. When the link drops in between, nobody knows what
became of it: that is said, and the part is never sent again from here.
"""

import asyncio
import contextlib
import logging
import random
from collections.abc import Iterator
from contextlib import contextmanager

from messaging.carriers import Retry, SendFailed
from sms.gateways.failures import refusal
from sms.gateways.gateway import Account
from sms.gateways.smpp.configuration import SmppConfiguration
from sms.gateways.smpp.errors import BIND_REFUSED, OK, code_of, row
from sms.gateways.smpp.link import BindRefused, Link, TakeIn
from sms.gateways.smpp.pdu import BadPdu, Command, id_in

log = logging.getLogger(__name__)

FIRST_REST, LONGEST_REST = 1.0, 60.0  # seconds before the next bind
NO_LINE_SECONDS = 5.0  # how long a text waits that found no line
WINDOW_SECONDS = 5.0  # how long a part waits for its place in the window
FINISH_SECONDS = 15.0  # how long what is under way may take after a stop


class Line:
    """`run` keeps the bind up until `stop`; `submit` hands one part over."""

    def __init__(self, account: Account, take_in: TakeIn, first_rest: float = FIRST_REST) -> None:
        self.account, self._take_in, self._first_rest = account, take_in, first_rest
        self._options: SmppConfiguration = account.configuration
        self.refused: BindRefused | None = None
        self.under_way: set[asyncio.Future[None]] = set()
        self._window = asyncio.Semaphore(self._options.window)
        self._link: Link | None = None
        self._ending = asyncio.Event()
        self._next_part_at = 0.0

    @property
    def is_bound(self) -> bool:
        """Whether a text would leave now."""
        return self._link is not None and self._link.is_open and not self._ending.is_set()

    async def run(self) -> None:
        """Bind, and bind again with growing rests, until `stop`, or for good when the account itself is refused."""
        rest = self._first_rest
        while not self._ending.is_set():
            try:
                self._link = await Link.to(self.account, self._take_in)
                log.info("gateway %s: bound", self.account.id)
                rest = self._first_rest
                await self._link.live()
            except BindRefused as refused:
                log.error("gateway %s: %s", self.account.id, refused)
                if refused.status in BIND_REFUSED:
                    self.refused = refused
                    return
            except (OSError, asyncio.IncompleteReadError, TimeoutError, BadPdu) as error:
                if not self._ending.is_set():
                    log.warning("gateway %s: the line is down (%s)", self.account.id, type(error).__name__)
            with contextlib.suppress(TimeoutError):
                await asyncio.wait_for(self._ending.wait(), rest * random.uniform(0.8, 1.2))
            rest = min(rest * 2, LONGEST_REST)

    async def stop(self, seconds: float = FINISH_SECONDS) -> None:
        """Wait for what is under way, then unbind. Whatever is not answered by then is unknown."""
        self._ending.set()
        if self.under_way:
            await asyncio.wait(set(self.under_way), timeout=seconds)
        if self._link is not None and self._link.is_open:
            await self._link.leave()

    @contextmanager
    def handing_over(self) -> Iterator[None]:
        """While a text is handed over with all its parts, and their ids are written down."""
        done: asyncio.Future[None] = asyncio.get_running_loop().create_future()
        self.under_way.add(done)
        try:
            yield
        finally:
            self.under_way.discard(done)
            done.set_result(None)

    async def what_is_under_way(self, seconds: float) -> None:
        """Wait until the texts that are under way now are settled, so that a receipt finds the ids it speaks of."""
        if self.under_way:
            await asyncio.wait(set(self.under_way), timeout=seconds)

    async def submit(self, body: bytes) -> str:
        """Hand one part over; the id that it got, as the message centre writes it. Raises `SendFailed`."""
        self._open_link()
        try:
            await asyncio.wait_for(self._window.acquire(), WINDOW_SECONDS)
        except TimeoutError:
            text = "The message centre answers too slowly for more"
            raise SendFailed("window_full", text, Retry.NOT_ATTEMPTED, 1.0, scope="sender") from None
        try:
            await self._keep_pace()
            answer = await self._open_link().ask(Command.SUBMIT_SM, body)
        finally:
            self._window.release()
        if answer.status != OK:
            known = row(answer.status)
            raise refusal(code_of(answer.status), known.do, known)
        if not id_in(answer):
            raise SendFailed("no_id", "The message centre took it but gave no id", Retry.UNSURE)
        return id_in(answer)

    def _open_link(self) -> Link:
        if self.refused is not None:
            code = code_of(self.refused.status)
            raise SendFailed(code, "The message centre refuses the account", Retry.HOLD, scope="account")
        if self._link is None or not self._link.is_open:
            text = "There is no line to the message centre"
            raise SendFailed("not_bound", text, Retry.NOT_ATTEMPTED, NO_LINE_SECONDS, scope="sender")
        return self._link

    async def _keep_pace(self) -> None:
        if self._options.parts_per_second:
            now = asyncio.get_running_loop().time()
            at = max(now, self._next_part_at)
            self._next_part_at = at + 1 / self._options.parts_per_second
            await asyncio.sleep(at - now)
