"""What every send is asked for and countersigned with, whatever its channel: whom, when, how fast, for how much."""

from datetime import datetime
from decimal import Decimal
from typing import Annotated
from uuid import UUID

from pydantic import Field

from accounts.budgets import Spend
from approvals.contracts import Contract, Moment
from messaging.audiences.variables import Variable

Seal = Annotated[str, Field(pattern=r"^[0-9a-f]{64}$", description="SHA-256, 64 hex digits.")]

# What a preview of a send is asked for beside whom and what.
DueAt = Annotated[Moment, Field(description="When to begin, with a time zone (ISO 8601).")]
NotAfter = Annotated[
    Moment | None,
    Field(description="What has not gone out by then stays in. Default: 24 hours after due_at."),
]
PerSecond = Annotated[
    int | None, Field(ge=1, le=1000, description="Messages a second at most. Default: what the sender may.")
]
CostCeiling = Annotated[
    Decimal | None,
    Field(
        ge=0,
        max_digits=12,
        decimal_places=6,
        description="The send stops before it costs more. Default: cost_high.",
    ),
]


class SendContract(Contract):
    """One contract beneath those of all channels: guards, standing, drift and the desk read it alike."""

    name: Annotated[str, Field(description="What people call it.")]
    segment_id: Annotated[UUID | None, Field(description="The segment that was asked; null where one person is meant.")]
    segment_name: Annotated[str, Field(description="Its name.")]
    segment_rule: Annotated[str, Field(description="Its rule on that day.")]
    audience_id: Annotated[UUID, Field(description="The frozen audience.")]
    audience_digest: Annotated[Seal, Field(description="Hash over every person, address, variable and price in it.")]
    targeted: Annotated[int, Field(description="People in the segment: included plus all exclusions.")]
    included: Annotated[int, Field(description="People who will be written to.")]
    excluded: Annotated[dict[str, int], Field(description="Left out, by the first reason that holds.")]
    category: Annotated[str, Field(description="marketing or utility.")]
    default_language: Annotated[str, Field(description="Read by people whose language has no text.")]
    variables: Annotated[list[Variable], Field(description="Where each variable gets its value.")]
    sender_id: Annotated[UUID, Field(description="Whom it goes out from.")]
    sender_name: Annotated[str, Field(description="What people see as the sender.")]
    due_at: Annotated[datetime, Field(description="When it begins.")]
    not_after: Annotated[datetime, Field(description="What has not gone out by then stays in.")]
    per_second: Annotated[int, Field(description="Messages a second at most.")]
    finishes_about: Annotated[
        datetime, Field(description="When the last message leaves, at that pace and within Meta's limit.")
    ]
    currency: Annotated[str, Field(description="ISO 4217 code of all amounts.")]
    cost_high: Annotated[Decimal, Field(description="What it costs at most by the prices of that day.")]
    cost_ceiling: Annotated[Decimal, Field(description="The send stops before it costs more.")]

    def spend(self) -> Spend:
        return Spend(people=self.included, messages=self.included, money=self.cost_ceiling)

    def message_category(self) -> str:
        return self.category
