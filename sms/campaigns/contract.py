"""What is asked for and what is countersigned: every text, every way, every price of a campaign."""

from datetime import datetime
from decimal import Decimal
from typing import Annotated
from uuid import UUID

from django.utils.translation import gettext as _
from pydantic import AwareDatetime, Field

from accounts.budgets import Spend
from approvals.contracts import Ask, Contract
from messaging.audiences.variables import Variable
from messaging.broadcasts.contract import Seal
from sms.campaigns.addresses import OptOutPart
from sms.compliance.checking import CopyFinding
from sms.links.standing import LinkPart


class CostAsk(Ask):
    campaign_id: Annotated[UUID, Field(description="An id of sms_marketing.campaigns.list.")]
    base_version_token: Annotated[str, Field(max_length=40, description="The campaign's version_token as you read it.")]
    due_at: Annotated[AwareDatetime, Field(description="When to begin, with a time zone (ISO 8601).")]
    not_after: Annotated[
        AwareDatetime | None,
        Field(description="What has not gone out by then stays in. Default: 24 hours after due_at."),
    ] = None
    per_second: Annotated[
        int | None, Field(ge=1, le=1000, description="Texts a second at most. Default: what the sender may.")
    ] = None
    cost_ceiling: Annotated[
        Decimal | None,
        Field(ge=0, max_digits=12, decimal_places=6, description="The send stops before it costs more. Default:"
              " cost_high."),
    ] = None  # fmt: skip
    most_parts: Annotated[
        int, Field(ge=1, le=10, description="A text that takes more parts than this is left out, not cut.")
    ] = 4


class TextPart(Contract):
    """One language of the campaign's text as it was when the preview was made."""

    translation_id: Annotated[UUID, Field(description="Our id of this text.")]
    language: Annotated[str, Field(description="Its language code.")]
    text: Annotated[str, Field(description="The text with its variables, byte for byte.")]
    digest: Annotated[Seal, Field(description="Hash of the text: an edited one is another one.")]
    people: Annotated[int, Field(description="How many people get it.")]


class RoutePart(Contract):
    """How a country is reached, and what that costs."""

    country: Annotated[str, Field(description="ISO 3166 code, by the phone number.")]
    gateway_ids: Annotated[list[UUID], Field(description="Who carries it; the next is asked only if one refused.")]
    gateways: Annotated[list[str], Field(description="Their names.")]
    price: Annotated[Decimal, Field(description="What a part costs on the dearest of these ways.")]
    people: Annotated[int, Field(description="People in this country who will be written to.")]
    parts: Annotated[int, Field(description="Parts of their texts together.")]
    cost: Annotated[Decimal, Field(description="parts times price.")]


class CampaignContract(Contract):
    campaign_id: Annotated[UUID, Field(description="The campaign.")]
    campaign_version: Annotated[int, Field(description="Its version when this was made.")]
    name: Annotated[str, Field(description="What people call it.")]
    segment_id: Annotated[UUID, Field(description="The segment that was asked.")]
    segment_name: Annotated[str, Field(description="Its name.")]
    segment_rule: Annotated[str, Field(description="Its rule on that day.")]
    audience_id: Annotated[UUID, Field(description="The frozen audience.")]
    audience_digest: Annotated[Seal, Field(description="Hash over every person, address, variable and price in it.")]
    targeted: Annotated[int, Field(description="People in the segment: included plus all exclusions.")]
    included: Annotated[int, Field(description="People who will be written to.")]
    excluded: Annotated[dict[str, int], Field(description="Left out, by the first reason that holds.")]
    category: Annotated[str, Field(description="marketing or utility.")]
    default_language: Annotated[str, Field(description="Read by people whose language has no text.")]
    texts: Annotated[list[TextPart], Field(description="The texts, by language.")]
    variables: Annotated[list[Variable], Field(description="Where each variable gets its value.")]
    links: Annotated[
        list[LinkPart], Field(description="Short links in the texts; everybody gets a code of their own.")
    ] = []
    opt_out_link: Annotated[
        OptOutPart | None,
        Field(description="The variable that each person's own link to opt out fills; null for none."),
    ] = None
    most_parts: Annotated[int, Field(description="No text takes more parts than this.")]
    sender_id: Annotated[UUID, Field(description="The sender's place in the delivery engine.")]
    sender_name: Annotated[str, Field(description="The sender ID, byte for byte.")]
    routes: Annotated[list[RoutePart], Field(description="By country: ways, parts and cost.")]
    due_at: Annotated[datetime, Field(description="When it begins.")]
    not_after: Annotated[datetime, Field(description="What has not gone out by then stays in.")]
    per_second: Annotated[int, Field(description="Texts a second at most.")]
    finishes_about: Annotated[datetime, Field(description="When the last text leaves at that pace.")]
    currency: Annotated[str, Field(description="ISO 4217 code of all amounts.")]
    cost_high: Annotated[
        Decimal, Field(description="Estimate: every text at the price of its dearest way. Charges may differ.")
    ]
    cost_ceiling: Annotated[Decimal, Field(description="The send stops before it costs more.")]
    findings: Annotated[
        list[CopyFinding], Field(description="What countries ask of the texts and do not find: errors and risks.")
    ] = []

    def spend(self) -> Spend:
        return Spend(people=self.included, messages=self.included, money=self.cost_ceiling)

    def message_category(self) -> str:
        return self.category

    def sentence(self) -> str:
        numbers = {"name": self.name, "people": self.included, "sender": self.sender_name}
        return _("SMS campaign “%(name)s” to %(people)d people from %(sender)s") % numbers
