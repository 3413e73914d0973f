"""The contract of a run: the campaign's words for the people of some events, frozen and priced as any campaign is."""

from django.utils.translation import gettext_lazy as _

from approvals.reasons import Reason, Refused
from approvals.registry import Call
from approvals.versions import token_of
from messaging.audiences.resolve import Only
from messaging.finding import find_own
from sms.automations.contract import RunAsk, RunContract
from sms.campaigns.contract import CostAsk
from sms.campaigns.preview import freeze_campaign
from sms.models import Automation, AutomationRun


def plan_run(call: Call, ask: RunAsk) -> RunContract:
    automation = find_own(
        Automation, ask.automation_id, call.organisation, "automation_id", "sms_marketing.automations.list"
    )
    campaign = automation.campaign
    names = {str(one["name"]) for one in campaign.variables}
    runs = AutomationRun.objects.select_related("event").filter(
        pk__in=ask.run_ids, automation=automation, outcome=AutomationRun.Outcome.WAITING, contact__isnull=False
    )
    given = {
        run.contact_id: {name: value for name, value in run.event.values.items() if name in names}
        for run in runs.order_by("pk")
        if run.contact_id is not None
    }
    if not given:
        raise Refused(Reason("nothing_waits", _("None of these events waits any more."), _("Nothing is left to do.")))
    terms = CostAsk(
        campaign_id=campaign.pk,
        base_version_token=token_of(campaign),
        due_at=call.now,
        most_parts=automation.most_parts,
    )
    contract = freeze_campaign(call, terms, campaign, Only(given))
    return RunContract(
        **contract.model_dump(),
        automation_id=automation.pk,
        run_ids=sorted(ask.run_ids),
    )
