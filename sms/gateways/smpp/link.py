"""One connection to a message centre: bound, asked, listened to, tried when it is silent, over when it ends."""

import asyncio
import contextlib
import logging
import ssl
from collections.abc import Awaitable, Callable
from itertools import count

from messaging.carriers import Retry, SendFailed
from sms.gateways.gateway import Account
from sms.gateways.smpp.configuration import SmppConfiguration, SmppSecrets
from sms.gateways.smpp.errors import OK, TEMPORARY, code_of
from sms.gateways.smpp.pdu import ANSWER, BadPdu, Command, Pdu, bind_body, read_pdu

log = logging.getLogger(__name__)

CONNECT_SECONDS = 10.0
LEAVE_SECONDS = 5.0  # between an unbind and the end of the connection
MOST_DELIVERIES = 200  # being stored at once; those above are asked for again
_INVALID_COMMAND = 0x03
_DELIVERIES = (Command.DELIVER_SM, Command.DATA_SM)

# Stores a deliver_sm or data_sm and says whether it is durable.
TakeIn = Callable[[Pdu], Awaitable[bool]]


class BindRefused(Exception):
    """The message centre does not let us bind."""

    def __init__(self, status: int) -> None:
        super().__init__(f"the bind was refused with {code_of(status)}")
        self.status = status


class Link:
    """`is_open` while it takes texts. Whoever waits in `ask` when it ends learns that the outcome is unknown."""

    def __init__(
        self, account: Account, take_in: TakeIn, reader: asyncio.StreamReader, writer: asyncio.StreamWriter
    ) -> None:
        options: SmppConfiguration = account.configuration
        self.account, self._options, self._take_in = account, options, take_in
        self._reader, self._writer = reader, writer
        self.is_open = False
        self._numbers = count(1)
        self._waiting: dict[int, asyncio.Future[Pdu]] = {}
        self._deliveries: set[asyncio.Task[None]] = set()
        self._heard_at = 0.0

    @classmethod
    async def to(cls, account: Account, take_in: TakeIn) -> "Link":
        """Connect and bind. Raises `BindRefused`, `BadPdu`, OSError, IncompleteReadError or TimeoutError."""
        options: SmppConfiguration = account.configuration
        context = ssl.create_default_context() if options.tls else None
        async with asyncio.timeout(CONNECT_SECONDS):
            reader, writer = await asyncio.open_connection(options.host, options.port, ssl=context)
        link = cls(account, take_in, reader, writer)
        try:
            async with asyncio.timeout(CONNECT_SECONDS):
                await link._bind()
        except BaseException:
            link.drop()
            raise
        return link

    async def _bind(self) -> None:
        secrets: SmppSecrets = self.account.secrets
        body = bind_body(self._options.system_id, secrets.password.get_secret_value(), self._options.system_type)
        self._write(Pdu(Command.BIND_TRANSCEIVER, OK, next(self._numbers), body))
        answer = await read_pdu(self._reader)
        if answer.status != OK:
            raise BindRefused(answer.status)
        if answer.command != Command.BIND_TRANSCEIVER | ANSWER:
            raise BadPdu("not an answer to the bind")
        self.is_open = True

    async def ask(self, command: Command, body: bytes = b"") -> Pdu:
        """Write one unit and wait for its answer. Raises `SendFailed`, unsure, when the link ends before it comes."""
        number = next(self._numbers) & 0x7FFFFFFF
        answer: asyncio.Future[Pdu] = asyncio.get_running_loop().create_future()
        self._waiting[number] = answer
        try:
            self._write(Pdu(command, OK, number, body))
            async with asyncio.timeout(self._options.answer_seconds):
                return await answer
        except TimeoutError:
            # Who owes an answer for so long is lost with all that is under way; a new bind begins afresh.
            self.drop()
            raise _lost() from None
        finally:
            self._waiting.pop(number, None)

    async def live(self) -> None:
        """Listen until the link ends; how it ended is raised: `BadPdu`, OSError or IncompleteReadError."""
        prober = asyncio.create_task(self._try_when_silent())
        try:
            await self._listen()
        finally:
            prober.cancel()
            self.drop()
            for answer in self._waiting.values():
                if not answer.done():
                    answer.set_exception(_lost())

    async def leave(self) -> None:
        """Unbind in order, after what was delivered has been answered."""
        self.is_open = False
        if self._deliveries:
            await asyncio.wait(set(self._deliveries), timeout=LEAVE_SECONDS)
        with contextlib.suppress(TimeoutError, SendFailed):
            await asyncio.wait_for(self.ask(Command.UNBIND), LEAVE_SECONDS)
        self._writer.close()

    def drop(self) -> None:
        """End it at once."""
        self.is_open = False
        self._writer.transport.abort()

    def _write(self, unit: Pdu) -> None:
        if not self._writer.is_closing():
            self._writer.write(unit.packed())

    async def _listen(self) -> None:
        """Read on. What is delivered is stored meanwhile, so that answers are never kept waiting by the database."""
        loop = asyncio.get_running_loop()
        while True:
            unit = await read_pdu(self._reader)
            self._heard_at = loop.time()
            if unit.is_answer:
                answer = self._waiting.get(unit.sequence)
                if answer is not None and not answer.done():
                    answer.set_result(unit)
            elif unit.command in _DELIVERIES:
                self._receive(unit)
            elif unit.command in (Command.ENQUIRE_LINK, Command.UNBIND):
                self._answer(unit)
                if unit.command == Command.UNBIND:
                    # What is under way may still be answered; nothing new is begun, and it does not last.
                    self.is_open = False
                    loop.call_later(LEAVE_SECONDS, self.drop)
            else:
                self._write(Pdu(Command.GENERIC_NACK, _INVALID_COMMAND, unit.sequence))

    def _receive(self, unit: Pdu) -> None:
        if len(self._deliveries) >= MOST_DELIVERIES:
            self._answer(unit, TEMPORARY)
            return
        task = asyncio.create_task(self._store(unit))
        self._deliveries.add(task)
        task.add_done_callback(self._deliveries.discard)

    async def _store(self, unit: Pdu) -> None:
        """Answered with yes only when it is durable; otherwise the message centre says it again."""
        try:
            is_kept = await self._take_in(unit)
        except Exception:  # a worker ends here: one delivery must not take the link down
            log.exception("gateway %s: a delivery could not be stored", self.account.id)
            is_kept = False
        self._answer(unit, OK if is_kept else TEMPORARY)

    def _answer(self, unit: Pdu, status: int = OK) -> None:
        """The answer to a unit of theirs; those to deliveries carry an empty id."""
        body = b"\0" if unit.command in _DELIVERIES else b""
        self._write(Pdu(unit.command | ANSWER, status, unit.sequence, body))

    async def _try_when_silent(self) -> None:
        """Ask for a sign of life after a silence; without one the link is dropped (in `ask`)."""
        loop = asyncio.get_running_loop()
        while True:
            await asyncio.sleep(self._options.enquire_seconds)
            if loop.time() - self._heard_at >= self._options.enquire_seconds:
                with contextlib.suppress(SendFailed):
                    await self.ask(Command.ENQUIRE_LINK)


def _lost() -> SendFailed:
    return SendFailed("link_lost", "The line dropped before the answer", Retry.UNSURE)
