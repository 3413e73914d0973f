"""One line of an account: its bind, what it submits, what is delivered over it."""

import asyncio
import struct
from collections.abc import Callable
from itertools import count
from typing import Any

from simulators.smsc import wire
from simulators.smsc.delivering import Delivery, flush
from simulators.smsc.submits import Verdict, judge
from simulators.smsc.wire import Unit, read_unit
from simulators.smsc.world import World

_names = count(1)


class Session:
    """Lives as long as its connection."""

    def __init__(self, world: World, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        self.world, self._reader, self._writer = world, reader, writer
        self.name = next(_names)
        self.is_bound = False
        self.unanswered = 0
        self._numbers = count(1)
        self._delivered: dict[int, Delivery] = {}

    async def serve(self) -> None:
        """Read until the line ends."""
        handlers: dict[int, Callable[[Unit], None]] = {
            wire.BIND_TRANSCEIVER: self._bind,
            wire.BIND_RECEIVER: self._bind,
            wire.BIND_TRANSMITTER: self._bind,
            wire.SUBMIT_SM: self._submit,
            wire.ENQUIRE_LINK: self._enquire,
            wire.UNBIND: self._unbind,
            wire.DELIVER_SM | wire.ANSWER: self._stored,
            wire.DATA_SM | wire.ANSWER: self._stored,
        }
        try:
            while True:
                unit = await read_unit(self._reader)
                handlers.get(unit.command, self._other)(unit)
        except (asyncio.IncompleteReadError, OSError, struct.error):
            pass
        finally:
            self._end()

    def _end(self) -> None:
        self.is_bound = False
        if self in self.world.sessions:
            self.world.sessions.remove(self)
        for delivery in self._delivered.values():
            delivery.again(self.world)
        self._delivered.clear()
        self.world.note("end", session=self.name)
        self._writer.close()

    def write(self, unit: Unit) -> None:
        if not self._writer.is_closing():
            self._writer.write(unit.octets())

    def drop(self) -> None:
        """Cut the line."""
        self._writer.transport.abort()

    def ask_to_leave(self) -> None:
        """Send an unbind."""
        self.write(Unit(wire.UNBIND, 0, next(self._numbers)))

    def deliver(self, delivery: Delivery) -> None:
        """Send a deliver_sm or data_sm and wait for its answer."""
        number = next(self._numbers)
        self._delivered[number] = delivery
        self.write(Unit(delivery.command, 0, number, delivery.body))

    def _bind(self, unit: Unit) -> None:
        system_id, password = wire.strings(unit.body, 2)
        status = self.world.misbehaviour.bind_refused_with
        if not status and system_id != self.world.system_id:
            status = 0x0F
        if not status and password != self.world.password:
            status = 0x0E
        self.world.note("bind", session=self.name, system_id=system_id, status=status)
        self._answer(unit, status, wire.string("smsc") if not status else b"")
        if status:
            self._writer.close()
            return
        self.is_bound = True
        self.world.sessions.append(self)
        flush(self.world)

    def _enquire(self, unit: Unit) -> None:
        self.world.counts["enquire_link"] += 1
        self._answer(unit)

    def _unbind(self, unit: Unit) -> None:
        self.world.note("unbind", session=self.name, unanswered=self.unanswered)
        self._answer(unit)
        self.is_bound = False
        self._writer.close()

    def _other(self, unit: Unit) -> None:
        if not unit.command & wire.ANSWER:
            self.write(Unit(wire.NACK, 0x03, unit.sequence))

    def _answer(self, unit: Unit, status: int = 0, body: bytes = b"") -> None:
        if not self.world.misbehaviour.mute:
            self.write(Unit(unit.command | wire.ANSWER, status, unit.sequence, body))

    def _submit(self, unit: Unit) -> None:
        """Decide at once, answer when the time has come."""
        world = self.world
        self.unanswered += 1
        world.most_unanswered = max(world.most_unanswered, self.unanswered)
        fields: dict[str, Any] = wire.submit_fields(unit.body)
        verdict = judge(world, fields, self.unanswered) if self.is_bound else Verdict(status=0x04)
        world.note(
            "submit", session=self.name, sequence=unit.sequence, unanswered=self.unanswered, **fields,
            decision=verdict.decision, status=verdict.status, message_id=verdict.message_id,
            lost=bool(verdict.message_id) and (verdict.dropped or verdict.silent),
        )  # fmt: skip
        world.counts[verdict.decision] += 1
        if verdict.dropped:
            self.drop()
        elif not verdict.silent:
            seconds = world.misbehaviour.latency_seconds
            if seconds:
                world.agenda.after(seconds, lambda: self._answer_submit(unit, verdict))
            else:
                self._answer_submit(unit, verdict)

    def _answer_submit(self, unit: Unit, verdict: Verdict) -> None:
        self.unanswered -= 1
        self._answer(unit, verdict.status, wire.string(verdict.message_id) if not verdict.status else b"")

    def _stored(self, unit: Unit) -> None:
        """The answer to a delivery: durable there, or to be said again."""
        delivery = self._delivered.pop(unit.sequence, None)
        if delivery is None:
            return
        self.world.note("deliver", session=self.name, status=unit.status, **delivery.facts)
        if unit.status:
            delivery.again(self.world)
        else:
            self.world.counts["stored"] += 1
