"""The four things a person does with a request, each a POST of a small form on the decision page."""

from datetime import datetime

from django.contrib import messages
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect
from django.utils.translation import gettext_lazy as _
from django.utils.translation import ngettext
from django.views.decorators.debug import sensitive_post_parameters

from accounts.admin.scope import actor_of
from approvals import decisions, refusals
from approvals.admin.password import confirm_password
from approvals.models import ActionRequest, State
from approvals.reasons import Reason, Refused

VERDICTS = ("approve", "reject", "changes", "withdraw")

_DONE = {
    "reject": _("Rejected. The requester reads your note."),
    "changes": _("Turned down with your wishes. The requester reads them and asks again."),
    "withdraw": _("Withdrawn. Nothing will be carried out."),
}


def decide(
    http: HttpRequest, request: ActionRequest, verdict: str, now: datetime
) -> tuple[tuple[Reason, ...], HttpResponse | None]:
    """Carry out what was posted. Gives every reason against it, or the answer that leads back to the page."""
    try:
        done = _carry_out(http, request, verdict, now)
    except Refused as no:
        refusals.note(request.tool, no, actor_of(http), now, request)
        return no.reasons, None
    messages.success(http, _approved(done) if verdict == "approve" else _DONE[verdict])
    return (), redirect("admin:approvals_actionrequest_change", done.pk)


@sensitive_post_parameters("password")
def _carry_out(http: HttpRequest, request: ActionRequest, verdict: str, now: datetime) -> ActionRequest:
    actor, note = actor_of(http), http.POST.get("note", "")
    if verdict == "approve":
        return decisions.approve(
            request.pk,
            actor,
            now,
            seal=http.POST.get("seal", ""),
            note=note,
            password_given=confirm_password(request, actor, http.POST.get("password", ""), now),
        )
    if verdict == "reject":
        return decisions.reject(request.pk, actor, now, note=note)
    if verdict == "changes":
        return decisions.ask_for_changes(request.pk, actor, now, note=note)
    return decisions.withdraw(request.pk, actor, now)


def _approved(request: ActionRequest) -> str:
    if request.state == State.PENDING:
        words = ngettext(
            "You have approved it. It waits for %d person in all.",
            "You have approved it. It waits for %d people in all.",
            request.quorum,
        )
        return words % request.quorum
    return str(_("Approved. It is carried out as you read it, or not at all."))
