"""What the decision page says: what, who and why, to how many, at what cost, what is risky, new, and has moved."""

from datetime import datetime
from typing import Any

from django.utils.translation import gettext as _
from django.utils.translation import pgettext

from accounts.actor import Actor
from approvals.admin.chain import behind, requester_of, story_of
from approvals.admin.contract_fields import fields_of
from approvals.admin.differences import differences, last_approved
from approvals.admin.panels import Reading, drift_of, has_panels, panels_of
from approvals.canonical import canonical_json
from approvals.contracts import Contract
from approvals.decisions import reasons_against_deciding
from approvals.describing import summary_of
from approvals.guards import ask_all
from approvals.models import ActionRequest, State
from approvals.numerals import number
from approvals.previews import contract_of
from approvals.reasons import Reason, Refused
from approvals.registry import Call, Tool, registry


def contract_in(request: ActionRequest) -> tuple[Tool | None, Contract | None]:
    """The tool and the contract of a request; None where a later version of Countersign no longer knows them."""
    tool = registry.get(request.tool)
    try:
        return tool, contract_of(tool, request.preview) if tool else None
    except ValueError:
        return tool, None


def sentence_of(request: ActionRequest) -> str:
    """What it would do, in one line."""
    tool, contract = contract_in(request)
    return (contract.sentence() if contract else "") or (summary_of(tool) if tool else request.tool)


def decision_context(request: ActionRequest, actor: Actor, now: datetime) -> dict[str, Any]:
    """Everything the page's template reads."""
    tool, contract = contract_in(request)
    reading = Reading(request, actor, now)
    known = {concern["code"] for concern in request.preview.concerns}
    today = reasons_today(tool, contract, reading)
    # What somebody else asked for of a confidential tool is not for whoever reads this request.
    before = None if tool is None or tool.confidential else last_approved(request)
    return {
        "asked": request,
        "now": now,
        "tool": tool,
        "contract": contract,
        "requester": requester_of(request),
        "behind": behind(request),
        "facts": facts_of(request, contract),
        "story": list(story_of(request)),
        "panels": panels_of(reading, contract) if contract else [],
        "fields": fields_of(contract) if contract else [],
        "fields_open": contract is not None and not has_panels(contract),
        "reasons_today": today,
        "new_codes": {reason.code for reason in today} - known,
        "drift": drift_of(reading, contract) if contract else [],
        "before": before,
        "differences": differences(tool, contract, before) if tool and contract and before else [],
        "sealed_text": canonical_json(request.preview.contract).decode(),
        "untouched": request.is_untouched,
        **verdicts_for(request, actor, now),
    }


def reasons_today(tool: Tool | None, contract: Contract | None, reading: Reading) -> list[Reason]:
    """What the gate would say now. Only of interest while something may still come of the request."""
    request = reading.request
    if request.state not in (State.PENDING, State.APPROVED):
        return []
    found: list[Reason] = []
    if not request.is_untouched:
        found.append(Reason("seal_broken", _("This request is not what it was when it was made."),
                            _("Reject it and tell an administrator."), "seal"))  # fmt: skip
    if tool is None or contract is None:
        found.append(Reason("unreadable", _("This version of Countersign cannot read the contract."), _("Reject it.")))
        return found
    try:
        found.extend(ask_all(tool.guards, Call(reading.actor, reading.now, request), contract))
    except Refused as no:
        found.extend(no.reasons)
    return found


def verdicts_for(request: ActionRequest, actor: Actor, now: datetime) -> dict[str, Any]:
    """What this person may do here, and if not, why not."""
    against = list(reasons_against_deciding(request, actor, now))
    mine = request.requester == actor.principal or (actor.person is not None and request.owner_id == actor.person.pk)
    given = request.decisions.filter(verdict="approve", seal=request.seal).count()
    return {
        "may_decide": not against,
        "against": against if request.state == State.PENDING else [],
        "may_withdraw": mine and request.state in (State.PENDING, State.APPROVED),
        "given": given,
    }


def facts_of(request: ActionRequest, contract: Contract | None) -> list[tuple[str, str]]:
    """The strip of numbers on top."""
    facts = []
    if request.people:
        facts.append((pgettext("how many", "People"), number(request.people)))
    if request.messages and request.messages != request.people:
        facts.append((_("Messages"), number(request.messages)))
    if request.money:
        currency = getattr(contract, "currency", "") or request.organisation.currency
        facts.append((_("Cost at most"), f"{number(request.money)} {currency}"))
    if contract and contract.message_category():
        facts.append((_("Category"), _(contract.message_category().capitalize())))
    return facts
