"""Automations: what sets each off, the words it sends, its limits, and what became of every event."""

from datetime import datetime, timedelta
from typing import Any

from django.contrib import admin
from django.db.models import QuerySet
from django.http import HttpRequest
from django.template.loader import render_to_string
from django.urls import reverse
from django.utils import timezone
from django.utils.html import format_html
from django.utils.safestring import SafeString
from django.utils.translation import gettext_lazy as _
from unfold.decorators import display

from accounts.admin import ReadOnly, WithHistory
from approvals.admin.labels import label
from approvals.numerals import number
from messaging.admin.masked import MaskedInline, shown
from sms.admin.campaigns import copy_of
from sms.automations.running import outcomes_since
from sms.models import Automation, AutomationRun

Outcome = AutomationRun.Outcome
_COLOURS = {Outcome.SENT: "success", Outcome.WAITING: "info"}


class RunInline(MaskedInline):
    """Who it was about is personal; what the event carried (order numbers, addresses) is not shown at all."""

    model = AutomationRun
    fields = readonly_fields = ("at", "event", "who", "shown_outcome", "shown_send")
    verbose_name_plural = _("What set it off")
    hide_title = True

    def get_queryset(self, request: HttpRequest) -> QuerySet[Any]:
        return super().get_queryset(request).select_related("event", "contact", "send")

    @display(description=_("contact"))
    def who(self, run: Any) -> SafeString | str:
        if run.contact is None:
            return "–"
        link = reverse("admin:messaging_contact_change", args=(run.contact_id,))
        return format_html('<a href="{}">{}</a>', link, shown(run, run.contact.name, "name"))

    @display(description=_("outcome"))
    def shown_outcome(self, run: AutomationRun) -> SafeString:
        colour = _COLOURS.get(Outcome(run.outcome), "plain")
        return label(colour, run.get_outcome_display())

    @display(description=_("send"))
    def shown_send(self, run: AutomationRun) -> SafeString | str:
        if run.send is None:
            return "–"
        return format_html('<a href="{}">{}</a>', reverse("admin:messaging_send_change", args=(run.send_id,)), run.send)


@admin.register(Automation)
class AutomationAdmin(ReadOnly, WithHistory):
    list_display = ("what", "shown_state", "shown_campaign", "shown_limits", "last_day")
    list_select_related = ("campaign",)
    search_fields = ("name",)
    ordering = ("-created_at",)
    sortable_by = ()
    fieldsets = (
        (None, {"fields": ("shown_state", "event", "shown_campaign", "shown_segment", "last_day")}),
        (_("What people read"), {"fields": ("phones",)}),
        (_("Limits"), {"fields": (("daily_cap", "per_contact_hours"), ("shown_cost", "most_parts"))}),
        (_("Approval"), {"fields": ("shown_version", "shown_request", ("created_at", "updated_at"))}),
    )
    readonly_fields = (
        "shown_state", "event", "shown_campaign", "shown_segment", "last_day", "phones", "daily_cap",
        "per_contact_hours", "shown_cost", "most_parts", "shown_version", "shown_request", "created_at", "updated_at",
    )  # fmt: skip
    inlines = (RunInline,)

    def get_queryset(self, request: HttpRequest) -> QuerySet[Automation]:
        rows: QuerySet[Automation] = super().get_queryset(request)
        return rows.select_related("campaign__texts", "campaign__segment", "campaign__identity", "request__preview")

    def get_changelist_instance(self, request: HttpRequest) -> Any:
        """The outcomes of all rows of the page in one question."""
        listed = super().get_changelist_instance(request)
        counted = outcomes_since(list(listed.result_list), a_day_ago())
        for automation in listed.result_list:
            automation.counted = counted[automation.pk]
        return listed

    @display(description=_("automation"))
    def what(self, automation: Automation) -> SafeString:
        return format_html(
            '<span class="cs-two"><strong>{}</strong><small>{}</small></span>',
            automation.name, automation.get_event_display(),
        )  # fmt: skip

    @display(description=_("state"))
    def shown_state(self, automation: Automation) -> SafeString:
        colour = "success" if automation.state == Automation.State.ENABLED else "warning"
        state = label(colour, automation.get_state_display(), automation.pause_reason)
        return format_html("{} {}", state, automation.pause_reason)

    @display(description=_("campaign"))
    def shown_campaign(self, automation: Automation) -> SafeString:
        link = reverse("admin:sms_campaign_change", args=(automation.campaign_id,))
        return format_html('<a href="{}">{}</a>', link, automation.campaign.name)

    @display(description=_("nobody outside this segment"))
    def shown_segment(self, automation: Automation) -> SafeString:
        segment = automation.campaign.segment
        return format_html(
            '<a href="{}">{}</a>', reverse("admin:messaging_segment_change", args=(segment.pk,)), segment
        )

    @display(description=_("texts a day"))
    def shown_limits(self, automation: Automation) -> str:
        return number(automation.daily_cap)

    @display(description=_("cost a day at most"))
    def shown_cost(self, automation: Automation) -> str:
        contract = automation.request.preview.contract if automation.request else {}
        return f"{number(automation.cost_a_day)} {contract.get('currency', '')}".strip()

    @display(description=_("events of 24 hours"))
    def last_day(self, automation: Any) -> str:
        counted = getattr(automation, "counted", None)
        if counted is None:
            counted = outcomes_since([automation], a_day_ago())[automation.pk]
        told = (f"{Outcome(outcome).label}: {number(events)}" for outcome, events in sorted(counted.items()))
        return " · ".join(told) or str(_("none"))

    @display(description=_("what people read"))
    def phones(self, automation: Automation) -> SafeString:
        return SafeString(render_to_string("desk/phones.html", {"bubbles": copy_of(automation.campaign)}))

    @display(description=_("approved version of the texts"))
    def shown_version(self, automation: Automation) -> str:
        if automation.campaign_version == automation.campaign.version:
            return str(automation.campaign_version)
        facts = {"approved": automation.campaign_version, "now": automation.campaign.version}
        return _("%(approved)s; the campaign is at %(now)s by now, so nothing is sent") % facts

    @display(description=_("approved as"))
    def shown_request(self, automation: Automation) -> SafeString | str:
        if automation.request_id is None:
            return str(_("not approved yet"))
        link = reverse("admin:approvals_actionrequest_change", args=(automation.request_id,))
        return format_html('<a href="{}">{}</a>', link, _("the request"))

    def has_history_permission(self, request: HttpRequest, obj: Any = None) -> bool:
        return self.has_view_permission(request, obj)


def a_day_ago() -> datetime:
    return timezone.now() - timedelta(days=1)
