"""What is asked for and what is countersigned: every text, every way, every price of a campaign."""

from decimal import Decimal
from typing import Annotated
from uuid import UUID

from django.utils.translation import ngettext
from pydantic import Field

from approvals.contracts import Ask, Contract
from approvals.numerals import number
from messaging.engine.contract import CostCeiling, DueAt, NotAfter, PerSecond, Seal, SendContract
from sms.balances.known import BalancePart
from sms.campaigns.addresses import OptOutPart
from sms.compliance.checking import CopyFinding
from sms.copy.texts import MostParts
from sms.links.standing import LinkPart


class CostAsk(Ask):
    campaign_id: Annotated[UUID, Field(description="An id of sms_marketing.campaigns.list.")]
    base_version_token: Annotated[str, Field(max_length=40, description="The campaign's version_token as you read it.")]
    due_at: DueAt
    not_after: NotAfter = None
    per_second: PerSecond = None
    cost_ceiling: CostCeiling = None
    most_parts: MostParts = 4


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


class CampaignContract(SendContract):
    campaign_id: Annotated[UUID, Field(description="The campaign.")]
    campaign_version: Annotated[int, Field(description="Its version when this was made.")]
    category: Annotated[str, Field(description="marketing or utility.")]
    texts: Annotated[list[TextPart], Field(description="The texts, by language.")]
    links: Annotated[
        list[LinkPart], Field(description="Short links in the texts; everybody gets a code of their own.")
    ] = []
    opt_out_link: Annotated[
        OptOutPart | None,
        Field(description="The variable that each person's link to opt out fills; null for none."),
    ] = None
    most_parts: Annotated[int, Field(description="No text takes more parts than this.")]
    sender_id: Annotated[UUID, Field(description="The sender's place in the delivery engine.")]
    sender_name: Annotated[str, Field(description="The sender ID, byte for byte.")]
    routes: Annotated[list[RoutePart], Field(description="By country: ways, parts and cost.")]
    cost_high: Annotated[
        Decimal, Field(description="Estimate: every text at the price of its dearest way. Charges may differ.")
    ]
    balances: Annotated[
        list[BalancePart], Field(description="What was known of the money at these gateways; it is asked again.")
    ] = []
    balance_pays: Annotated[
        bool | None,
        Field(description="Whether it would pay for this; false: it would be held when it begins; null: not known."),
    ] = None
    findings: Annotated[
        list[CopyFinding], Field(description="What countries ask of the texts and do not find: errors and risks.")
    ] = []

    def sentence(self) -> str:
        words = ngettext(
            "SMS campaign “%(name)s” to %(people)s person from %(sender)s",
            "SMS campaign “%(name)s” to %(people)s people from %(sender)s",
            self.included,
        )
        return words % {"name": self.name, "people": number(self.included), "sender": self.sender_name}
