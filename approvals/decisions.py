"""What people do with a request: approve, reject, ask for changes, withdraw. Approving happens at the desk and nowhere
else.
"""

from collections.abc import Iterator
from datetime import datetime
from uuid import UUID

from django.db import transaction
from django.utils.translation import gettext_lazy as _

from accounts.actor import Actor, ActorKind, Face
from accounts.roles import DECIDE
from approvals.execution import ring
from approvals.guards import ask_all
from approvals.models import ActionRequest, Decision, State
from approvals.previews import contract_of
from approvals.reasons import Reason, Refused, refuse_if_any
from approvals.registry import Call, registry
from approvals.transitions import lock, move
from audit.record import record


def approve(
    request_id: UUID, actor: Actor, now: datetime, *, seal: str, note: str = "", password_given: bool = False
) -> ActionRequest:
    """Countersign. `seal` is the one that stood on the page; the last approval needed sends the request on its way."""
    with transaction.atomic():
        request = _locked(request_id, actor)
        refuse_if_any(reasons_against_deciding(request, actor, now))
        refuse_if_any(_reasons_against_approving(request, actor, now, seal, password_given))
        _decide(request, actor, now, Decision.Verdict.APPROVE, note)
        given = request.decisions.filter(verdict=Decision.Verdict.APPROVE, seal=request.seal).count()
        if given < request.quorum:
            record("request.seconded", request, actor, now=now, tool=request.tool, given=given, needed=request.quorum)
            return request
        request = move(request, "approve", actor, now, given=given)
        ring(request)
    return request


def reject(request_id: UUID, actor: Actor, now: datetime, *, note: str) -> ActionRequest:
    """Say no. One rejection ends the request, however many have approved."""
    return _turn_down(request_id, actor, now, Decision.Verdict.REJECT, note)


def ask_for_changes(request_id: UUID, actor: Actor, now: datetime, *, note: str) -> ActionRequest:
    """Say no, and what would make it a yes: the requester reads the note and makes a new request."""
    return _turn_down(request_id, actor, now, Decision.Verdict.CHANGES, note)


def withdraw(request_id: UUID, actor: Actor, now: datetime) -> ActionRequest:
    """Take one's own wish back before it is carried out; a person may also withdraw what their agents asked for."""
    with transaction.atomic():
        request = _locked(request_id, actor)
        mine = request.requester == actor.principal or (
            actor.person is not None and request.owner_id == actor.person.pk
        )
        if not mine:
            raise Refused(_not_found())
        return move(request, "withdraw", actor, now)


def reasons_against_deciding(request: ActionRequest, actor: Actor, now: datetime) -> Iterator[Reason]:
    """Why this actor may not decide this request at all, whatever the verdict."""
    if actor.kind is not ActorKind.PERSON or actor.person is None or actor.face is not Face.DESK:
        yield Reason("people_decide", _("Only a person at the desk decides."), _("Ask a compliance officer."))
        return
    if not actor.person.is_active or not actor.can(DECIDE):
        yield Reason("role_missing", _("Your role does not decide requests."), _("Ask a compliance officer."))
    elif actor.person.role != request.role:
        wanted = request.get_role_display()
        yield Reason("role_missing", _("This request is decided by: %s.") % wanted, _("Ask somebody with that role."))
    owners = {request.owner_id, request.agent.owner_id if request.agent else None}
    if actor.person.pk in owners or request.requester == actor.principal:
        yield Reason(
            "four_eyes",
            _("Nobody decides a request that they, or an agent they own, made."),
            _("Ask another person with the role."),
        )
    if request.state != State.PENDING:
        state = request.get_state_display()
        yield Reason("wrong_state", _("This request is “%s”.") % state, _("Nothing is left to decide."))
    elif request.expires_at <= now:
        yield Reason("expired", _("The time to decide is over."), _("The requester can ask again."))
    if Decision.objects.filter(request=request, person=actor.person).exists():
        yield Reason("already_decided", _("You have decided this request."), _("It waits for somebody else."))


def _reasons_against_approving(
    request: ActionRequest, actor: Actor, now: datetime, seal: str, password_given: bool
) -> Iterator[Reason]:
    if seal != request.seal or not request.is_untouched:
        yield Reason(
            "seal_broken",
            _("What you were shown is not what this request would do."),
            _("Load the page again and read it again; tell an administrator if it stays so."),
        )
        return
    if request.asks_password and not password_given:
        yield Reason("password_missing", _("This decision needs your password."), _("Enter it again."), "password")
    tool = registry.find(request.tool)
    yield from ask_all(tool.guards, Call(actor, now, request), contract_of(tool, request.preview))


def _turn_down(request_id: UUID, actor: Actor, now: datetime, verdict: Decision.Verdict, note: str) -> ActionRequest:
    with transaction.atomic():
        request = _locked(request_id, actor)
        refuse_if_any(reasons_against_deciding(request, actor, now))
        if not note.strip():
            raise Refused(Reason("note_missing", _("Say why."), _("The requester reads it."), "note"))
        _decide(request, actor, now, verdict, note)
        return move(request, "reject", actor, now, verdict=verdict.value)


def _decide(request: ActionRequest, actor: Actor, now: datetime, verdict: Decision.Verdict, note: str) -> None:
    Decision.objects.create(
        request=request, person=actor.person, verdict=verdict, seal=request.seal, note=note.strip(), at=now
    )


def _locked(request_id: UUID, actor: Actor) -> ActionRequest:
    try:
        request = lock(request_id)
    except ActionRequest.DoesNotExist:
        raise Refused(_not_found()) from None
    if request.organisation_id != actor.organisation.pk:
        raise Refused(_not_found())
    return request


def _not_found() -> Reason:
    return Reason("request_not_found", _("There is no such request."), _("Check the id."), "action_request_id")
