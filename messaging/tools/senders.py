"""whatsapp.phone_numbers.list and whatsapp.business_profile.get."""

from datetime import datetime
from typing import Annotated
from uuid import UUID

from pydantic import Field

from approvals.contracts import Answer, Ask
from approvals.registry import Call, Kind, tool
from messaging.finding import find_own
from messaging.models import Channel, Sender
from messaging.tools.setup import Identifier
from messaging.whatsapp.profiles import profile_of


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


class ProfileAsk(Ask):
    sender_id: Annotated[UUID, Field(description="An id of whatsapp.phone_numbers.list.")]


class Profile(Answer):
    sender_id: Annotated[UUID, Field(description="The number.")]
    number: Annotated[str, Field(description="The business number.")]
    display_name: Annotated[str, Field(description="The name Meta has verified; ours where it tells none.")]
    name_status: Annotated[str, Field(description="APPROVED once Meta has agreed to the name.")]
    official: Annotated[bool, Field(description="Whether it carries Meta's mark of an official business account.")]
    about: Annotated[str, Field(description="The line below the name.")]
    address: Annotated[str, Field(description="Where the business is.")]
    description: Annotated[str, Field(description="What the business says of itself.")]
    email: Annotated[str, Field(description="Where customers can write.")]
    websites: Annotated[list[str], Field(description="Its web pages.")]
    vertical: Annotated[str, Field(description="Its line of business, as Meta spells it.")]
    has_picture: Annotated[bool, Field(description="Whether customers see a picture.")]
    business_hours: Annotated[str, Field(description="unknown: Meta's interface tells no business hours.")]
    read_at: Annotated[datetime, Field(description="When Meta was asked; an answer is kept for ten minutes.")]


@tool(
    "whatsapp.business_profile.get",
    kind=Kind.READ,
    scope="whatsapp:read",
    reads_first=("whatsapp.phone_numbers.list",),
    safety="What customers can see and no more: no token, no verification document, no id at Meta.",
)
def get_business_profile(call: Call, ask: ProfileAsk) -> Profile:
    """Read a number's business profile: name, address, web pages, line of business and official mark."""
    where = "whatsapp.phone_numbers.list"
    sender = find_own(Sender, ask.sender_id, call.organisation, "sender_id", where, channel=Channel.WHATSAPP)
    read = profile_of(sender, call.now)
    return Profile(
        sender_id=sender.pk,
        number=sender.number,
        display_name=read.verified_name or sender.display_name,
        name_status=read.name_status,
        official=read.official,
        **read.profile.model_dump(exclude={"profile_picture_url"}),
        has_picture=bool(read.profile.profile_picture_url),
        business_hours="unknown",
        read_at=read.read_at,
    )
