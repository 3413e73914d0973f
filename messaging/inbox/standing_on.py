"""What stands on a template that Meta paused, took away or charges otherwise ends at once: requests are voided, sends
pause.

The gate asks the same when a request is carried out, a send is released and a message is marked; this only spares
people from deciding about what cannot leave any more, and says so sooner.
"""

from collections.abc import Iterator
from datetime import datetime

from django.db import transaction
from pydantic import ValidationError

from accounts.actor import Actor
from approvals.guards import ask_all
from approvals.models import ActionRequest, State
from approvals.previews import contract_of
from approvals.reasons import Reason
from approvals.registry import Call, registry
from approvals.transitions import lock, move
from messaging.engine.breakers import PAUSABLE, pause
from messaging.guards import TemplateApproved
from messaging.models import Send, TemplateTranslation

_UNDECIDED = (State.PENDING, State.APPROVED)


def end_what_stands_on(translation: TemplateTranslation, now: datetime) -> None:
    """Ask every open request and every send that goes out with this text whether its template still holds.

    Inside the caller's transaction. Requests are locked before sends, as by whoever carries one out.
    """
    actor = Actor.system(translation.organisation, "webhook inbox")
    template = str(translation.template_id)
    requests = ActionRequest.objects.filter(organisation=translation.organisation, state__in=_UNDECIDED)
    for request in requests.filter(preview__contract__template_id=template).order_by("pk"):
        _void(request, actor, now)
    sends = Send.objects.filter(template=translation.template_id, state__in=PAUSABLE, request__isnull=False)
    for send in sends.select_related("organisation", "request__preview").order_by("pk"):
        assert send.request is not None
        if why := " ".join(map(str, _reasons_against(send.request, actor, now))):
            pause(send, why, now)


def _void(request: ActionRequest, actor: Actor, now: datetime) -> None:
    with transaction.atomic():
        current = lock(request.pk)
        if current.state in _UNDECIDED and (against := tuple(_reasons_against(current, actor, now))):
            move(current, "void", actor, now, reasons=against)


def _reasons_against(request: ActionRequest, actor: Actor, now: datetime) -> Iterator[Reason]:
    """What the tool's own guard says of the template; nothing where it has none, or where this version cannot read the
    contract, which then cannot be carried out either.
    """
    tool = registry.get(request.tool)
    guards = [guard for guard in tool.guards if isinstance(guard, TemplateApproved)] if tool else []
    if tool is None or not guards:
        return
    try:
        contract = contract_of(tool, request.preview)
    except ValidationError:
        return
    yield from ask_all(guards, Call(actor, now, request), contract)
