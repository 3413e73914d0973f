"""What the shop says people bought, what it gave back, and the text whose link they had opened last before."""

from typing import Any

from django.contrib import admin
from django.db.models import QuerySet
from django.http import HttpRequest
from django.urls import reverse
from django.utils.html import format_html
from django.utils.safestring import SafeString
from django.utils.translation import gettext_lazy as _
from django.utils.translation import ngettext
from unfold.contrib.filters.admin import ChoicesDropdownFilter
from unfold.decorators import display
from unfold.paginator import InfinitePaginator

from accounts.admin import ReadOnlyInline
from approvals.numerals import number
from messaging.admin.masked import MaskedPage, shown
from messaging.admin.moments import moment
from messaging.admin.rows_of import RowsOf
from messaging.models import Send
from sms.attribution.window import WINDOW, credited
from sms.models import Conversion, Refund


class LedBySend(RowsOf):
    title = _("send")
    parameter_name = "send"
    field = "send"


class RefundInline(ReadOnlyInline):
    model = Refund
    fields = readonly_fields = ("shop_id", "shown_amount", "occurred_at", "reported_at")
    ordering = ("-occurred_at",)
    hide_title = True

    @display(description=_("amount"))
    def shown_amount(self, refund: Refund) -> str:
        return f"{number(refund.amount)} {refund.conversion.currency}"


@admin.register(Conversion)
class ConversionAdmin(MaskedPage):
    list_display = ("what", "who", "shown_amount", "shown_refunded", "led_by", "occurred_at")
    list_filter = (LedBySend, ("kind", ChoicesDropdownFilter))
    list_filter_submit = True
    search_fields = ("shop_id",)
    search_help_text = _("The id at the shop")
    ordering = ("-occurred_at", "-pk")
    sortable_by = ()
    paginator = InfinitePaginator
    fieldsets = (
        (None, {"fields": (("shop_id", "kind"), "who", ("shown_amount", "shown_refunded"))}),
        (_("Which text led to it"), {"fields": ("led_by", "clicked", "shown_window")}),
        (_("Dates"), {"fields": (("occurred_at", "reported_at"),)}),
    )
    inlines = (RefundInline,)

    def get_queryset(self, request: HttpRequest) -> QuerySet[Conversion]:
        rows: QuerySet[Conversion] = super().get_queryset(request)
        return credited(rows, WINDOW).select_related("contact")

    def get_changelist_instance(self, request: HttpRequest) -> Any:
        """The sends of all rows of the page in one question."""
        listed = super().get_changelist_instance(request)
        sends = Send.objects.filter(pk__in={row.send for row in listed.result_list if row.send})
        by_key = {send.pk: send for send in sends.select_related("campaign")}
        for row in listed.result_list:
            row.led_by_send = by_key.get(row.send)
        return listed

    @display(description=_("conversion"))
    def what(self, conversion: Conversion) -> SafeString:
        return format_html(
            '<span class="cs-two"><strong>{}</strong><small>{}</small></span>',
            conversion.shop_id, conversion.get_kind_display(),
        )  # fmt: skip

    @display(description=_("contact"))
    def who(self, conversion: Any) -> SafeString | str:
        if conversion.contact is None:
            return str(_("nobody whom we know"))
        link = reverse("admin:messaging_contact_change", args=(conversion.contact_id,))
        return format_html('<a href="{}">{}</a>', link, shown(conversion, conversion.contact.name, "name"))

    @display(description=_("worth"))
    def shown_amount(self, conversion: Conversion) -> str:
        return f"{number(conversion.amount)} {conversion.currency}"

    @display(description=_("given back"))
    def shown_refunded(self, conversion: Any) -> str:
        return f"{number(conversion.refunded)} {conversion.currency}" if conversion.refunded else "–"

    @display(description=_("last link they opened"))
    def led_by(self, conversion: Any) -> SafeString | str:
        if conversion.send is None:
            return str(_("none"))
        send = getattr(conversion, "led_by_send", None) or Send.objects.select_related("campaign").get(
            pk=conversion.send
        )
        return format_html('<a href="{}">{}</a>', page_of(send), send.name)

    @display(description=_("opened at"))
    def clicked(self, conversion: Any) -> str:
        return moment(conversion.clicked_at)

    @display(description=_("how long a click counts"))
    def shown_window(self, conversion: Conversion) -> str:
        return ngettext("%(days)d day", "%(days)d days", WINDOW.days) % {"days": WINDOW.days}


def page_of(send: Send) -> str:
    """The campaign's page, or that of a send which has none: what an automation or a second try sent."""
    if hasattr(send, "campaign"):
        return reverse("admin:sms_campaign_change", args=(send.campaign.pk,))
    return reverse("admin:messaging_send_change", args=(send.pk,))
