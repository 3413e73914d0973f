"""Tools made of others: each of those comes through the door by itself, and is what the record tells of."""

from collections.abc import Iterator
from contextlib import contextmanager
from contextvars import ContextVar
from datetime import datetime
from typing import Any

from accounts.actor import Actor
from approvals.contracts import Ask
from approvals.envelope import Envelope
from approvals.idempotency import claim
from approvals.masking import masked_for
from approvals.reasons import Refused
from approvals.registry import Call, Tool
from audit.record import record

_on_the_way: ContextVar[tuple[str, ...]] = ContextVar("on_the_way", default=())


def compose(tool: Tool, ask: Ask, actor: Actor, now: datetime) -> Envelope[Any]:
    """Carry a composed tool out. One that declares `same_for` is carried out once for the same call within that time:
    its callers have no key to say that they only ask again.
    """
    if tool.same_for is None:
        return _composed(tool, ask, actor, now)
    first, is_ours = claim(tool, ask.model_dump(mode="json"), actor, now)
    if not is_ours:
        return Envelope[Any].model_validate(first.answer)
    try:
        answer = _composed(tool, ask, actor, now)
    except Refused:  # nothing was done; whatever else breaks off, nobody knows
        first.delete()
        raise
    first.answer = answer.model_dump(mode="json")
    first.save(update_fields=("answer",))
    return answer


def _composed(tool: Tool, ask: Ask, actor: Actor, now: datetime) -> Envelope[Any]:
    with going_through(tool):
        answer = tool.run(Call(actor, now), ask)
    record("tool.read", ("tool", tool.name), actor, now=now)  # it may have had nothing to ask of the others
    data, masked = masked_for(answer, actor)
    return Envelope(tool=tool.name, data=data, masked=masked)


@contextmanager
def going_through(tool: Tool) -> Iterator[None]:
    """A toolset that shows this tool need not show those that it is made of. Scopes are asked of each all the same."""
    before = _on_the_way.set(tool.through)
    try:
        yield
    finally:
        _on_the_way.reset(before)


def is_on_the_way(tool: Tool) -> bool:
    """Whether a composed tool that is at work goes through this one."""
    return tool.name in _on_the_way.get()
