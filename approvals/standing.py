"""Whether an approved request still stands at the moment it is carried out. Anything that has moved since voids it."""

from collections.abc import Iterator
from datetime import datetime

from django.utils.translation import gettext_lazy as _
from pydantic import ValidationError

from accounts.actor import Actor, Face
from approvals.contracts import Contract
from approvals.floors import Always
from approvals.guards import ask_all
from approvals.models import ActionRequest, Decision
from approvals.policies import may_ask, rule
from approvals.previews import contract_of
from approvals.reasons import Reason, Refused
from approvals.registry import Call, Tool, registry


def reasons_against_executing(request: ActionRequest, now: datetime) -> Iterator[Reason]:
    """The gate, asked again at the last moment."""
    if request.expires_at <= now:
        yield Reason("expired", _("The approval was not carried out in time."), _("Ask again."))
    if not request.is_untouched or not stands_on_decisions(request):
        yield Reason("seal_broken", _("The request is not what was approved."), _("Ask again with a new preview."))
        return
    tool, actor = registry.get(request.tool), requester_of(request)
    contract = _readable(tool, request)
    if tool is None or contract is None:
        yield Reason("unreadable", _("This version of Countersign cannot read the contract."), _("Ask again."))
        return
    yield from _approvers_who_lost_their_right(request)
    if actor is None or not (actor.owner is None or may_ask(actor, tool, contract)):
        yield Reason("requester_disabled", _("Who asked for this may not ask for it any more."),
                     _("Somebody who may has to ask again."))  # fmt: skip
        return
    yield from _policies_that_ask_for_more(request, tool, contract, actor)
    yield from ask_all(tool.guards, Call(actor, now, request), contract)


def requester_of(request: ActionRequest) -> Actor | None:
    """Who asked, with the rights they have today; None if they have left, or their agent has been disabled."""
    if request.owner is None:
        return Actor.system(request.organisation, "executor")
    if not request.owner.is_active or request.owner.organisation_id != request.organisation_id:
        return None
    if request.agent is None:
        return Actor.of_person(request.owner, Face(request.face))
    if request.agent.disabled_at or request.agent.organisation_id != request.organisation_id:
        return None
    return Actor.of_agent(request.agent, Face(request.face))


def _readable(tool: Tool | None, request: ActionRequest) -> Contract | None:
    try:
        return contract_of(tool, request.preview) if tool else None
    except ValidationError:
        return None


def stands_on_decisions(request: ActionRequest) -> bool:
    """Enough approvals, each given on the seal that the request has now. A rule's counts for all of them, but not where
    the floor says that a person always decides.
    """
    tool = registry.get(request.tool)
    approvals = list(request.decisions.filter(verdict=Decision.Verdict.APPROVE))
    people = {decision.person_id for decision in approvals}
    by_rule = None in people and tool is not None and not isinstance(tool.approval, Always)
    enough = by_rule or len(people - {None}) >= request.quorum
    return bool(approvals) and enough and all(decision.seal == request.seal for decision in approvals)


def _approvers_who_lost_their_right(request: ActionRequest) -> Iterator[Reason]:
    for decision in request.decisions.filter(person__isnull=False).select_related("person"):
        person = decision.person
        assert person is not None
        if not person.is_active or person.role != request.role or person.organisation_id != request.organisation_id:
            yield Reason(
                "approver_lost_role",
                _("%s may no longer decide this.") % person,
                _("Somebody who may has to approve a new request."),
            )


def _policies_that_ask_for_more(
    request: ActionRequest, tool: Tool, contract: Contract, actor: Actor
) -> Iterator[Reason]:
    """What a policy made since would have forbidden, or would have asked more people about."""
    try:
        ruling = rule(tool, contract, actor, tainted=request.tainted)
    except Refused as no:
        yield from no.reasons
        return
    nobody_was_asked = request.decisions.filter(person=None).exists()
    if not ruling.runs_at_once and (nobody_was_asked or ruling.quorum > request.quorum):
        yield Reason("policy_changed", _("A policy asks for more approvals than this request has."), _("Ask again."))
