"""whatsapp.message_delivery.list and whatsapp.campaign_report.get."""

from datetime import datetime
from decimal import Decimal
from typing import Annotated
from uuid import UUID

from pydantic import Field

from approvals.contracts import Answer, Ask
from approvals.masking import Personal
from approvals.registry import Call, Kind, tool
from messaging.broadcasts.report import report_of
from messaging.finding import find_own
from messaging.models import Channel, Message, Send, Status, Verdict
from messaging.paging import PageAnswer, PageAsk, page


class DeliveriesAsk(PageAsk):
    broadcast_id: Annotated[UUID, Field(description="An id of whatsapp.broadcasts.list.")]
    status: Annotated[
        str,
        Field(
            pattern="^(|" + "|".join(status.name.lower() for status in Status) + ")$",
            description="queued, sending, unsure, closed (unsure for good), accepted, held, sent, failed, delivered,"
            " read, excluded; empty: all.",
        ),
    ] = ""
    error_code: Annotated[str, Field(max_length=20, description="Only failures with this code.")] = ""


class Delivery(Answer):
    contact_id: Annotated[UUID, Field(description="Whose message it is.")]
    phone: Annotated[str, Personal("phone"), Field(description="Where it goes.")]
    status: Annotated[str, Field(description="What became of it so far.")]
    left_out_because: Annotated[str, Field(description="Why it was left out at sending; empty unless it was.")]
    error_code: Annotated[str, Field(description="The provider's code of a failure.")]
    error: Annotated[str, Personal("text"), Field(description="The provider's words, which may repeat the message.")]
    handed_over_at: Annotated[datetime | None, Field(description="When we handed it to the provider.")]
    sent_at: Annotated[datetime | None, Field(description="When the provider sent it.")]
    delivered_at: Annotated[datetime | None, Field(description="When it reached the phone.")]
    read_at: Annotated[datetime | None, Field(description="When it was read, if the person tells.")]
    replied_at: Annotated[datetime | None, Field(description="When the person answered it.")]


class DeliveriesPage(PageAnswer):
    deliveries: Annotated[list[Delivery], Field(description="One entry a person, in the order of queueing.")]


@tool(
    "whatsapp.message_delivery.list",
    kind=Kind.READ,
    scope="whatsapp:read",
    reads_first=("whatsapp.broadcasts.list",),
    safety="Only messages of your own organisation's broadcasts; numbers are masked unless you may see personal data.",
)
def list_message_delivery(call: Call, ask: DeliveriesAsk) -> DeliveriesPage:
    """List what became of each person's message of a broadcast: handed over, sent, delivered, read, failed with its
    code.
    """
    send = find_own(
        Send, ask.broadcast_id, call.organisation, "broadcast_id", "whatsapp.broadcasts.list", channel=Channel.WHATSAPP
    )
    messages = Message.objects.filter(send=send).select_related("contact")
    if ask.status:
        messages = messages.filter(status=Status[ask.status.upper()])
    if ask.error_code:
        messages = messages.filter(error_code=ask.error_code)
    rows, cursor = page(messages, ask, by="pk", descending=False)
    return DeliveriesPage(deliveries=[_delivery(message) for message in rows], next_cursor=cursor)


def _delivery(message: Message) -> Delivery:
    left_out = Verdict(message.verdict).name.lower() if message.verdict else ""
    return Delivery(
        contact_id=message.contact.key,
        phone=message.address if message.address_kind == "phone" else "",
        status=Status(message.status).name.lower(),
        left_out_because=left_out,
        error_code=message.error_code,
        error=message.error_text,
        handed_over_at=message.handed_at,
        sent_at=message.sent_at,
        delivered_at=message.delivered_at,
        read_at=message.read_at,
        replied_at=message.replied_at,
    )


class ReportAsk(Ask):
    broadcast_id: Annotated[UUID, Field(description="An id of whatsapp.broadcasts.list.")]


class ReportAnswer(Answer):
    broadcast_id: Annotated[UUID, Field(description="The broadcast.")]
    name: Annotated[str, Field(description="Its name.")]
    state: Annotated[str, Field(description="Where it stands.")]
    targeted: Annotated[int, Field(description="Everybody in the segment: the sum of all outcomes.")]
    outcomes: Annotated[
        dict[str, int], Field(description="People by what became of their message; adds up to targeted.")
    ]
    excluded: Annotated[dict[str, int], Field(description="People left out, before and at sending, by reason.")]
    delivered: Annotated[int, Field(description="Reached a phone, read ones included.")]
    read: Annotated[int, Field(description="Read, as far as people tell.")]
    replied: Annotated[int, Field(description="People who answered within 72 hours.")]
    opted_out: Annotated[int, Field(description="People who said stop within 72 hours.")]
    failures: Annotated[dict[str, int], Field(description="Failures by the provider's code.")]
    currency: Annotated[str, Field(description="ISO 4217 code of the costs.")]
    cost_estimated: Annotated[
        Decimal, Field(description="List price of all that was handed over and may be delivered.")
    ]
    cost_charged: Annotated[Decimal, Field(description="List price of what was delivered and reported as billable.")]
    cost_ceiling: Annotated[Decimal, Field(description="The countersigned ceiling.")]
    started_at: Annotated[datetime | None, Field(description="When it began.")]
    ended_at: Annotated[datetime | None, Field(description="When the last message was handed over.")]


@tool(
    "whatsapp.campaign_report.get",
    kind=Kind.READ,
    scope="whatsapp:read",
    reads_first=("whatsapp.broadcasts.list", "whatsapp.message_delivery.list"),
    safety="Numbers only: nobody's own behaviour is shown.",
)
def get_campaign_report(call: Call, ask: ReportAsk) -> ReportAnswer:
    """Sum up a broadcast: outcomes that close, delivery, reading, replies, opt-outs, failures by code and cost."""
    send = find_own(
        Send, ask.broadcast_id, call.organisation, "broadcast_id", "whatsapp.broadcasts.list", channel=Channel.WHATSAPP
    )
    return ReportAnswer.model_validate(report_of(send))
