"""sms_marketing.otp_templates.list and sms_marketing.otp.send. Entering a code is no tool: agents see none."""

from datetime import datetime
from typing import Annotated
from uuid import UUID

from pydantic import Field

from approvals.contracts import Answer
from approvals.floors import ByPolicy
from approvals.registry import Call, Kind, tool
from messaging.paging import PageAnswer, PageAsk, page
from sms.models import OtpTemplate
from sms.otp import asking, sending
from sms.otp.asking import OTP_GUARDS
from sms.otp.contract import OtpContract, OtpSent
from sms.otp.limits import COOLDOWNS
from sms.otp.rules import countries_of, rules_of
from sms.otp.wording import is_approved
from sms.routing import routes_of


class TemplatesAsk(PageAsk):
    purpose: Annotated[str, Field(max_length=40, description="Only texts for this purpose, like login.")] = ""


class TemplateRow(Answer):
    otp_template_id: Annotated[UUID, Field(description="Its id.")]
    name: Annotated[str, Field(description="Its name.")]
    purpose: Annotated[str, Field(description="What a code is good for, and for nothing else.")]
    texts: Annotated[dict[str, str], Field(description="Language code -> text with {{code}} in place of the code.")]
    default_language: Annotated[str, Field(description="Read by people whose language has no text.")]
    host: Annotated[str, Field(description="The website that the code is bound to; empty for none.")]
    lifetime_seconds: Annotated[int, Field(description="How long a code counts.")]
    approved: Annotated[bool, Field(description="Whether somebody has approved it as it is now.")]
    approved_at: Annotated[datetime | None, Field(description="When that was.")]
    sender: Annotated[str, Field(description="The sender ID.")]
    countries: Annotated[list[str], Field(description="Where its codes can go: allowed, and with a gateway today.")]


class Limits(Answer):
    """What no approval passes. Whatever is reached is refused until the window has moved on."""

    number_in_ten_minutes: Annotated[int, Field(description="Codes to one number in ten minutes.")]
    number_a_day: Annotated[int, Field(description="Codes to one number in a day.")]
    address_an_hour: Annotated[int, Field(description="Codes for one internet address (IPv6: one /64) in an hour.")]
    network_an_hour: Annotated[int, Field(description="Codes for one network (/24) in an hour.")]
    prefix_an_hour: Annotated[int, Field(description="Codes to one range of numbers in an hour.")]
    tenant_an_hour: Annotated[int, Field(description="Codes of the organisation in an hour.")]
    tenant_a_day: Annotated[int, Field(description="Codes of the organisation in a day.")]
    wait_seconds: Annotated[list[int], Field(description="Wait after the first, second and third code to a number.")]


class TemplatesPage(PageAnswer):
    otp_templates: Annotated[list[TemplateRow], Field(description="Newest first.")]
    limits: Annotated[Limits, Field(description="How often codes may be asked for.")]


@tool(
    "sms_marketing.otp_templates.list",
    kind=Kind.READ,
    scope="sms:read",
    reads_first=("sms_marketing.config.get",),
    safety="Texts without offers and links; only what somebody else than its author approved is sent.",
)
def list_otp_templates(call: Call, ask: TemplatesAsk) -> TemplatesPage:
    """List the texts of one-time passwords with purpose, lifetime, sender, countries, approval, and the limits."""
    templates = OtpTemplate.objects.filter(organisation=call.organisation)
    if ask.purpose:
        templates = templates.filter(purpose=ask.purpose)
    rows, cursor = page(templates.select_related("identity"), ask, by="created_at")
    rules = rules_of(call.organisation)
    limits = {name: getattr(rules, name) for name in Limits.model_fields if name != "wait_seconds"}
    return TemplatesPage(
        otp_templates=[_row(one, call) for one in rows],
        limits=Limits(**limits, wait_seconds=list(COOLDOWNS)),
        next_cursor=cursor,
    )


def _row(template: OtpTemplate, call: Call) -> TemplateRow:
    reached = routes_of(template.identity, call.now.date())
    return TemplateRow(
        otp_template_id=template.pk,
        name=template.name,
        purpose=template.purpose,
        texts=template.texts,
        default_language=template.default_language,
        host=template.host,
        lifetime_seconds=template.lifetime_seconds,
        approved=is_approved(template),
        approved_at=template.approved_at if is_approved(template) else None,
        sender=template.identity.value,
        countries=[country for country in countries_of(call.organisation) if country in reached],
    )


@tool(
    "sms_marketing.otp.send",
    kind=Kind.WRITE,
    scope="sms:request",
    reads_first=("sms_marketing.otp_templates.list", "sms_marketing.gateways.list"),
    plan=asking.plan_code,
    approval=ByPolicy(),
    guards=OTP_GUARDS,
    safety="Never for advertising. Limits by number, range, address and organisation hold whoever approves; the code is"
    " shown to nobody but its person.",
)
def send_otp(call: Call, contract: OtpContract) -> OtpSent:
    """Send a one-time password by SMS in an approved text, at once where a policy allows it.

    Answers with a challenge_id; what the person enters is checked by POST /api/sms/otp/verify, never by an agent.
    """
    return sending.send_code(call, contract)
