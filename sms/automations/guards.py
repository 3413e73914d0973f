"""What an automation has to be before it is enabled, and what each of its sends stands on."""

from collections.abc import Iterator
from dataclasses import dataclass
from decimal import Decimal

from django.db.models import Sum
from django.utils.translation import gettext_lazy as _

from approvals.models import State
from approvals.reasons import Reason
from approvals.registry import Call
from approvals.standing import stands_on_decisions
from approvals.versions import edited_since, name_taken
from messaging.models import Send
from sms.automations.contract import AutomationContract, RunContract
from sms.automations.days import day_began
from sms.campaigns.preview import reasons_of_campaign, words_of
from sms.compliance.checking import reasons_against_copy
from sms.models import Automation, AutomationRun, Campaign
from sms.routing import routes_of
from sms.text.filling import fill_shared


@dataclass(frozen=True, slots=True)
class AutomationUnchanged:
    """Nobody changed the automation, or took its name, since this was planned."""

    def __call__(self, call: Call, contract: AutomationContract) -> Iterator[Reason]:
        own = Automation.objects.filter(organisation=call.organisation)
        current = own.filter(pk=contract.automation_id).first() if contract.automation_id else None
        yield from edited_since(current, contract.base_version, _("The automation has changed since this was planned."))
        namesakes = own.filter(name=contract.name)
        yield from name_taken(namesakes, contract.automation_id, _("Another automation has this name."))


@dataclass(frozen=True, slots=True)
class SafeToEnable:
    """Its words are those that were shown, can be sent and paid for, and hold what every country of theirs asks: a way
    out of promotion above all.
    """

    def __call__(self, call: Call, contract: AutomationContract) -> Iterator[Reason]:
        if contract.state != Automation.State.ENABLED:
            return
        campaign = Campaign.objects.filter(pk=contract.campaign_id, organisation=call.organisation).first()
        if campaign is None or campaign.version != contract.campaign_version:
            yield Reason("campaign_changed", _("The campaign was edited since this was planned."),
                         _("Read it again, and ask again."), "campaign_id")  # fmt: skip
            return
        routes = routes_of(campaign.identity, call.now.date())
        words = words_of(campaign)
        yield from reasons_of_campaign(campaign, words, routes)
        texts = {language: fill_shared(text, words.samples) for language, text in contract.texts.items()}
        yield from reasons_against_copy(texts, campaign.identity, routes, campaign.category, "campaign_id")


@dataclass(frozen=True, slots=True)
class AutomationStands:
    """The automation is enabled, by a request that people approved and nobody has altered, in the same version."""

    def __call__(self, call: Call, contract: RunContract) -> Iterator[Reason]:
        automation = Automation.objects.select_related("request__preview").filter(
            pk=contract.automation_id, organisation=call.organisation
        ).first()  # fmt: skip
        if automation is None or automation.state != Automation.State.ENABLED:
            yield Reason("automation_not_enabled", _("This automation is not enabled."), _("Ask for it to be enabled."))
            return
        request = automation.request
        if (
            request is None
            or request.state not in (State.EXECUTING, State.SUCCEEDED)
            or not request.is_untouched
            or not stands_on_decisions(request)
        ):
            yield Reason("not_countersigned", _("Nobody has countersigned this automation."),
                         _("Ask for it to be enabled."))  # fmt: skip
        if automation.campaign_version != contract.campaign_version:
            yield Reason("campaign_changed", _("The campaign was edited since the automation was enabled."),
                         _("Ask for the automation to be enabled with the new texts."))  # fmt: skip


@dataclass(frozen=True, slots=True)
class WithinTheDaysCost:
    """All that it has set off today, and this, costs no more than was agreed to for a day."""

    def __call__(self, call: Call, contract: RunContract) -> Iterator[Reason]:
        automation = Automation.objects.filter(pk=contract.automation_id, organisation=call.organisation).first()
        if automation is None:
            return
        today = AutomationRun.objects.filter(
            automation=automation, send__isnull=False, at__gte=day_began(automation.organisation, call.now)
        )
        sends = Send.objects.filter(pk__in=today.values("send"))
        if call.request is not None:
            sends = sends.exclude(request=call.request)
        spent = sends.aggregate(total=Sum("cost_ceiling"))["total"] or Decimal(0)
        if spent + contract.cost_ceiling > automation.cost_a_day:
            yield Reason("over_days_cost", _("This would cost more than the automation may in a day."),
                         _("It goes on when somebody enables it again, with more or on another day."))  # fmt: skip
