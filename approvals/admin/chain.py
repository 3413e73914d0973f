"""Who stands behind a request, and what has happened to it, in the order in which it happened."""

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import datetime
from uuid import UUID

from django.utils.translation import gettext as _

from accounts.actor import Face
from accounts.models import Agent, Person
from approvals.models import ActionRequest, Decision, State


@dataclass(frozen=True, slots=True)
class Step:
    """One line of the story. `tone`: good, bad, wait or plain."""

    icon: str
    text: str
    at: datetime | None
    note: str = ""
    tone: str = "plain"


def requester_of(request: ActionRequest) -> str:
    if request.agent:
        return request.agent.name
    return str(request.owner) if request.owner else request.requester


def behind(request: ActionRequest) -> str:
    """The rest of the chain: whose agent it is and through which face it came."""
    face = Face(request.face).label
    if request.agent:
        return _("agent of %(owner)s, through %(face)s") % {"owner": request.owner, "face": face}
    return _("through %s") % face


def name_of(principal: str, request: ActionRequest) -> str:
    """A principal's name, if it is one of the request's organisation."""
    kind, _colon, key = principal.partition(":")
    if principal == request.requester:
        return requester_of(request)
    rows = {"agent": Agent.objects, "person": Person.objects}.get(kind)
    try:
        row = rows.filter(pk=UUID(key), organisation=request.organisation_id).first() if rows else None
    except ValueError:
        row = None
    return str(row) if row else principal


def story_of(request: ActionRequest) -> Iterator[Step]:
    """From the preview to now."""
    yield Step(
        "visibility", _("%s made the preview") % name_of(request.preview.maker, request), request.preview.created_at
    )
    yield Step("edit_note", _("%s asked for it") % requester_of(request), request.created_at)
    yield Step(
        "gavel",
        _who_decides(request),
        None,
        _("By policy: %s") % ", ".join(request.policies) if request.policies else "",
    )
    for decision in request.decisions.select_related("person").order_by("at"):
        yield _decided(decision)
    yield from _ending(request)


def _who_decides(request: ActionRequest) -> str:
    words = {"count": request.quorum, "role": request.get_role_display()}
    return _("%(count)d × %(role)s has to decide") % words


def _decided(decision: Decision) -> Step:
    if decision.person is None:
        return Step("check_circle", _by_rule(decision.rule), decision.at, decision.note, "good")
    who = str(decision.person)
    texts = {
        Decision.Verdict.APPROVE: (_("%s approved") % who, "check_circle", "good"),
        Decision.Verdict.REJECT: (_("%s rejected") % who, "cancel", "bad"),
        Decision.Verdict.CHANGES: (_("%s asked for changes") % who, "rate_review", "bad"),
    }
    text, icon, tone = texts[Decision.Verdict(decision.verdict)]
    return Step(icon, text, decision.at, decision.note, tone)


def _by_rule(rule: str) -> str:
    """What `approvals.calls` writes where no person decides: the policy's name, or that the tool asks for nobody."""
    kind, _colon, name = rule.partition(": ")
    if kind == "policy":
        return _("Approved by the policy “%s”; no person was asked") % name
    return _("Approved at once: nobody is asked about this")


def _ending(request: ActionRequest) -> Iterator[Step]:
    if request.state == State.PENDING:
        yield Step("hourglass_top", _("Waits for a decision until"), request.expires_at, tone="wait")
    if request.started_at:
        yield Step("play_arrow", _("Countersign began to carry it out"), request.started_at)
    ends = {
        State.SUCCEEDED: ("task_alt", _("Carried out"), "good"),
        State.FAILED: ("error", _("Failed, and changed nothing"), "bad"),
        State.UNSURE: ("help", _("Nobody can say whether it happened"), "bad"),
        State.WITHDRAWN: ("undo", _("Withdrawn"), "plain"),
        State.EXPIRED: ("timer_off", _("Expired"), "plain"),
        State.VOIDED: ("block", _("Voided: something it stood on has moved"), "bad"),
    }
    if request.state in ends:
        icon, text, tone = ends[State(request.state)]
        yield Step(icon, text, request.ended_at, tone=tone)
