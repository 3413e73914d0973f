"""The one door. MCP, REST and the desk call `call`; nothing else runs a tool."""

from datetime import datetime, timedelta
from typing import Any

from django.db import transaction
from django.utils.translation import gettext_lazy as _

from accounts.actor import Actor
from accounts.budgets import Spend
from accounts.tenancy import confined_to
from approvals import refusals
from approvals.arguments import parse
from approvals.asks import plan_arguments
from approvals.canonical import seal_of
from approvals.composing import compose, is_on_the_way
from approvals.contracts import Ask, Contract
from approvals.envelope import Envelope, next_actions, status_of, warning_texts
from approvals.execution import carry_out
from approvals.guards import ask_all
from approvals.idempotency import begin
from approvals.masking import masked_for
from approvals.measures import measured
from approvals.models import ActionRequest, Decision, IdempotentCall, Preview, State
from approvals.policies import Ruling, may_ask, rule
from approvals.previews import contract_of, find, freeze
from approvals.reasons import Reason, Refused, refuse_if_any, scope_missing
from approvals.registry import Call, Kind, Tool, registry, unknown_tool
from approvals.spending import count, said_too_often
from approvals.taint import is_tainted, note_untrusted_read
from approvals.toolsets import visible_to
from approvals.transitions import move
from audit.record import record

# A request that runs at once still needs a moment in which it has not expired.
_AT_ONCE = timedelta(hours=1)


def call(name: str, arguments: Any, actor: Actor, now: datetime) -> Envelope[Any]:
    """Use a tool, on the rows of the actor's organisation alone. Raises Refused with every reason; then nothing has
    been changed, though of a composed tool what it had asked for until then stands in the record.
    """
    with confined_to(actor.organisation.pk):
        try:
            with measured(name):
                return _use(name, arguments, actor, now)
        except Refused as no:
            refusals.note(name, no, actor, now)
            raise


def _use(name: str, arguments: Any, actor: Actor, now: datetime) -> Envelope[Any]:
    tool = registry.find(name)
    if not (visible_to(actor, tool) or is_on_the_way(tool)):
        raise Refused(unknown_tool(name))
    if not actor.organisation.has_edition(tool.edition):
        raise Refused(_not_in_this_edition(tool))
    if not tool.may_be_tried_by(actor):
        raise Refused(scope_missing(tool.name, tool.scope))
    ask = parse(tool, arguments)
    if tool.kind is Kind.COMPOSED:
        return compose(tool, ask, actor, now)
    if tool.kind is Kind.WRITE:
        return _request(tool, ask, actor, now)
    if tool.kind is Kind.PREVIEW:
        return _preview(tool, ask, actor, now)
    return _read(tool, ask, actor, now)


def _read(tool: Tool, ask: Ask, actor: Actor, now: datetime) -> Envelope[Any]:
    answer = tool.run(Call(actor, now), ask)
    data, masked = masked_for(answer, actor)
    with transaction.atomic():
        if tool.taints(actor):
            note_untrusted_read(actor, now)
        record("tool.read", ("tool", tool.name), actor, now=now)
    return Envelope(
        tool=tool.name, data=data, masked=masked, untrusted=tool.taints(actor), next_actions=next_actions(tool, None)
    )


def _preview(tool: Tool, ask: Ask, actor: Actor, now: datetime) -> Envelope[Any]:
    if tool.beforehand is not None:
        tool.beforehand(Call(actor, now), ask)
    with transaction.atomic():
        contract = tool.run(Call(actor, now), ask)
        assert isinstance(contract, Contract)
        preview = freeze(tool, contract, actor, now, _concerns(tool, contract, actor, now))
        record("preview.made", preview, actor, now=now, tool=tool.name, seal=preview.seal)
    data, masked = masked_for(contract, actor)
    return Envelope(
        tool=tool.name,
        data=data,
        masked=masked,
        preview_id=preview.pk,
        expires_at=preview.expires_at.isoformat(),
        warnings=warning_texts(preview.concerns),
        next_actions=next_actions(tool, None),
    )


def _concerns(tool: Tool, contract: Contract, actor: Actor, now: datetime) -> list[Reason]:
    """What the writes that stand on this preview would be refused for if they were asked for now."""
    reasons: dict[str, Reason] = {}
    for write in registry.standing_on(tool.name):
        if contract.is_for(write.name):
            for reason in ask_all(write.guards, Call(actor, now), contract):
                reasons.setdefault(str(reason), reason)
    return list(reasons.values())


def _request(tool: Tool, ask: Ask, actor: Actor, now: datetime) -> Envelope[Any]:
    """A write: find or make its contract, ask the guards and the policies, then wait for people or carry it out."""
    arguments = ask.model_dump(mode="json")
    if tool.beforehand is not None:
        tool.beforehand(Call(actor, now), plan_arguments(tool, ask))
    with transaction.atomic():
        first, is_new = begin(tool, arguments["idempotency_key"], arguments, actor, now)
        if is_new:
            first.request = _make_request(tool, ask, actor, now)
            _keep_answer(first, _answer(tool, first.request, actor))
    answer = Envelope[Any].model_validate(first.answer)
    if first.request is None or answer.request is None or answer.request.state != State.APPROVED:
        return answer
    # Nobody had to be asked. Who repeats the call while it runs waits for the row here, and reads the same answer.
    request = carry_out(first.request.pk, now)
    answer = _answer(tool, request, actor)
    if request.state not in (State.APPROVED, State.EXECUTING):
        _keep_answer(first, answer)
    return answer


def _keep_answer(first: IdempotentCall, answer: Envelope[Any]) -> None:
    first.answer = answer.model_dump(mode="json")
    first.save(update_fields=("request", "answer"))


def _make_request(tool: Tool, ask: Ask, actor: Actor, now: datetime) -> ActionRequest:
    preview = _preview_for(tool, ask, actor, now)
    contract = contract_of(tool, preview)
    if not contract.is_for(tool.name):
        raise Refused(_previewed_for_another(tool))
    if not may_ask(actor, tool, contract):
        raise Refused(scope_missing(tool.name, tool.scope))
    refuse_if_any(ask_all(tool.guards, Call(actor, now), contract))
    tainted = preview.tainted or is_tainted(actor, now)
    ruling = rule(tool, contract, actor, tainted=tainted)
    too_often = said_too_often(tool, contract, ruling, actor, now)
    if too_often:
        ruling = ruling.left_to_a_person()
    request = _as_request(tool, preview, ruling, actor, now, getattr(ask, "reason"))  # noqa: B009
    request.tainted = tainted
    request.reasons = [reason.as_dict() for reason in too_often]
    count(request, contract.spend() if tool.spends else Spend(), ruling, actor, now)
    request.seal = seal_of(request.terms())
    request.save(force_insert=True)
    record(
        "request.made",
        request,
        actor,
        now=now,
        request_id=request.pk,
        tool=tool.name,
        seal=request.seal,
        contract=preview.seal,
    )
    return _approve_by_policy(request, ruling, actor, now) if ruling.runs_at_once else request


def _preview_for(tool: Tool, ask: Ask, actor: Actor, now: datetime) -> Preview:
    """The caller's preview, or one made on the spot from the plan's arguments."""
    if tool.preview is not None:
        return find(getattr(ask, tool.handle), tool.preview, actor, now, tool.handle)
    assert tool.plan is not None
    contract = tool.plan(Call(actor, now), plan_arguments(tool, ask))
    return freeze(tool, contract, actor, now, [])


def _as_request(
    tool: Tool, preview: Preview, ruling: Ruling, actor: Actor, now: datetime, reason: str
) -> ActionRequest:
    return ActionRequest(
        organisation=actor.organisation,
        tool=tool.name,
        preview=preview,
        requester=actor.principal,
        agent=actor.agent,
        owner=actor.owner,
        face=actor.face.value,
        reason=reason,
        role=ruling.role.value,
        quorum=ruling.quorum,
        asks_password=ruling.asks_password,
        policies=list(ruling.policies),
        created_at=now,
        expires_at=now + max(ruling.time_to_decide, _AT_ONCE),
    )


def _approve_by_policy(request: ActionRequest, ruling: Ruling, actor: Actor, now: datetime) -> ActionRequest:
    """No person is needed: the decision names the rule that says so, and is sealed like a person's."""
    rule_name = f"policy: {ruling.automatic.name}" if ruling.automatic else "floor: nobody is asked"
    Decision.objects.create(
        request=request, rule=rule_name, verdict=Decision.Verdict.APPROVE, seal=request.seal, at=now
    )
    return move(request, "approve", Actor.system(actor.organisation, "policy"), now, rule=rule_name)


def _answer(tool: Tool, request: ActionRequest, actor: Actor) -> Envelope[Any]:
    data: dict[str, Any] | None = None
    masked: list[str] = []
    if request.result is not None:
        data, masked = masked_for(tool.returns.model_validate(request.result), actor)
    return Envelope(
        tool=tool.name,
        data=data,
        masked=masked,
        request=status_of(request),
        warnings=warning_texts(request.reasons),
        next_actions=next_actions(tool, request),
    )


def _not_in_this_edition(tool: Tool) -> Reason:
    return Reason(
        "FEATURE_NOT_AVAILABLE",
        _("%(tool)s is a part of the edition %(edition)s.") % {"tool": tool.name, "edition": tool.edition},
        _("An administrator chooses the edition of the organisation at the desk."),
    )


def _previewed_for_another(tool: Tool) -> Reason:
    return Reason(
        "preview_of_another",
        _("This preview is not of something that %s carries out.") % tool.name,
        _("Use the tool that the preview is for, or make another preview."),
        tool.handle,
    )
