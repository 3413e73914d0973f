"""What a tool's family shows on the decision page beyond the contract's fields, and what has moved since it was frozen.

    def broadcast_panels(reading: Reading, contract: BroadcastContract) -> Iterator[Panel]: ...

    register_panel(BroadcastContract, broadcast_panels)

The family declares its panels in its own `admin` package; this page asks here by the contract's type.
"""

from collections.abc import Callable, Iterable
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any, TypeVar

from django.utils.functional import Promise

from accounts.actor import Actor
from approvals.contracts import Contract
from approvals.models import ActionRequest

Words = str | Promise


@dataclass(frozen=True, slots=True)
class Reading:
    """Somebody reads a request at the desk. `actor` says what of its people they may see."""

    request: ActionRequest
    actor: Actor
    now: datetime


@dataclass(frozen=True, slots=True)
class Panel:
    """A part of the page: `template` is rendered with `panel` as this object's `context`."""

    title: Words
    template: str
    context: dict[str, Any] = field(default_factory=dict)
    icon: str = ""
    intro: Words = ""


@dataclass(frozen=True, slots=True)
class Drift:
    """One fact that is not any more what it was when the contract was frozen. `serious`: read it before deciding."""

    what: Words
    then: Words
    now: Words
    serious: bool = False


Shown = TypeVar("Shown", bound=Contract)
_panels: dict[type[Contract], Callable[[Reading, Any], Iterable[Panel]]] = {}
_drift: dict[type[Contract], Callable[[Reading, Any], Iterable[Drift]]] = {}


def register_panel(contract: type[Shown], make: Callable[[Reading, Shown], Iterable[Panel]]) -> None:
    """Have `make(reading, contract)` give the panels of this kind of contract."""
    _panels[contract] = make


def register_drift(contract: type[Shown], find: Callable[[Reading, Shown], Iterable[Drift]]) -> None:
    """Have `find(reading, contract)` say what has moved since this kind of contract was frozen."""
    _drift[contract] = find


def panels_of(reading: Reading, contract: Contract) -> list[Panel]:
    make = _panels.get(type(contract))
    return list(make(reading, contract)) if make else []


def drift_of(reading: Reading, contract: Contract) -> list[Drift]:
    find = _drift.get(type(contract))
    return list(find(reading, contract)) if find else []


def has_panels(contract: Contract) -> bool:
    return type(contract) in _panels
