"""Whether a send still stands: on a countersigned, carried out, untouched contract that says the same as its row."""

from collections.abc import Iterator
from datetime import datetime

from django.utils.translation import gettext_lazy as _

from approvals.contracts import Contract
from approvals.guards import ask_all
from approvals.models import State
from approvals.previews import contract_of
from approvals.reasons import Reason, Refused
from approvals.registry import Call, Tool, registry
from approvals.standing import stands_on_decisions
from messaging.audiences.digest import digest_of
from messaging.engine.sends import system
from messaging.models import Send

# What every contract of a send names, and the send's row must say alike.
_TERMS = ("audience_id", "sender_id", "category", "due_at", "not_after", "per_second", "cost_ceiling")


def reasons_against(send: Send, now: datetime, *, ask_audience: bool = False) -> Iterator[Reason]:
    """Why nothing of this send may leave now; every reason there is.

    `ask_audience` hashes the frozen audience anew: some seconds for a million people, so it is asked at the release.
    """
    request = send.request
    if request is None or request.state != State.SUCCEEDED or request.preview_id != send.preview_id:
        yield Reason("not_countersigned", _("Nobody has countersigned this send."), _("Ask for it to be scheduled."))
        return
    if not request.is_untouched or not stands_on_decisions(request):
        yield Reason("seal_broken", _("The contract is not what was approved."), _("Ask again with a new preview."))
        return
    try:
        tool = registry.find(request.tool)
    except Refused as unknown:
        yield from unknown.reasons
        return
    if not tool.spends:  # keeping a draft is carried out at once and lets nothing leave
        yield Reason("not_countersigned", _("Nobody has countersigned this send."), _("Ask for it to be scheduled."))
        return
    yield from _reasons_of_contract(send, tool, now, ask_audience=ask_audience)


def _reasons_of_contract(send: Send, tool: Tool, now: datetime, *, ask_audience: bool) -> Iterator[Reason]:
    contract = contract_of(tool, send.preview)
    if altered := [term for term in _TERMS if getattr(contract, term) != getattr(send, term)]:
        text = _("The send was altered after it was approved: %s.") % ", ".join(altered)
        yield Reason("send_altered", text, _("Ask again with a new preview, and tell an administrator."))
    if send.not_after <= now:
        yield Reason("too_late", _("The time for this send is over."), _("Ask again with a later time."))
    if ask_audience and not _audience_is_untouched(send, contract):
        yield Reason("audience_changed", _("The frozen audience is not what was approved."), _("Make a new preview."))
    yield from ask_all(tool.guards, Call(system(send), now, send.request), contract)


def _audience_is_untouched(send: Send, contract: Contract) -> bool:
    approved: str = getattr(contract, "audience_digest")  # noqa: B009 - every contract of a send has one
    return approved == send.audience.digest == digest_of(send.audience)
