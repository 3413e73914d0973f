"""One template to one person: an audience of one, on the same road as a broadcast's thousands."""

from collections.abc import Iterator
from dataclasses import dataclass, replace
from datetime import datetime
from decimal import Decimal
from typing import Annotated
from uuid import UUID

from django.db import transaction
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy
from pydantic import Field

from approvals.contracts import Answer, Ask, Moment
from approvals.masking import mask
from approvals.reasons import Reason, refuse_if_any
from approvals.registry import Call
from audit.record import record
from messaging.audiences.resolve import Only
from messaging.audiences.variables import Variable
from messaging.broadcasts.contract import BroadcastContract
from messaging.broadcasts.preview import Found, find_rows, frozen_terms
from messaging.contacts.finding import find_contact
from messaging.engine.contract import NotAfter
from messaging.engine.sends import draft_send, move_send
from messaging.models import Channel, Contact, Send, Verdict
from messaging.tasks import RING_LASTS, dispatch_due


class SingleAsk(Ask):
    contact_id: Annotated[UUID, Field(description="Whom to write to: an id of whatsapp.contacts.list.")]
    template_id: Annotated[UUID, Field(description="What to say: an id of whatsapp.templates.list.")]
    sender_id: Annotated[UUID, Field(description="From which number: an id of whatsapp.phone_numbers.list.")]
    language: Annotated[
        str, Field(max_length=16, description="The template's language. Empty: the person's own, if there is a text.")
    ] = ""
    variables: Annotated[
        list[Variable], Field(max_length=30, description="Where each variable of the template gets its value.")
    ] = []
    due_at: Annotated[Moment | None, Field(description="When, with a time zone (ISO 8601). Null: at once.")] = None
    not_after: NotAfter = None


class SingleContract(BroadcastContract):
    contact_id: Annotated[UUID, Field(description="The one person whom it is for.")]
    recipient: Annotated[str, Field(description="The person's number or user id, masked.")]

    def sentence(self) -> str:
        words = {"template": self.template_name, "recipient": self.recipient, "sender": self.sender_name}
        return _("Send the template “%(template)s” to %(recipient)s from %(sender)s") % words


class SingleSent(Answer):
    message_id: Annotated[UUID, Field(description="Our id of the message.")]
    state: Annotated[str, Field(description="scheduled: it leaves by itself at due_at, if everything still holds.")]
    due_at: Annotated[datetime, Field(description="When it leaves.")]


@dataclass(frozen=True, slots=True)
class _When:
    """What the preview of a broadcast is asked for beside whom and what, for one person."""

    name: str
    due_at: datetime
    not_after: datetime | None
    variables: list[Variable]
    per_second: int | None = None
    cost_ceiling: Decimal | None = None


def plan_single(call: Call, ask: SingleAsk) -> SingleContract:
    """Freeze one person and what they read. Raises Refused where they may not be written to, with the gate's reason."""
    contact = find_contact(
        ask.contact_id, call.organisation, gettext_lazy("Use a contact_id of whatsapp.contacts.list.")
    )
    found = _in_language(find_rows(call.organisation, ask.template_id, ask.sender_id), ask.language)
    when = _When(found.template.name[:200], ask.due_at or call.now, ask.not_after, ask.variables)
    with transaction.atomic():
        terms = frozen_terms(call, when, found, None, Only({contact.pk: {}}))
        refuse_if_any(_reasons_of_the_gate(terms["excluded"]))
    return SingleContract(**terms, contact_id=contact.key, recipient=_masked(contact))


def send_single(call: Call, contract: SingleContract) -> SingleSent:
    """Make its send and have it begin at its time."""
    assert call.request is not None
    send = draft_send(
        call, contract, Send.Kind.SINGLE, Channel.WHATSAPP,
        name=contract.name, template_id=contract.template_id, request=call.request,
    )  # fmt: skip
    record("send.drafted", send, call.actor, now=call.now, request_id=call.request.pk, people=contract.included)
    if contract.due_at <= call.now:  # somebody may be waiting: beat would find it too, some seconds later
        transaction.on_commit(lambda: dispatch_due.apply_async(expires=RING_LASTS), robust=True)
    send = move_send(send, "schedule", call.actor, call.now)
    return SingleSent(message_id=send.pk, state=str(send.state), due_at=send.due_at)


def _in_language(found: Found, language: str) -> Found:
    """The rows with only the text in this language; where Meta has not approved that, with none."""
    if not language:
        return found
    return replace(found, usable=[one for one in found.usable if one.language == language])


def _reasons_of_the_gate(excluded: dict[str, int]) -> Iterator[Reason]:
    for name in excluded:
        label = Verdict[name.upper()].label
        yield Reason(name, gettext_lazy("Nothing is sent to this person: %s.") % label,
                     gettext_lazy("Read their consent and messages; what stands against it stands for every way."),
                     "contact_id")  # fmt: skip


def _masked(contact: Contact) -> str:
    return mask(contact.phone, "phone") if contact.phone else mask(contact.bsuid or "", "identifier")
