"""What every free-form message of ours is countersigned with: whom, in which conversation, until when, which bytes."""

from datetime import datetime
from decimal import Decimal
from typing import Annotated, Any
from uuid import UUID

from django.utils.translation import gettext as _
from pydantic import Field

from accounts.budgets import Spend
from approvals.canonical import seal_of
from approvals.contracts import Contract
from approvals.masking import Personal
from messaging.engine.contract import Seal


class ReplyTerms(Contract):
    conversation_id: Annotated[UUID, Field(description="The conversation that it is part of.")]
    contact_id: Annotated[UUID, Field(description="Whom it is for.")]
    audience_id: Annotated[UUID, Field(description="The one person, frozen.")]
    audience_digest: Annotated[Seal, Field(description="Hash over the person and their address.")]
    included: Annotated[int, Field(description="One.")]
    category: Annotated[str, Field(description="service: Meta charges nothing for it while the window is open.")]
    sender_id: Annotated[UUID, Field(description="Our number in the conversation.")]
    sender_name: Annotated[str, Field(description="What the customer sees as the sender.")]
    due_at: Annotated[datetime, Field(description="When it leaves.")]
    not_after: Annotated[datetime, Field(description="A moment before the window closes; nothing leaves afterwards.")]
    per_second: Annotated[int, Field(description="Messages a second at most.")]
    currency: Annotated[str, Field(description="ISO 4217 code of the cost.")]
    cost_ceiling: Annotated[Decimal, Field(description="0: answers in an open window are free.")]
    # Ids at the provider stand in it, and one of a message tells its person's number.
    body: Annotated[
        dict[str, Any],
        Personal("text"),
        Field(description="The message as the Cloud API takes it, byte for byte."),
    ]

    def spend(self) -> Spend:
        return Spend(people=1, messages=1)

    def message_category(self) -> str:
        return self.category

    def says(self) -> str:
        return seal_of({name: part for name, part in self.body.items() if name != "context"})

    def sentence(self) -> str:
        return _("Answer a customer from %(sender)s") % {"sender": self.sender_name}
