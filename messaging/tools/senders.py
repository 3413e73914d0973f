"""whatsapp.phone_numbers.list."""

from typing import Annotated
from uuid import UUID

from pydantic import Field

from approvals.contracts import Answer, Ask
from approvals.registry import Call, Kind, tool
from messaging.models import Sender
from messaging.tools.setup import Identifier


class NumbersAsk(Ask):
    pass


class NumberRow(Answer):
    sender_id: Annotated[UUID, Field(description="Its id; for broadcast.preview.")]
    number: Annotated[str, Field(description="The business number.")]
    display_name: Annotated[str, Field(description="What customers see.")]
    phone_number_id: Annotated[Identifier, Field(description="Its id at Meta.")]
    status: Annotated[str, Field(description="CONNECTED when it can send.")]
    quality: Annotated[str, Field(description="GREEN, YELLOW, RED or UNKNOWN.")]
    messaging_limit: Annotated[str, Field(description="People in a moving 24 hours, for the whole portfolio.")]
    per_second: Annotated[int, Field(description="Messages a second it may carry, both ways together.")]
    paused: Annotated[str, Field(description="Why we have paused it; empty unless we have.")]


class Numbers(Answer):
    phone_numbers: Annotated[list[NumberRow], Field(description="The organisation's WhatsApp numbers.")]


@tool(
    "whatsapp.phone_numbers.list",
    kind=Kind.READ,
    scope="whatsapp:read",
    reads_first=("whatsapp.config.get",),
    safety="Ids at Meta are masked unless you may see the configuration; verification details are never shown.",
)
def list_phone_numbers(call: Call, ask: NumbersAsk) -> Numbers:
    """List the official WhatsApp numbers with display name, quality rating, messaging limit and connection."""
    senders = Sender.objects.filter(organisation=call.organisation, channel="whatsapp").order_by("number")
    return Numbers(phone_numbers=[_number(sender) for sender in senders])


def _number(sender: Sender) -> NumberRow:
    return NumberRow(
        sender_id=sender.pk,
        number=sender.number,
        display_name=sender.display_name,
        phone_number_id=sender.provider_ref,
        status=sender.status,
        quality=sender.quality,
        messaging_limit=sender.tier,
        per_second=sender.per_second,
        paused=(sender.pause_reason or "paused") if sender.paused_at else "",
    )
