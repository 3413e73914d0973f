"""sms_marketing.send_batches.list, .delivery_status.get and .campaign_reports.get."""

from datetime import datetime
from decimal import Decimal
from typing import Annotated, Any
from uuid import UUID

from django.utils.translation import gettext_lazy as _
from pydantic import Field

from approvals.contracts import Answer, Ask
from approvals.masking import Personal
from approvals.reasons import Reason, Refused
from approvals.registry import Call, Kind, tool
from messaging.finding import find_own
from messaging.models import Channel, Contact, Message, Send, Status, Verdict
from messaging.paging import PageAnswer, PageAsk, page
from sms.campaigns.reactions import reactions_to
from sms.campaigns.report import Report, countries_of, report_of, reports_of
from sms.models import Campaign, Charge
from sms.resends.failures import may_be_resent


class BatchesAsk(PageAsk):
    campaign_id: Annotated[UUID | None, Field(description="Only of this campaign.")] = None


class BatchRow(Answer):
    batch_id: Annotated[UUID, Field(description="The send's id.")]
    name: Annotated[str, Field(description="Its name.")]
    state: Annotated[str, Field(description="scheduled, releasing, sending, paused, completed, stopped or expired.")]
    pause_reason: Annotated[str, Field(description="Why it is paused; empty unless it is.")]
    sender: Annotated[str, Field(description="The sender ID.")]
    targeted: Annotated[int, Field(description="Everybody in the segment: the sum of the next five.")]
    delivered: Annotated[int, Field(description="A phone has it.")]
    failed: Annotated[int, Field(description="Known not to have arrived.")]
    unconfirmed: Annotated[int, Field(description="It left, and nobody has said that it arrived.")]
    pending: Annotated[int, Field(description="It may still leave: not a success.")]
    excluded: Annotated[int, Field(description="Left out, before or at sending.")]
    failures: Annotated[dict[str, int], Field(description="Failures by the gateway's code.")]
    estimated: Annotated[Decimal, Field(description="Our price of everything that may have left.")]
    charged: Annotated[dict[str, Decimal], Field(description="What gateways have said they charged, by currency.")]
    currency: Annotated[str, Field(description="ISO 4217 code of the estimate.")]
    as_of: Annotated[datetime, Field(description="When this was counted.")]


class BatchesPage(PageAnswer):
    batches: Annotated[list[BatchRow], Field(description="Newest first.")]


@tool(
    "sms_marketing.send_batches.list",
    kind=Kind.READ,
    scope="sms:read",
    reads_first=("sms_marketing.campaigns.get",),
    safety="Pending and unconfirmed are numbers of their own and never count as success.",
)
def list_batches(call: Call, ask: BatchesAsk) -> BatchesPage:
    """List SMS sends with what became of their texts, failures by code, cost estimated and charged; newest first."""
    sends = Send.objects.filter(organisation=call.organisation, channel=Channel.SMS).exclude(kind=Send.Kind.OTP)
    if ask.campaign_id is not None:
        campaign = find_own(Campaign, ask.campaign_id, call.organisation, "campaign_id", "sms_marketing.campaigns.list")
        sends = sends.filter(campaign=campaign)
    rows, cursor = page(sends.select_related("sender", "audience", "preview"), ask, by="created_at")
    told = reports_of(rows)
    return BatchesPage(batches=[_batch(send, told[send.pk], call.now) for send in rows], next_cursor=cursor)


def _batch(send: Send, told: Report, now: datetime) -> BatchRow:
    return BatchRow(
        batch_id=send.pk, name=send.name, state=str(send.state), pause_reason=send.pause_reason,
        sender=str(send.sender), **_numbers(told),
        failures=dict(told.failures), estimated=told.estimated, charged=dict(told.charged),
        currency=str(send.preview.contract.get("currency", "")), as_of=now,
    )  # fmt: skip


def _numbers(told: Report) -> dict[str, int]:
    sure = told.confirmed
    return {
        "targeted": told.numbers.targeted, "delivered": sure.delivered, "failed": sure.failed,
        "unconfirmed": sure.unconfirmed, "pending": sure.pending, "excluded": sure.excluded,
    }  # fmt: skip


class StatusAsk(Ask):
    batch_id: Annotated[UUID, Field(description="An id of sms_marketing.send_batches.list.")]
    contact_id: Annotated[UUID, Field(description="Whose text: an id of sms_marketing.contacts.search.")]


class DeliveryStatus(Answer):
    contact_id: Annotated[UUID, Field(description="Whose text it is.")]
    phone: Annotated[str, Personal("phone"), Field(description="Where it goes.")]
    status: Annotated[
        str, Field(description="queued, sending, unsure, closed, accepted, held, sent, failed, delivered or excluded.")
    ]
    left_out_because: Annotated[str, Field(description="Why it was left out at sending; empty unless it was.")]
    error_code: Annotated[str, Field(description="The gateway's code of a failure.")]
    error: Annotated[str, Personal("text"), Field(description="The failure in words.")]
    gateway_id: Annotated[str, Field(description="Its id at the gateway.")]
    handed_over_at: Annotated[datetime | None, Field(description="When we handed it to the gateway.")]
    delivered_at: Annotated[datetime | None, Field(description="When it reached the phone.")]
    estimated: Annotated[Decimal, Field(description="What we reckoned it costs.")]
    charged: Annotated[list[dict[str, Any]], Field(description="What the gateway has said: amount, currency, parts.")]
    may_be_resent: Annotated[bool, Field(description="Only failures that may pass by themselves; never what arrived.")]


@tool(
    "sms_marketing.delivery_status.get",
    kind=Kind.READ,
    scope="sms:read",
    reads_first=("sms_marketing.send_batches.list",),
    safety="Numbers are masked unless you may see personal data.",
)
def get_delivery_status(call: Call, ask: StatusAsk) -> DeliveryStatus:
    """Tell what became of one person's text of a send: how far it came, why it failed, what it cost."""
    send = find_own(Send, ask.batch_id, call.organisation, "batch_id", "sms_marketing.send_batches.list",
                    channel=Channel.SMS)  # fmt: skip
    contact = Contact.objects.filter(key=ask.contact_id, organisation=call.organisation).first()
    message = Message.objects.filter(send=send, contact=contact).first() if contact is not None else None
    if contact is None or message is None:
        raise Refused(Reason("contact_not_found", _("There is no text to such a contact in this send."),
                             _("Use a contact of this send."), "contact_id"))  # fmt: skip
    charges = Charge.objects.filter(message=message).order_by("pk")
    return DeliveryStatus(
        contact_id=contact.key,
        phone=message.address,
        status=Status(message.status).name.lower(),
        left_out_because=Verdict(message.verdict).name.lower() if message.verdict else "",
        error_code=message.error_code,
        error=message.error_text,
        gateway_id=message.provider_id or "",
        handed_over_at=message.handed_at,
        delivered_at=message.delivered_at,
        estimated=message.price,
        charged=[{"amount": str(one.amount), "currency": one.currency, "parts": one.parts} for one in charges],
        may_be_resent=may_be_resent(message),
    )


class CampaignReportAsk(Ask):
    campaign_id: Annotated[UUID, Field(description="An id of sms_marketing.campaigns.list.")]


class CountryRow(Answer):
    country: Annotated[str, Field(description="ISO 3166 code, by the phone number.")]
    people: Annotated[int, Field(description="People who were to get it.")]
    delivered: Annotated[int, Field(description="A phone has it.")]
    failed: Annotated[int, Field(description="Known not to have arrived.")]
    estimated: Annotated[Decimal, Field(description="Our price of what may have left.")]


class CampaignReport(BatchRow):
    excluded_because: Annotated[dict[str, int], Field(description="People left out, before and at sending, by reason.")]
    countries: Annotated[list[CountryRow], Field(description="By country.")]
    charges_known_for: Annotated[int, Field(description="For how many texts a gateway has said what it charged.")]
    clicks: Annotated[int, Field(description="Times that people opened one of its short links.")]
    unique_clicks: Annotated[int, Field(description="People who opened one.")]
    doubtful_clicks: Annotated[int, Field(description="Visits that may have been machines; not among the clicks.")]
    machine_clicks: Annotated[int, Field(description="Previews, scanners, crawlers; not among the clicks.")]
    click_rate: Annotated[float | None, Field(description="unique_clicks by click_rate_of; 1 is everybody.")]
    click_rate_of: Annotated[str, Field(description="delivered; or accepted, where none reports arrivals; or empty.")]
    opted_out: Annotated[int, Field(description="People who said no within 72 hours of its beginning, in any way.")]
    opted_out_by_link: Annotated[int, Field(description="Those of them who used the link in their text.")]
    started_at: Annotated[datetime | None, Field(description="When it began.")]
    ended_at: Annotated[datetime | None, Field(description="When the last text was handed over.")]


@tool(
    "sms_marketing.campaign_reports.get",
    kind=Kind.READ,
    scope="sms:read",
    reads_first=("sms_marketing.campaigns.get",),
    safety="Numbers only; estimates and charges are kept apart, and what is not confirmed is not called delivered.",
)
def get_campaign_report(call: Call, ask: CampaignReportAsk) -> CampaignReport:
    """Sum up an SMS campaign: delivered, failed, unconfirmed, pending, exclusions, countries, clicks, cost."""
    campaign = find_own(Campaign, ask.campaign_id, call.organisation, "campaign_id", "sms_marketing.campaigns.list")
    if campaign.send is None:
        raise Refused(Reason("not_scheduled", _("This campaign has not been scheduled, so there is nothing to report."),
                             _("Read its state with sms_marketing.campaigns.get."), "campaign_id"))  # fmt: skip
    send, told = campaign.send, report_of(campaign.send)
    return CampaignReport(
        **_batch(send, told, call.now).model_dump(),
        excluded_because=told.numbers.excluded,
        countries=[
            CountryRow(country=one.country, people=one.people, delivered=one.delivered, failed=one.failed,
                       estimated=one.estimated)
            for one in countries_of(send)
        ],
        **_reactions(send),
        charges_known_for=told.charges_known,
        started_at=send.started_at,
        ended_at=send.ended_at,
    )  # fmt: skip


def _reactions(send: Send) -> dict[str, Any]:
    did = reactions_to(send)
    return {
        "clicks": did.clicks.clicks, "unique_clicks": did.clicks.unique, "doubtful_clicks": did.clicks.doubtful,
        "machine_clicks": did.clicks.machines, "click_rate": did.clicks.rate, "click_rate_of": did.clicks.base,
        "opted_out": did.opted_out, "opted_out_by_link": did.by_link,
    }  # fmt: skip
