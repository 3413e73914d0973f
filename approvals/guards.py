"""A guard reads facts, asks one question and changes nothing. Each no is a `Reason`; all of them are told at once."""

from collections.abc import Iterable, Iterator
from typing import TYPE_CHECKING, Any, Protocol

from approvals.reasons import Reason

if TYPE_CHECKING:
    from approvals.registry import Call


class Guard(Protocol):
    """A frozen dataclass that is called with the call and the contract and yields the reasons against it."""

    def __call__(self, call: "Call", contract: Any) -> Iterable[Reason]: ...


def ask_all(guards: Iterable[Guard], call: "Call", contract: Any) -> Iterator[Reason]:
    """Every reason of every guard, in the order in which the tool declares them."""
    for guard in guards:
        yield from guard(call, contract)
