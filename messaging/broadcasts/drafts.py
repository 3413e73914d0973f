"""From a contract to a send: drafted first, scheduled once it has been countersigned."""

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import datetime
from typing import Annotated
from uuid import UUID

from django.utils.translation import gettext_lazy as _
from pydantic import Field

from approvals.contracts import Answer
from approvals.reasons import Reason, Refused
from approvals.registry import Call
from audit.record import record
from messaging.broadcasts.contract import BroadcastContract
from messaging.engine.sends import draft_send, move_send
from messaging.models import Channel, Send, SendState


class Drafted(Answer):
    broadcast_id: Annotated[
        UUID, Field(description="The draft. Ask for whatsapp.broadcast.schedule with the same preview.")
    ]
    state: Annotated[str, Field(description="draft: nothing is sent from a draft.")]


class Scheduled(Answer):
    broadcast_id: Annotated[UUID, Field(description="The broadcast.")]
    state: Annotated[str, Field(description="scheduled: it begins by itself at due_at, if everything still holds.")]
    due_at: Annotated[datetime, Field(description="When it begins.")]


@dataclass(frozen=True, slots=True)
class NotDraftedYet:
    """One draft a preview: the audience of a preview is used once."""

    def __call__(self, call: Call, contract: BroadcastContract) -> Iterator[Reason]:
        if Send.objects.filter(audience_id=contract.audience_id).exists():
            yield Reason("already_drafted", _("There is a broadcast of this preview already."),
                         _("Schedule that one, or make a new preview."))  # fmt: skip


def create_draft(call: Call, contract: BroadcastContract) -> Drafted:
    assert call.request is not None
    send = draft_send(
        call, contract, Send.Kind.BROADCAST, Channel.WHATSAPP, name=contract.name, template_id=contract.template_id
    )
    record("send.drafted", send, call.actor, now=call.now, request_id=call.request.pk, people=contract.included)
    return Drafted(broadcast_id=send.pk, state=str(send.state))


def schedule_draft(call: Call, contract: BroadcastContract) -> Scheduled:
    """Bind the countersigned request to its draft; beat releases it at its time."""
    assert call.request is not None
    send = _draft_of(call, contract)
    Send.objects.filter(pk=send.pk).update(request=call.request)
    send = move_send(send, "schedule", call.actor, call.now)
    return Scheduled(broadcast_id=send.pk, state=str(send.state), due_at=send.due_at)


@dataclass(frozen=True, slots=True)
class HasDraft:
    """What is scheduled is a draft made of the very same preview."""

    def __call__(self, call: Call, contract: BroadcastContract) -> Iterator[Reason]:
        send = Send.objects.filter(audience_id=contract.audience_id, organisation=call.organisation).first()
        if send is None:
            yield Reason("not_drafted", _("There is no draft of this preview."),
                         _("Call whatsapp.broadcast.create with the same preview_id first."), "preview_id")  # fmt: skip
        elif send.state != SendState.DRAFT and (call.request is None or send.request_id != call.request.pk):
            state = send.get_state_display()
            yield Reason("wrong_state", _("This broadcast is “%s” already.") % state, _("Read its state."))


def _draft_of(call: Call, contract: BroadcastContract) -> Send:
    send = Send.objects.filter(audience_id=contract.audience_id, organisation=call.organisation).first()
    if send is None:
        raise Refused(*HasDraft()(call, contract))
    return send
