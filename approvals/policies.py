"""Who must decide: the tool's floor and every matching policy of the organisation, taken together, the strictest
winning.
"""

from collections.abc import Iterable
from dataclasses import dataclass, replace
from datetime import timedelta
from fnmatch import fnmatchcase

from django.utils.translation import gettext_lazy as _

from accounts.actor import Actor, ActorKind
from accounts.roles import Role
from approvals.contracts import Contract
from approvals.floors import Always, ByPolicy, Floor, Never, When
from approvals.models import Policy
from approvals.reasons import Reason, Refused
from approvals.registry import Tool

DEFAULT_HOURS_TO_DECIDE = 72


@dataclass(frozen=True, slots=True)
class Ruling:
    """What has to happen before a contract is carried out. `automatic` is the policy that lets it run at once."""

    role: Role
    quorum: int
    time_to_decide: timedelta
    asks_password: bool
    policies: tuple[str, ...]
    automatic: Policy | None = None
    unconditional: bool = False

    @property
    def runs_at_once(self) -> bool:
        return self.unconditional or self.automatic is not None

    def left_to_a_person(self) -> "Ruling":
        """The same without the policy that would have let it run at once."""
        return replace(self, time_to_decide=timedelta(hours=DEFAULT_HOURS_TO_DECIDE), policies=(), automatic=None)


def rule(tool: Tool, contract: Contract, actor: Actor, *, tainted: bool) -> Ruling:
    """The ruling on this contract. Raises Refused when a policy forbids it."""
    floor = tool.approval
    assert floor is not None
    if _nobody_is_asked(floor, contract):
        return Ruling(Role.COMPLIANCE, 1, timedelta(0), False, (), unconditional=True)
    matching = [policy for policy in _policies_of(actor) if matches(policy, tool, contract, actor, tainted=tainted)]
    forbidding = [policy for policy in matching if policy.outcome == Policy.Outcome.REFUSE]
    if forbidding:
        raise Refused(*(_forbidden(policy) for policy in forbidding))
    asking = [policy for policy in matching if policy.outcome == Policy.Outcome.PERSON]
    floor_asks = _floor_asks(floor, contract, tainted=tainted)
    if asking or not matching or floor_asks:
        return _a_person_decides(floor, asking, floor_asks=floor_asks)
    return Ruling(_role(floor), 1, timedelta(hours=1), False, _names(matching), automatic=matching[0])


def may_ask(actor: Actor, tool: Tool, contract: Contract) -> bool:
    """Whether the actor may ask for this contract: by the tool's scope, or by a lesser one that suffices for it."""
    if actor.can(tool.scope) or (actor.can(tool.scope_of_some) and tool.is_one_of_some(contract)):
        return True
    assert tool.approval is not None
    return actor.can(tool.scope_of_a_no) and _nobody_is_asked(tool.approval, contract)


def matches(policy: Policy, tool: Tool, contract: Contract, actor: Actor, *, tainted: bool) -> bool:
    """Whether a policy speaks of this contract."""
    spend = contract.spend()
    return (
        fnmatchcase(tool.name, policy.tools)
        and (not policy.category or policy.category == contract.message_category())
        and spend.people >= policy.from_people
        and spend.money >= policy.from_money
        and (tainted or not policy.only_tainted)
        and (actor.kind is ActorKind.AGENT or not policy.only_agents)
    )


def _policies_of(actor: Actor) -> Iterable[Policy]:
    return Policy.objects.filter(organisation=actor.organisation, enabled=True).order_by("name", "pk")


def _nobody_is_asked(floor: Floor, contract: Contract) -> bool:
    return isinstance(floor, Never) or (isinstance(floor, When) and floor.never(contract))


def _floor_asks(floor: Floor, contract: Contract, *, tainted: bool) -> bool:
    if isinstance(floor, When):
        return floor.predicate(contract) or (tainted and floor.when_tainted)
    return isinstance(floor, Always)


def _a_person_decides(floor: Floor, asking: list[Policy], *, floor_asks: bool) -> Ruling:
    """The largest quorum, the shortest time, the password if anybody wants it. The role is the floor's where the floor
    asks, else that of the policy with the largest quorum.
    """
    quorum_of_floor = floor.quorum if isinstance(floor, Always | When) and floor_asks else 1
    strictest = max(asking, key=lambda policy: policy.quorum, default=None)
    return Ruling(
        role=_role(floor) if floor_asks or strictest is None else Role(strictest.role),
        quorum=max([quorum_of_floor, *(policy.quorum for policy in asking)]),
        time_to_decide=timedelta(hours=min([DEFAULT_HOURS_TO_DECIDE, *(policy.hours_to_decide for policy in asking)])),
        asks_password=any(policy.asks_password for policy in asking),
        policies=_names(asking),
    )


def _role(floor: Floor) -> Role:
    return floor.role if isinstance(floor, Always | When | ByPolicy) else Role.COMPLIANCE


def _names(policies: list[Policy]) -> tuple[str, ...]:
    return tuple(policy.name for policy in policies)


def _forbidden(policy: Policy) -> Reason:
    return Reason(
        "forbidden_by_policy",
        _("The policy “%s” forbids this.") % policy.name,
        _("Ask an administrator whether the policy should change; nothing else will help."),
    )
