"""What is asked for and what is countersigned: which event sets off which words, how often, at what cost."""

from decimal import Decimal
from typing import Annotated, Literal
from uuid import UUID

from django.utils.translation import gettext as _
from django.utils.translation import ngettext
from pydantic import Field

from accounts.budgets import Spend
from approvals.contracts import Answer, Ask, Contract
from approvals.numerals import number
from sms.campaigns.contract import CampaignContract
from sms.compliance.checking import CopyFinding

TriggerName = Literal["order_paid", "order_shipped", "appointment", "pick_up", "repurchase"]


class AutomationAsk(Ask):
    automation_id: Annotated[
        UUID | None, Field(description="An id of sms_marketing.automations.list; null makes a new one.")
    ] = None
    base_version_token: Annotated[
        str, Field(max_length=40, description="Its version_token as you read it; empty for a new one.")
    ] = ""
    state: Annotated[Literal["enabled", "paused"], Field(description="enabled waits for a person; paused does not.")]
    name: Annotated[str, Field(min_length=3, max_length=200, description="Its name, once in the organisation.")]
    event: Annotated[TriggerName, Field(description="What sets it off.")]
    campaign_id: Annotated[
        UUID, Field(description="A drafted campaign: its texts, sender ID, variables, and the segment as the limit.")
    ]
    daily_cap: Annotated[int, Field(ge=1, le=100_000, description="Texts a day at most.")]
    per_contact_hours: Annotated[
        int, Field(ge=1, le=8_760, description="Hours in which the same person gets no second text of it.")
    ]
    cost_a_day: Annotated[
        Decimal, Field(gt=0, max_digits=12, decimal_places=6, description="It pauses before a day costs more.")
    ]
    most_parts: Annotated[int, Field(ge=1, le=10, description="A text of more parts is left out, not cut.")] = 4


class AutomationContract(Contract):
    automation_id: Annotated[UUID | None, Field(description="The automation; null for a new one.")]
    base_version: Annotated[int, Field(description="Its version when this was planned; 0 for a new one.")]
    state_before: Annotated[str, Field(description="paused, enabled; empty for a new one.")]
    state: Annotated[str, Field(description="paused or enabled.")]
    is_pause_alone: Annotated[bool, Field(description="Whether nothing but pausing it is asked for.")]
    name: Annotated[str, Field(description="Its name.")]
    event: Annotated[str, Field(description="What sets it off.")]
    campaign_id: Annotated[UUID, Field(description="The campaign whose words it sends.")]
    campaign_name: Annotated[str, Field(description="Its name.")]
    campaign_version: Annotated[int, Field(description="Its version: when it is edited, the automation pauses.")]
    category: Annotated[str, Field(description="marketing or utility.")]
    texts: Annotated[dict[str, str], Field(description="Language code -> text, byte for byte.")]
    segment_name: Annotated[str, Field(description="Who is outside this segment gets nothing.")]
    segment_rule: Annotated[str, Field(description="Its rule on that day.")]
    sender_name: Annotated[str, Field(description="The sender ID.")]
    prices: Annotated[dict[str, Decimal], Field(description="Country -> what a part costs on its dearest way.")]
    currency: Annotated[str, Field(description="ISO 4217 code of all amounts; empty where there is no way.")]
    daily_cap: Annotated[int, Field(description="Texts a day at most.")]
    per_contact_hours: Annotated[int, Field(description="Hours between two texts to one person.")]
    cost_a_day: Annotated[Decimal, Field(description="It pauses before a day costs more.")]
    most_parts: Annotated[int, Field(description="No text takes more parts than this.")]
    findings: Annotated[
        list[CopyFinding], Field(description="What countries ask of the texts and do not find: errors and risks.")
    ] = []

    def spend(self) -> Spend:
        """What a single day may set in motion."""
        if self.state != "enabled":
            return Spend()
        return Spend(people=self.daily_cap, messages=self.daily_cap, money=self.cost_a_day)

    def message_category(self) -> str:
        return self.category if self.state == "enabled" else ""

    def sentence(self) -> str:
        facts = {"name": self.name, "cap": number(self.daily_cap)}
        if self.state == "enabled":
            words = ngettext(
                "Enable the automation “%(name)s”, up to %(cap)s text a day",
                "Enable the automation “%(name)s”, up to %(cap)s texts a day",
                self.daily_cap,
            )
            return words % facts
        return _("Keep the automation “%(name)s” paused") % facts


class AutomationKept(Answer):
    automation_id: Annotated[UUID, Field(description="The automation.")]
    state: Annotated[str, Field(description="paused or enabled.")]
    version_token: Annotated[str, Field(description="Pass it as base_version_token to change it.")]


class RunAsk(Ask):
    automation_id: Annotated[UUID, Field(description="The automation.")]
    run_ids: Annotated[list[int], Field(min_length=1, max_length=500, description="The events that set it off.")]


class RunContract(CampaignContract):
    """A campaign's contract for the people of some events, on the automation that a person has enabled."""

    automation_id: Annotated[UUID, Field(description="The automation.")]
    run_ids: Annotated[list[int], Field(description="The events that set it off.")]
