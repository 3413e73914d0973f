"""Whether a flow, keyword rule or auto reply is what people approved, and may answer now."""

from collections.abc import Iterator
from typing import Any
from uuid import UUID

from django.utils.translation import gettext_lazy as _
from pydantic import ValidationError

from accounts.models import Organisation
from approvals.canonical import seal_of
from approvals.models import ActionRequest, State
from approvals.reasons import Reason
from approvals.standing import stands_on_decisions
from messaging.models import AutoReply, Flow, FlowVersion, KeywordRule
from messaging.whatsapp.automation.contract import WRITES, AutomationChange
from messaging.whatsapp.automation.keeping import terms_in, terms_of

Source = FlowVersion | KeywordRule | AutoReply
_MODELS: dict[str, type[Source]] = {"flow": FlowVersion, "keyword_rule": KeywordRule, "auto_reply": AutoReply}


def kind_of(source: Source) -> str:
    return next(kind for kind, model in _MODELS.items() if isinstance(source, model))


def find_source(organisation: Organisation, kind: str, key: UUID) -> Source | None:
    rows: Any = _MODELS[kind]._default_manager
    related = ("request__preview", "flow") if kind == "flow" else ("request__preview",)
    found: Source | None = rows.select_related(*related).filter(pk=key, organisation=organisation).first()
    return found


def reasons_against(source: Source | None) -> Iterator[Reason]:
    """Why it may not answer: switched off, never countersigned, or not any more what was."""
    if source is None or not _is_on(source):
        yield Reason("automation_not_enabled", _("This is not enabled."), _("Ask for it to be enabled."))
        return
    contract = _countersigned(source.request, WRITES[kind_of(source)])
    if contract is None or not contract.enabled or not _says(source, contract):
        yield Reason("not_countersigned", _("Nobody has countersigned this as it is."),
                     _("Ask for it to be enabled."))  # fmt: skip


def _is_on(source: Source) -> bool:
    return source.flow.state == Flow.State.ACTIVE if isinstance(source, FlowVersion) else source.enabled


def _countersigned(request: ActionRequest | None, tool: str) -> AutomationChange | None:
    """The contract of a request that people approved and nobody has altered."""
    if (
        request is None
        or request.tool != tool
        or request.state not in (State.EXECUTING, State.SUCCEEDED)
        or not request.is_untouched
        or not stands_on_decisions(request)
    ):
        return None
    try:
        return AutomationChange.model_validate(request.preview.contract)
    except ValidationError:
        return None


def _says(source: Source, contract: AutomationChange) -> bool:
    if isinstance(source, FlowVersion):
        return contract.flow is not None and contract.flow.digest == source.digest == seal_of(source.definition)
    return terms_of(source, contract) == terms_in(contract)
