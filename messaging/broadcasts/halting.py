"""Pausing and stopping a broadcast: both only keep messages in, so they wait for nobody."""

from collections.abc import Iterator
from dataclasses import dataclass
from typing import Annotated, Any, Literal
from uuid import UUID

from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy, ngettext
from django_fsm import can_proceed
from pydantic import Field

from approvals.contracts import Answer, Ask, Contract
from approvals.numerals import number
from approvals.reasons import Reason, refuse_if_any
from approvals.registry import Call
from messaging.engine.sends import move_send
from messaging.engine.tallies import tally
from messaging.finding import find_own
from messaging.models import Channel, Send

# What is asked for by the name of a broadcast; answers in conversations are not among them.
_KINDS = (Send.Kind.BROADCAST, Send.Kind.RESEND, Send.Kind.RETRY, Send.Kind.SINGLE)


class HaltAsk(Ask):
    broadcast_id: Annotated[UUID, Field(description="An id of whatsapp.broadcasts.list.")]
    why: Annotated[str, Field(min_length=3, max_length=200, description="Why; kept in the audit.")]


class HaltContract(Contract):
    broadcast_id: Annotated[UUID, Field(description="The broadcast.")]
    name: Annotated[str, Field(description="Its name.")]
    why: Annotated[str, Field(description="Why it is halted.")]
    state: Annotated[str, Field(description="Where it stood.")]
    waiting: Annotated[int, Field(description="People who have not been written to.")]
    gone: Annotated[int, Field(description="People whose message has left already: those cannot be recalled.")]
    deed: Annotated[Literal["pause", "stop"], Field(description="pause or stop.")]

    def is_for(self, tool: str) -> bool:
        return tool == f"whatsapp.broadcast.{self.deed}"

    def sentence(self) -> str:
        gone = ngettext("%(messages)s message has left", "%(messages)s messages have left", self.gone)
        left = {"name": self.name, "gone": gone % {"messages": number(self.gone)}}
        return (_("Pause “%(name)s”: %(gone)s") if self.deed == "pause" else _("Stop “%(name)s”: %(gone)s")) % left


class Halted(Answer):
    broadcast_id: Annotated[UUID, Field(description="The broadcast.")]
    state: Annotated[str, Field(description="paused: a person can let it go on. stopped: for good.")]
    from_state: Annotated[str, Field(description="Where it stood before.")]
    waiting: Annotated[int, Field(description="People who have not been written to.")]
    gone: Annotated[int, Field(description="People whose message had left already; it cannot be recalled.")]


@dataclass(frozen=True, slots=True)
class CanBeHalted:
    """It has not ended, and for a pause has been scheduled."""

    def __call__(self, call: Call, contract: HaltContract) -> Iterator[Reason]:
        send = Send.objects.filter(pk=contract.broadcast_id, organisation=call.organisation).first()
        if send is not None:
            yield from _reasons_of_state(send, contract.deed)


def plan_pause(call: Call, ask: HaltAsk) -> HaltContract:
    return _plan(call, ask, "pause")


def plan_stop(call: Call, ask: HaltAsk) -> HaltContract:
    return _plan(call, ask, "stop")


def halt(call: Call, contract: HaltContract) -> Halted:
    """Pause or stop it, and say how many had their message by then."""
    before = Send.objects.get(pk=contract.broadcast_id, organisation=call.organisation)
    send = move_send(before, contract.deed, call.actor, call.now, contract.why)
    waiting, gone = _people(send)
    return Halted(broadcast_id=send.pk, state=str(send.state), from_state=str(before.state), waiting=waiting, gone=gone)


def _plan(call: Call, ask: HaltAsk, deed: Literal["pause", "stop"]) -> HaltContract:
    alike: dict[str, Any] = {"channel": Channel.WHATSAPP, "kind__in": _KINDS}
    send = find_own(Send, ask.broadcast_id, call.organisation, "broadcast_id", "whatsapp.broadcasts.list", **alike)
    refuse_if_any(_reasons_of_state(send, deed))
    waiting, gone = _people(send)
    return HaltContract(
        broadcast_id=send.pk, name=send.name, why=ask.why, state=str(send.state), waiting=waiting, gone=gone, deed=deed
    )


def _people(send: Send) -> tuple[int, int]:
    """Who has not been written to, also where it has just been stopped, and whose message has left."""
    numbers = tally(send)
    waiting = numbers.queued + numbers.excluded_at_sending.get("stopped", 0)
    return waiting, numbers.taken + numbers.sending + numbers.unsure + numbers.failed


def _reasons_of_state(send: Send, deed: str) -> Iterator[Reason]:
    if not can_proceed(getattr(send, deed)):
        yield Reason("wrong_state", gettext_lazy("This broadcast is “%s”; that is not possible now.")
                     % send.get_state_display(), gettext_lazy("Read its state; what has ended does not begin again."),
                     "broadcast_id")  # fmt: skip
