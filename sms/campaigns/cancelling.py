"""Stopping a campaign: before it begins nobody gets it, afterwards only those do whose text has left already."""

from collections.abc import Iterator
from dataclasses import dataclass
from typing import Annotated
from uuid import UUID

from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy, ngettext
from pydantic import Field

from approvals.contracts import Answer, Ask, Contract
from approvals.numerals import number
from approvals.reasons import Reason, Refused
from approvals.registry import Call
from approvals.versions import check_token
from audit.record import record
from messaging.engine.sends import move_send
from messaging.engine.tallies import tally
from messaging.finding import find_own
from messaging.models import SendState
from sms.models import Campaign

_OVER = (SendState.COMPLETED, SendState.STOPPED, SendState.EXPIRED)


class CancelAsk(Ask):
    campaign_id: Annotated[UUID, Field(description="An id of sms_marketing.campaigns.list.")]
    base_version_token: Annotated[str, Field(max_length=40, description="Its version_token as you read it.")]
    why: Annotated[str, Field(min_length=3, max_length=200, description="Why; kept in the audit.")]


class CancelContract(Contract):
    campaign_id: Annotated[UUID, Field(description="The campaign.")]
    name: Annotated[str, Field(description="Its name.")]
    why: Annotated[str, Field(description="Why it is cancelled.")]
    state: Annotated[str, Field(description="Where its send stood.")]
    waiting: Annotated[int, Field(description="People who will not get it.")]
    gone: Annotated[int, Field(description="People whose text has left already: those cannot be recalled.")]

    def sentence(self) -> str:
        waiting = ngettext(
            "%(people)s person will not get it", "%(people)s people will not get it", self.waiting
        ) % {"people": number(self.waiting)}  # fmt: skip
        gone = ngettext("%(texts)s text has left", "%(texts)s texts have left", self.gone) % {
            "texts": number(self.gone)
        }
        return _("Cancel “%(name)s”: %(waiting)s, %(gone)s") % {"name": self.name, "waiting": waiting, "gone": gone}


class Cancelled(Answer):
    campaign_id: Annotated[UUID, Field(description="The campaign.")]
    state: Annotated[str, Field(description="stopped: nothing more leaves.")]
    left_out: Annotated[int, Field(description="People who do not get it.")]
    gone: Annotated[int, Field(description="People whose text had left already; it cannot be recalled.")]


@dataclass(frozen=True, slots=True)
class CanBeCancelled:
    def __call__(self, call: Call, contract: CancelContract) -> Iterator[Reason]:
        campaign = Campaign.objects.select_related("send").filter(
            pk=contract.campaign_id, organisation=call.organisation
        ).first()  # fmt: skip
        if campaign is None or campaign.send is None or campaign.send.state in _OVER:
            yield Reason("nothing_to_cancel", gettext_lazy("No send of this campaign is scheduled or under way."),
                         gettext_lazy("Read its state."), "campaign_id")  # fmt: skip


def plan_cancelling(call: Call, ask: CancelAsk) -> CancelContract:
    campaign = find_own(Campaign, ask.campaign_id, call.organisation, "campaign_id", "sms_marketing.campaigns.list")
    check_token(campaign, ask.base_version_token)
    if campaign.send is None:
        raise Refused(Reason("nothing_to_cancel", gettext_lazy("This campaign is not scheduled."),
                             gettext_lazy("Read its state."), "campaign_id"))  # fmt: skip
    numbers = tally(campaign.send)
    return CancelContract(
        campaign_id=campaign.pk,
        name=campaign.name,
        why=ask.why,
        state=str(campaign.send.state),
        waiting=numbers.queued,
        gone=numbers.taken + numbers.sending + numbers.unsure + numbers.failed,
    )


def cancel_campaign(call: Call, contract: CancelContract) -> Cancelled:
    campaign = Campaign.objects.select_for_update(of=("self",)).get(
        pk=contract.campaign_id, organisation=call.organisation
    )
    assert campaign.send is not None
    send = move_send(campaign.send, "stop", call.actor, call.now, contract.why)
    request_id = call.request.pk if call.request else None
    record("sms.campaign_cancelled", campaign, call.actor, now=call.now, request_id=request_id, reason=contract.why)
    numbers = tally(send)
    return Cancelled(
        campaign_id=campaign.pk,
        state=str(send.state),
        left_out=numbers.excluded_at_sending.get("stopped", 0),
        gone=numbers.taken + numbers.sending + numbers.unsure + numbers.failed,
    )
