"""Campaigns by SMS: what each says and to whom, how far it is, and afterwards its report."""

from typing import Any

from django.contrib import admin
from django.db.models import QuerySet
from django.http import HttpRequest, HttpResponse, HttpResponseNotAllowed
from django.template.loader import render_to_string
from django.template.response import TemplateResponse
from django.urls import reverse
from django.utils.html import format_html
from django.utils.safestring import SafeString
from django.utils.translation import gettext_lazy as _
from unfold.decorators import display

from accounts.admin import ReadOnly, sees_personal_data
from approvals.admin.labels import label
from approvals.numerals import number
from approvals.templatetags.desk import state_colour
from messaging.admin.bubbles import Bubble
from messaging.engine.tallies import tallies
from messaging.models import Send
from sms.admin.bubbles import TextBubbles
from sms.admin.campaign_report import parts_of, report_context
from sms.attribution.window import sends_with_retries
from sms.campaigns.addresses import link_parts_of, opt_out_part_of, samples_of
from sms.campaigns.drafts import translations_of
from sms.campaigns.report import confirmed
from sms.models import Automation, Campaign


@admin.register(Campaign)
class CampaignAdmin(ReadOnly):
    list_display = ("what", "shown_state", "shown_progress", "shown_numbers", "identity", "due_at")
    search_fields = ("name",)
    ordering = ("-created_at",)
    sortable_by = ()
    list_per_page = 20
    change_form_template = "admin/sms/campaign/page.html"

    def get_queryset(self, request: HttpRequest) -> QuerySet[Campaign]:
        rows: QuerySet[Campaign] = super().get_queryset(request)
        return rows.select_related(
            "segment", "identity", "texts", "organisation", "send__audience", "send__preview", "send__sender"
        )

    def get_changelist_instance(self, request: HttpRequest) -> Any:
        """All numbers of the page in one question."""
        shown = super().get_changelist_instance(request)
        counted = tallies([one.send for one in shown.result_list if one.send is not None])
        for campaign in shown.result_list:
            campaign.counted = counted.get(campaign.send_id)
        return shown

    @display(description=_("SMS campaign"))
    def what(self, campaign: Campaign) -> SafeString:
        return format_html(
            '<span class="cs-two"><strong>{}</strong><small>{} · {}</small></span>',
            campaign.name, campaign.segment.name, campaign.get_category_display(),
        )  # fmt: skip

    @display(description=_("state"))
    def shown_state(self, campaign: Campaign) -> SafeString:
        state = campaign.send.state if campaign.send else "draft"
        words = campaign.send.get_state_display() if campaign.send else _("Draft")
        return label(state_colour(state), words)

    @display(description=_("outcome"))
    def shown_progress(self, campaign: Any) -> SafeString | str:
        if campaign.counted is None:
            return "–"
        parts = {"parts": parts_of(confirmed(campaign.counted)), "total": campaign.counted.targeted}
        return format_html('<div class="cs-in-list">{}</div>', SafeString(render_to_string("desk/bar.html", parts)))

    @display(description=_("delivered"))
    def shown_numbers(self, campaign: Any) -> str:
        if campaign.counted is None:
            return "–"
        return f"{number(confirmed(campaign.counted).delivered)}\u00a0/\u00a0{number(campaign.send.audience.included)}"

    @display(description=_("due"))
    def due_at(self, campaign: Campaign) -> Any:
        return campaign.send.due_at if campaign.send else None

    def change_view(
        self, request: HttpRequest, object_id: str, form_url: str = "", extra_context: Any = None
    ) -> HttpResponse:
        """The campaign as people will read it, and once it is a send, its report. It is only read here."""
        if request.method not in ("GET", "HEAD"):
            return HttpResponseNotAllowed(["GET"])
        campaign: Campaign = self.find(request, object_id)
        send = campaign.send
        context = {
            **self.admin_site.each_context(request),
            **(report_context(send, in_clear=sees_personal_data(request)) if send is not None else {}),
            "title": campaign.name,
            "opts": self.opts,
            "original": campaign,
            "campaign": campaign,
            "send": send,
            "bubbles": copy_of(campaign),
            "links": [
                {"part": part, "page": reverse("admin:sms_shortlink_change", args=(part.short_link_id,))}
                for part in link_parts_of(campaign)
            ],
            "opt_out": opt_out_part_of(campaign),
            "again": sent_again(send) if send is not None else [],
            "automations": Automation.objects.filter(campaign=campaign).order_by("name"),
        }
        return TemplateResponse(request, self.change_form_template, context)


def copy_of(campaign: Campaign) -> list[Bubble]:
    """Each language as the phone shows it; names stand for people's values."""
    draw = TextBubbles(samples_of(link_parts_of(campaign), opt_out_part_of(campaign)))
    return [draw(one, None, one.language, str(_("before names are filled in"))) for one in translations_of(campaign)]


def sent_again(send: Send) -> list[dict[str, Any]]:
    """The sends that sent its failed texts again, the oldest first: to how many people, and how many have it now."""
    retries = list(Send.objects.filter(pk__in=sends_with_retries(send)[1:]).select_related("audience"))
    counted = tallies(retries)
    return [
        {
            "send": one,
            "delivered": confirmed(counted[one.pk]).delivered,
            "people": one.audience.included,
        }
        for one in sorted(retries, key=lambda one: one.created_at)
    ]
