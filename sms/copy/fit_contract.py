"""What is asked and shown about a copy before it becomes a campaign. No person's value stands in it, only its size."""

from decimal import Decimal
from typing import Annotated
from uuid import UUID

from django.utils.translation import gettext as _
from pydantic import Field

from approvals.contracts import Ask, Contract
from sms.campaigns.addresses import OptOutVariable, VariableName
from sms.compliance.checking import CopyFinding
from sms.copy.texts import Language, MostParts, Text, TextCategory, Variables


class FitAsk(Ask):
    texts: Annotated[
        dict[Language, Text],
        Field(max_length=10, description="Language code -> text; variables as {{name}}. Or pass template_id."),
    ] = {}
    template_id: Annotated[
        UUID | None, Field(description="In place of texts: an id of sms_marketing.templates.list.")
    ] = None
    default_language: Annotated[
        str, Field(max_length=16, description="Read by people whose language has no text. Default: the template's.")
    ] = ""
    category: TextCategory = "marketing"
    segment_id: Annotated[UUID, Field(description="Whose longest values fill it: a segment of this organisation.")]
    sender_id: Annotated[UUID, Field(description="From whom: an id of sms_marketing.sender_ids.list.")]
    variables: Variables = []
    short_link_ids: Annotated[
        dict[VariableName, UUID],
        Field(
            max_length=5,
            description="Variable -> the short link that fills it, counted as long as everybody's will be: ids of"
            " sms_marketing.link_clicks.list.",
        ),
    ] = {}
    opt_out_variable: OptOutVariable = ""
    most_parts: MostParts = 4


class SizePart(Contract):
    encoding: Annotated[str, Field(description="GSM-7 or UCS-2.")]
    units: Annotated[int, Field(description="Septets in GSM-7, UTF-16 units in UCS-2.")]
    parts: Annotated[int, Field(description="How many SMS it takes: one of 160 or 70 units, several of 153 or 67.")]
    left: Annotated[int, Field(description="Units that fit before it takes another part.")]


class CostlyPart(Contract):
    character: Annotated[str, Field(description="A character that GSM-7 does not have: one is enough for UCS-2.")]
    code_points: Annotated[str, Field(description="Its Unicode code points.")]
    name: Annotated[str, Field(description="Its Unicode name.")]
    count: Annotated[int, Field(description="How often it stands in the text.")]
    replacement: Annotated[str | None, Field(description="What could stand for it; null where nothing does.")]


class VariablePart(Contract):
    name: Annotated[str, Field(description="The variable.")]
    longest: Annotated[int, Field(description="UTF-16 units of the longest value among these people.")]
    longest_gsm: Annotated[int, Field(description="Septets of the longest value that fits GSM-7; 0 where none does.")]
    longest_ucs2: Annotated[int, Field(description="UTF-16 units of the longest value that makes a text UCS-2; or 0.")]
    missing: Annotated[int, Field(description="People without a value: those are left out.")]


class TextFit(Contract):
    language: Annotated[str, Field(description="The language code.")]
    text: Annotated[str, Field(description="The text, byte for byte.")]
    bare: Annotated[SizePart, Field(description="Its size without any value, but with its links.")]
    worst: Annotated[SizePart, Field(description="Its size with the longest values together, in the worst encoding.")]
    worst_parts: Annotated[
        list[str], Field(description="How that text is parted. x and 字 stand for values: nobody's are shown.")
    ]
    costly: Annotated[list[CostlyPart], Field(description="What makes the text itself UCS-2; 20 at the most.")]
    costly_variables: Annotated[list[str], Field(description="Variables with a value that makes it UCS-2.")]
    suggestion: Annotated[
        str | None, Field(description="The text in GSM-7, with every replacement made; null where there is none.")
    ]
    suggestion_worst: Annotated[SizePart | None, Field(description="What its worst size would be then.")]
    people_by_parts: Annotated[dict[str, int], Field(description="Parts -> people who get it in so many.")]
    too_long_for: Annotated[int, Field(description="People left out because theirs takes more than most_parts.")]


class CountryCost(Contract):
    country: Annotated[str, Field(description="ISO 3166 code, by the phone number.")]
    parts: Annotated[int, Field(description="Parts a person.")]
    people: Annotated[int, Field(description="People in this country whose text takes so many.")]
    price: Annotated[Decimal | None, Field(description="What a part costs at most; null where no gateway carries it.")]
    cost: Annotated[Decimal | None, Field(description="Estimate: people times parts times price.")]
    currency: Annotated[str, Field(description="ISO 4217 code; empty where no gateway carries it.")]


class FitContract(Contract):
    segment_name: Annotated[str, Field(description="The segment.")]
    sender_name: Annotated[str, Field(description="The sender ID.")]
    category: Annotated[str, Field(description="marketing or utility.")]
    default_language: Annotated[str, Field(description="Read by people whose language has no text.")]
    most_parts: Annotated[int, Field(description="No text takes more parts than this.")]
    targeted: Annotated[int, Field(description="People in the segment.")]
    excluded: Annotated[dict[str, int], Field(description="People left out now, by the first reason that holds.")]
    texts: Annotated[list[TextFit], Field(description="One entry a language.")]
    variables: Annotated[list[VariablePart], Field(description="How long the variables become.")]
    countries: Annotated[list[CountryCost], Field(description="Estimated cost by country and parts.")]
    findings: Annotated[list[CopyFinding], Field(description="What countries ask of the texts and do not find.")]

    def sentence(self) -> str:
        return _("Copy for “%(segment)s” in %(languages)s") % {
            "segment": self.segment_name, "languages": ", ".join(one.language for one in self.texts),
        }  # fmt: skip
