"""From a countersigned contract to a send, once."""

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Annotated
from uuid import UUID

from django.db.models import Q
from django.utils.translation import gettext_lazy as _
from pydantic import Field

from approvals.contracts import Answer
from approvals.reasons import Reason, refuse_if_any
from approvals.registry import Call
from approvals.versions import token_of
from audit.record import record
from messaging.engine.sends import draft_send, move_send
from messaging.models import Channel, Send
from sms.campaigns.contract import CampaignContract
from sms.models import Campaign
from sms.quotas import hold_quota

NOW_IS = timedelta(minutes=5)


class Scheduled(Answer):
    campaign_id: Annotated[UUID, Field(description="The campaign.")]
    state: Annotated[str, Field(description="scheduled: it begins by itself at due_at, if everything still holds.")]
    due_at: Annotated[datetime, Field(description="When it begins.")]
    version_token: Annotated[str, Field(description="Pass it as base_version_token to cancel it.")]


@dataclass(frozen=True, slots=True)
class NotScheduledYet:
    """A campaign is sent once, and so is the audience of a preview."""

    def __call__(self, call: Call, contract: CampaignContract) -> Iterator[Reason]:
        sends = Send.objects.filter(Q(audience=contract.audience_id) | Q(campaign=contract.campaign_id))
        if call.request is not None:
            sends = sends.exclude(request=call.request)
        if sends.exists():
            yield Reason("already_scheduled", _("This campaign has been scheduled already."),
                         _("Make a new campaign, or cancel the schedule first."))  # fmt: skip


@dataclass(frozen=True, slots=True)
class DueNow:
    """What is sent at once was priced for now: prices, quiet hours and consent were asked for that moment."""

    def __call__(self, call: Call, contract: CampaignContract) -> Iterator[Reason]:
        if contract.due_at > call.now + NOW_IS:
            yield Reason("not_due_yet", _("This preview is for a later time."),
                         _("Schedule it, or make a preview that is due now."), "preview_id")  # fmt: skip


def schedule_campaign(call: Call, contract: CampaignContract) -> Scheduled:
    """Make the send that this countersigned contract describes; beat releases it at its time."""
    assert call.request is not None
    campaign = Campaign.objects.select_for_update(of=("self",)).get(pk=contract.campaign_id)
    refuse_if_any(NotScheduledYet()(call, contract))  # asked again under the lock
    send = make_send(call, contract, Send.Kind.CAMPAIGN)
    campaign.send = send
    campaign.save(update_fields=["send"])
    return Scheduled(
        campaign_id=campaign.pk, state=str(send.state), due_at=send.due_at, version_token=token_of(campaign)
    )


def make_send(call: Call, contract: CampaignContract, kind: Send.Kind) -> Send:
    """The send that a countersigned contract describes, scheduled. Raises Refused when the month's quota is used up."""
    assert call.request is not None
    hold_quota(call, contract)
    texts = Campaign.objects.values_list("texts_id", flat=True).get(pk=contract.campaign_id)
    send = draft_send(call, contract, kind, Channel.SMS, name=contract.name, template_id=texts, request=call.request)
    record("send.drafted", send, call.actor, now=call.now, request_id=call.request.pk, people=contract.included)
    return move_send(send, "schedule", call.actor, call.now)
