"""Carrying out an approved request: once, and only as it was approved. Anything that has moved since voids it."""

import logging
from datetime import datetime
from uuid import UUID

from django.db import transaction
from django.utils.translation import gettext_lazy as _
from pydantic import BaseModel, ValidationError

from accounts.actor import Actor
from accounts.faults import faultpoint
from accounts.tenancy import confined_to
from approvals.contracts import Contract
from approvals.models import ActionRequest, State
from approvals.previews import contract_of
from approvals.reasons import Reason, Refused
from approvals.registry import Call, Tool, registry
from approvals.standing import reasons_against_executing, requester_of
from approvals.transitions import lock, move

log = logging.getLogger(__name__)


class OutcomeUnknown(Exception):
    """An effect outside was begun and nobody can say whether it happened. Never tried again by itself."""


def ring(request: ActionRequest) -> None:
    """Wake a worker once the approval is committed. The row is the queue: a bell that is lost costs a minute."""
    from approvals.tasks import execute

    transaction.on_commit(lambda: execute.delay(str(request.pk)), robust=True)


def carry_out(request_id: UUID, now: datetime) -> ActionRequest:
    """Carry out an approved request if it still stands; whoever comes second finds it done and changes nothing.

    The tool acts on the rows of the request's organisation alone.
    """
    unanswered = _ask_ahead(request_id, now)
    with transaction.atomic():
        request = lock(request_id)
        if request.state != State.APPROVED:
            return request
        against = unanswered or tuple(reasons_against_executing(request, now))
        if against:
            expired = all(reason.code == "expired" for reason in against)
            return move(request, "expire" if expired else "void", _engine(request), now, reasons=against)
        request = move(request, "start", _engine(request), now)
        tool, actor = registry.find(request.tool), requester_of(request)
        assert actor is not None
        call, contract = Call(actor, now, request), contract_of(tool, request.preview)
        with confined_to(request.organisation_id):
            request, answer = _run(tool, call, contract)
        faultpoint("execution.before_commit")
    faultpoint("execution.committed")
    if answer is None or tool.outside is None:
        return request
    with confined_to(request.organisation_id):
        return _reach_outside(tool, call, contract, answer)


def _ask_ahead(request_id: UUID, now: datetime) -> tuple[Reason, ...]:
    """Have the tool ask others what its rules will stand on, before the transaction; why not, where they do not say."""
    request = ActionRequest.objects.select_related("organisation", "preview", "owner", "agent__owner").get(
        pk=request_id
    )
    tool, actor = registry.get(request.tool), requester_of(request)
    if request.state != State.APPROVED or tool is None or tool.ahead is None or actor is None:
        return ()
    try:
        with confined_to(request.organisation_id):
            tool.ahead(Call(actor, now, request), contract_of(tool, request.preview))
    except Refused as no:
        return no.reasons
    except ValidationError:
        return ()  # what no version can read is told with the other reasons
    return ()


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
        faultpoint("outside.before")
        settled = tool.outside(call, contract, answer)
        faultpoint("outside.after")
        return _succeed(tool, call, contract, settled)
    except Refused as no:
        return move(call.request, "fail", engine, call.now, reasons=no.reasons)
    except OutcomeUnknown:
        return move(call.request, "lose", engine, call.now, reasons=(_unknown(),))
    except Exception:
        log.exception("the outside part of request %s of %s broke off", call.request.pk, tool.name)
        return move(call.request, "lose", engine, call.now, reasons=(_unknown(),))


def _succeed(tool: Tool, call: Call, contract: Contract, settled: BaseModel) -> ActionRequest:
    """The end of what went well outside, with what follows from it in the house: both or neither."""
    assert call.request is not None
    with transaction.atomic():
        if tool.follows is not None:
            settled = tool.follows(call, contract, settled)
        result = settled.model_dump(mode="json")
        return move(call.request, "succeed", _engine(call.request), call.now, result=result)


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
