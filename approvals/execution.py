"""Carrying out an approved request: once, and only as it was approved. Anything that has moved since voids it."""

import logging
from collections.abc import Iterator
from datetime import datetime
from uuid import UUID

from django.db import transaction
from django.utils.translation import gettext_lazy as _
from pydantic import BaseModel

from accounts.actor import Actor, Face
from approvals.contracts import Contract
from approvals.guards import ask_all
from approvals.models import ActionRequest, Decision, State
from approvals.previews import contract_of
from approvals.reasons import Reason, Refused
from approvals.registry import Call, Tool, registry
from approvals.transitions import lock, move

log = logging.getLogger(__name__)


class OutcomeUnknown(Exception):
    """An effect outside was begun and nobody can say whether it happened. Never tried again by itself."""


def ring(request: ActionRequest) -> None:
    """Wake a worker once the approval is committed. The row is the queue: a bell that is lost costs a minute."""
    from approvals.tasks import execute

    transaction.on_commit(lambda: execute.delay(str(request.pk)), robust=True)


def carry_out(request_id: UUID, now: datetime) -> ActionRequest:
    """Carry out an approved request if it still stands; whoever comes second finds it done and changes nothing."""
    with transaction.atomic():
        request = lock(request_id)
        if request.state != State.APPROVED:
            return request
        actor = _requester_of(request)
        tool = registry.find(request.tool)
        against = tuple(reasons_against_executing(request, tool, actor, now))
        if against:
            expired = all(reason.code == "expired" for reason in against)
            return move(request, "expire" if expired else "void", _engine(request), now, reasons=against)
        request = move(request, "start", _engine(request), now)
        call, contract = Call(actor, now, request), contract_of(tool, request.preview)
        request, answer = _run(tool, call, contract)
    if answer is None or tool.outside is None:
        return request
    return _reach_outside(tool, call, contract, answer)


def reasons_against_executing(request: ActionRequest, tool: Tool, actor: Actor, now: datetime) -> Iterator[Reason]:
    """The gate, asked again at the last moment."""
    if request.expires_at <= now:
        yield Reason("expired", _("The approval was not carried out in time."), _("Ask again."))
    if not request.is_untouched or _decided_on_other_terms(request):
        yield Reason("seal_broken", _("The request is not what was approved."), _("Ask again with a new preview."))
        return
    if request.agent and (request.agent.disabled_at or not request.agent.owner.is_active):
        yield Reason("requester_disabled", _("The agent that asked has been disabled."), _("Enable it or ask again."))
    if request.owner and not request.owner.is_active:
        yield Reason("requester_disabled", _("The person who asked is no longer active."), _("Somebody else must ask."))
    yield from _approvers_who_lost_their_right(request)
    yield from ask_all(tool.guards, Call(actor, now, request), contract_of(tool, request.preview))


def _decided_on_other_terms(request: ActionRequest) -> bool:
    approvals = request.decisions.filter(verdict=Decision.Verdict.APPROVE)
    return not approvals.exists() or approvals.exclude(seal=request.seal).exists()


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


def _run(tool: Tool, call: Call, contract: Contract) -> tuple[ActionRequest, BaseModel | None]:
    """Run the tool inside a savepoint, so that a no or a crash leaves nothing behind but the request's end."""
    assert call.request is not None
    try:
        with transaction.atomic():
            answer = tool.run(call, contract)
    except Refused as no:
        return move(call.request, "fail", _engine(call.request), call.now, reasons=no.reasons), None
    except Exception:
        log.exception("request %s of %s failed", call.request.pk, tool.name)
        return move(call.request, "fail", _engine(call.request), call.now, reasons=(_crashed(),)), None
    if tool.outside is not None:
        return call.request, answer
    result = answer.model_dump(mode="json")
    return move(call.request, "succeed", _engine(call.request), call.now, result=result), answer


def _reach_outside(tool: Tool, call: Call, contract: Contract, answer: BaseModel) -> ActionRequest:
    """The part that leaves the house, after the commit and outside any transaction."""
    assert tool.outside is not None
    assert call.request is not None
    engine = _engine(call.request)
    try:
        settled = tool.outside(call, contract, answer)
    except Refused as no:
        return move(call.request, "fail", engine, call.now, reasons=no.reasons)
    except OutcomeUnknown:
        return move(call.request, "lose", engine, call.now, reasons=(_unknown(),))
    except Exception:
        log.exception("the outside part of request %s of %s broke off", call.request.pk, tool.name)
        return move(call.request, "lose", engine, call.now, reasons=(_unknown(),))
    return move(call.request, "succeed", engine, call.now, result=settled.model_dump(mode="json"))


def _requester_of(request: ActionRequest) -> Actor:
    face = Face(request.face)
    if request.agent:
        return Actor.of_agent(request.agent, face)
    if request.owner:
        return Actor.of_person(request.owner, face)
    return _engine(request)


def _engine(request: ActionRequest) -> Actor:
    return Actor.system(request.organisation, "executor")


def _crashed() -> Reason:
    return Reason("internal_error", _("It broke off; nothing was changed."), _("Ask an administrator to read the log."))


def _unknown() -> Reason:
    return Reason(
        "outcome_unknown",
        _("It was begun outside and nobody can say whether it happened."),
        _("Check with the provider before anybody asks for it again."),
    )
