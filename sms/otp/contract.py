"""What is asked for and what is approved when a code is to be sent. The code itself is in neither."""

from datetime import datetime
from decimal import Decimal
from typing import Annotated
from uuid import UUID

from django.utils.translation import gettext as _
from pydantic import Field

from accounts.budgets import Spend
from approvals.contracts import Answer, Ask, Contract
from messaging.engine.contract import Seal
from sms.campaigns.contract import RoutePart

# What joins the parts of a proof must not be in one of them.
Reference = Annotated[str, Field(max_length=80, pattern=r"^[A-Za-z0-9._:-]*$")]


class OtpAsk(Ask):
    otp_template_id: Annotated[UUID, Field(description="An id of sms_marketing.otp_templates.list.")]
    phone: Annotated[str, Field(min_length=5, max_length=30, description="Whose code it is: with + and country code.")]
    language: Annotated[str, Field(max_length=16, description="The text's language; empty: the default one.")] = ""
    transaction: Annotated[
        Reference, Field(description="Your own reference of what is confirmed; the code is good for nothing else.")
    ] = ""
    client_address: Annotated[
        str, Field(max_length=45, description="The internet address of whoever asks; without it all share one limit.")
    ] = ""


class OtpContract(Contract):
    template_id: Annotated[UUID, Field(description="The approved text.")]
    template_name: Annotated[str, Field(description="Its name.")]
    template_digest: Annotated[Seal, Field(description="Hash of the template as it was approved.")]
    purpose: Annotated[str, Field(description="What the code is good for.")]
    language: Annotated[str, Field(description="The text's language code.")]
    text: Annotated[str, Field(description="The text, byte for byte, with {{code}} in place of the code.")]
    transaction: Annotated[str, Field(description="The caller's reference; empty for none.")]
    lifetime_seconds: Annotated[int, Field(description="How long the code counts.")]
    contact_id: Annotated[UUID, Field(description="Whose code it is.")]
    number_key: Annotated[Seal, Field(description="Keyed hash of the number, to count by.")]
    prefix: Annotated[str, Field(description="The range that the number lies in, to count by.")]
    address_key: Annotated[Seal, Field(description="Keyed hash of the internet address, to count by.")]
    network_key: Annotated[Seal, Field(description="Keyed hash of its network, to count by.")]
    audience_id: Annotated[UUID, Field(description="The one person, frozen.")]
    audience_digest: Annotated[Seal, Field(description="Hash over person, address and price.")]
    included: Annotated[int, Field(description="One.")]
    category: Annotated[str, Field(description="authentication.")]
    most_parts: Annotated[int, Field(description="No text takes more parts than this.")]
    sender_id: Annotated[UUID, Field(description="The sender's place in the delivery engine.")]
    sender_name: Annotated[str, Field(description="The sender ID, byte for byte.")]
    routes: Annotated[list[RoutePart], Field(description="The country's ways, parts and cost.")]
    due_at: Annotated[datetime, Field(description="At once.")]
    not_after: Annotated[datetime, Field(description="When the code expires; nothing leaves afterwards.")]
    per_second: Annotated[int, Field(description="Texts a second at most.")]
    currency: Annotated[str, Field(description="ISO 4217 code of the cost.")]
    cost_ceiling: Annotated[Decimal, Field(description="What the text costs on the dearest of its ways.")]

    def spend(self) -> Spend:
        return Spend(people=1, messages=1, money=self.cost_ceiling)

    def message_category(self) -> str:
        return self.category

    def sentence(self) -> str:
        return _("One-time password for %(purpose)s from %(sender)s") % {
            "purpose": self.purpose, "sender": self.sender_name,
        }  # fmt: skip


class OtpSent(Answer):
    challenge_id: Annotated[UUID, Field(description="Pass it to POST /api/sms/otp/verify with what the person enters.")]
    expires_at: Annotated[datetime, Field(description="Until when the code counts.")]
    again_after_seconds: Annotated[int, Field(description="How long to wait before another code to this number.")]
