"""What is asked for and what is countersigned."""

from decimal import Decimal
from typing import Annotated
from uuid import UUID

from django.utils.translation import ngettext
from pydantic import Field

from approvals.canonical import seal_of
from approvals.contracts import Ask, Contract
from approvals.numerals import number
from messaging.audiences.variables import Variable
from messaging.engine.contract import CostCeiling, DueAt, NotAfter, PerSecond, Seal, SendContract


class BroadcastAsk(Ask):
    name: Annotated[str, Field(min_length=3, max_length=200, description="What people call this broadcast.")]
    segment_id: Annotated[UUID, Field(description="Whom to write to: an id of whatsapp.segments.list.")]
    template_id: Annotated[UUID, Field(description="What to say: an id of whatsapp.templates.list.")]
    sender_id: Annotated[UUID, Field(description="From which number: an id of whatsapp.phone_numbers.list.")]
    variables: Annotated[
        list[Variable], Field(max_length=30, description="Where each variable of the template gets its value.")
    ] = []
    due_at: DueAt
    not_after: NotAfter = None
    per_second: PerSecond = None
    cost_ceiling: CostCeiling = None


class TranslationPart(Contract):
    """One language of the template as it was when the preview was made."""

    translation_id: Annotated[UUID, Field(description="The template's translation.")]
    language: Annotated[str, Field(description="Its language code.")]
    digest: Annotated[Seal, Field(description="Hash of its content: an edited text is another text.")]
    people: Annotated[int, Field(description="How many people read it.")]


class BroadcastContract(SendContract):
    template_id: Annotated[UUID, Field(description="The template.")]
    template_name: Annotated[str, Field(description="Its name.")]
    category: Annotated[str, Field(description="What Meta charges it as.")]
    default_language: Annotated[str, Field(description="Read by people whose language has no translation.")]
    translations: Annotated[list[TranslationPart], Field(description="The texts, by language.")]
    sender_id: Annotated[UUID, Field(description="The number it goes out from.")]
    sender_name: Annotated[str, Field(description="That number's display name.")]
    cost_low: Annotated[
        Decimal, Field(description="The cost if as many are delivered as lately; only delivered ones cost.")
    ]
    cost_high: Annotated[Decimal, Field(description="The cost if every message is delivered, at list prices.")]
    price_card: Annotated[str, Field(description="The date from which the prices count.")]
    messaging_limit: Annotated[
        int | None,
        Field(
            description="With how many people Meta lets the business portfolio begin conversations in a moving 24"
            " hours; null where there is no limit."
        ),
    ] = None
    room_at_first: Annotated[
        int | None,
        Field(
            description="For how many of them there is room when it begins, going by what has been sent so far. The"
            " rest waits until others have left the 24 hours: see finishes_about."
        ),
    ] = None

    def says(self) -> str:
        return seal_of({"template": str(self.template_id)})

    def sentence(self) -> str:
        numbers = {"name": self.name, "people": number(self.included), "sender": self.sender_name}
        words = ngettext(
            "Broadcast “%(name)s” to %(people)s person from %(sender)s",
            "Broadcast “%(name)s” to %(people)s people from %(sender)s",
            self.included,
        )
        return words % numbers
