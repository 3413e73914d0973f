"""A tool's floor: the least that must be asked before it is carried out. Policies of an organisation can only add to
it.
"""

from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

from accounts.roles import Role


@dataclass(frozen=True, slots=True)
class Never:
    """Nobody is asked and no policy can make somebody be asked: opting out always works, at once."""


@dataclass(frozen=True, slots=True)
class Always:
    """A person of this role decides, whatever the policies say."""

    role: Role = Role.COMPLIANCE
    quorum: int = 1


@dataclass(frozen=True, slots=True)
class When:
    """A person decides when the predicate holds for the contract; otherwise the policies say, and without one a person.

    Where `never` holds, nobody is asked, as with `Never`: some changes of a tool are a customer's no, others are not.
    With `when_tainted` a person decides, too, on what was asked for after reading customers' texts.
    """

    predicate: Callable[[Any], bool]
    role: Role = Role.COMPLIANCE
    quorum: int = 1
    never: Callable[[Any], bool] = lambda _contract: False
    when_tainted: bool = False


@dataclass(frozen=True, slots=True)
class ByPolicy:
    """The organisation's policies say; without a matching one a person decides."""

    role: Role = Role.COMPLIANCE


Floor = Never | Always | When | ByPolicy
