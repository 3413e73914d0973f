"""whatsapp.broadcast.pause and .stop."""

from approvals.floors import Never
from approvals.registry import Call, Kind, tool
from messaging.broadcasts import halting
from messaging.broadcasts.halting import CanBeHalted, HaltContract, Halted


@tool(
    "whatsapp.broadcast.pause",
    kind=Kind.WRITE,
    desk_only=True,  # and of the flat tools, which go through it
    scope="whatsapp:request",
    reads_first=("whatsapp.broadcasts.list",),
    plan=halting.plan_pause,
    approval=Never(),
    guards=(CanBeHalted(),),
    spends=False,
    safety="At once, without waiting for anybody. Only a person lets it go on, and then everybody is checked again.",
)
def pause_broadcast(call: Call, contract: HaltContract) -> Halted:
    """Pause a scheduled or running broadcast: nothing more leaves until a person lets it go on."""
    return halting.halt(call, contract)


@tool(
    "whatsapp.broadcast.stop",
    kind=Kind.WRITE,
    desk_only=True,  # and of the flat tools, which go through it
    scope="whatsapp:request",
    reads_first=("whatsapp.broadcasts.list",),
    plan=halting.plan_stop,
    approval=Never(),
    guards=(CanBeHalted(),),
    spends=False,
    safety="At once and for good; messages that have left cannot be recalled, and are counted.",
)
def stop_broadcast(call: Call, contract: HaltContract) -> Halted:
    """Stop a broadcast that has not ended: whoever has not been sent theirs yet gets nothing."""
    return halting.halt(call, contract)
