"""What is asked for and what is countersigned."""

from datetime import datetime
from decimal import Decimal
from typing import Annotated
from uuid import UUID

from django.utils.translation import ngettext
from pydantic import AwareDatetime, Field

from accounts.budgets import Spend
from approvals.contracts import Ask, Contract
from messaging.audiences.variables import Variable

Seal = Annotated[str, Field(pattern=r"^[0-9a-f]{64}$", description="SHA-256, 64 hex digits.")]


class BroadcastAsk(Ask):
    name: Annotated[str, Field(min_length=3, max_length=200, description="What people call this broadcast.")]
    segment_id: Annotated[UUID, Field(description="Whom to write to: an id of whatsapp.segments.list.")]
    template_id: Annotated[UUID, Field(description="What to say: an id of whatsapp.templates.list.")]
    sender_id: Annotated[UUID, Field(description="From which number: an id of whatsapp.phone_numbers.list.")]
    variables: Annotated[
        list[Variable], Field(max_length=30, description="Where each variable of the template gets its value.")
    ] = []
    due_at: Annotated[AwareDatetime, Field(description="When to begin, with a time zone (ISO 8601).")]
    not_after: Annotated[
        AwareDatetime | None,
        Field(description="What has not gone out by then stays in. Default: 24 hours after due_at."),
    ] = None
    per_second: Annotated[
        int | None, Field(ge=1, le=1000, description="Messages a second at most. Default: what the sender may.")
    ] = None
    cost_ceiling: Annotated[
        Decimal | None,
        Field(
            ge=0,
            max_digits=12,
            decimal_places=6,
            description="The send stops before it costs more. Default: cost_high.",
        ),
    ] = None


class TranslationPart(Contract):
    """One language of the template as it was when the preview was made."""

    translation_id: Annotated[UUID, Field(description="The template's translation.")]
    language: Annotated[str, Field(description="Its language code.")]
    digest: Annotated[Seal, Field(description="Hash of its content: an edited text is another text.")]
    people: Annotated[int, Field(description="How many people read it.")]


class BroadcastContract(Contract):
    name: Annotated[str, Field(description="What people call this broadcast.")]
    segment_id: Annotated[UUID, Field(description="The segment that was asked.")]
    segment_name: Annotated[str, Field(description="Its name.")]
    segment_rule: Annotated[str, Field(description="Its rule on that day.")]
    audience_id: Annotated[UUID, Field(description="The frozen audience.")]
    audience_digest: Annotated[Seal, Field(description="Hash over every person, address, variable and price in it.")]
    targeted: Annotated[int, Field(description="People in the segment: included plus all exclusions.")]
    included: Annotated[int, Field(description="People who will be written to.")]
    excluded: Annotated[dict[str, int], Field(description="Left out, by the first reason that holds.")]
    template_id: Annotated[UUID, Field(description="The template.")]
    template_name: Annotated[str, Field(description="Its name.")]
    category: Annotated[str, Field(description="What Meta charges it as.")]
    default_language: Annotated[str, Field(description="Read by people whose language has no translation.")]
    translations: Annotated[list[TranslationPart], Field(description="The texts, by language.")]
    variables: Annotated[list[Variable], Field(description="Where each variable gets its value.")]
    sender_id: Annotated[UUID, Field(description="The number it goes out from.")]
    sender_name: Annotated[str, Field(description="That number's display name.")]
    due_at: Annotated[datetime, Field(description="When it begins.")]
    not_after: Annotated[datetime, Field(description="What has not gone out by then stays in.")]
    per_second: Annotated[int, Field(description="Messages a second at most.")]
    finishes_about: Annotated[datetime, Field(description="When the last message leaves at that pace.")]
    currency: Annotated[str, Field(description="ISO 4217 code of all amounts.")]
    cost_low: Annotated[
        Decimal, Field(description="The cost if as many are delivered as lately; only delivered ones cost.")
    ]
    cost_high: Annotated[Decimal, Field(description="The cost if every message is delivered, at list prices.")]
    cost_ceiling: Annotated[Decimal, Field(description="The send stops before it costs more.")]
    price_card: Annotated[str, Field(description="The date from which the prices count.")]

    def spend(self) -> Spend:
        return Spend(people=self.included, messages=self.included, money=self.cost_ceiling)

    def message_category(self) -> str:
        return self.category

    def sentence(self) -> str:
        numbers = {"name": self.name, "people": self.included, "sender": self.sender_name}
        words = ngettext(
            "Broadcast “%(name)s” to %(people)d person from %(sender)s",
            "Broadcast “%(name)s” to %(people)d people from %(sender)s",
            self.included,
        )
        return words % numbers
