"""What was sent again in place of an attempt that failed or was never answered, and what came of both tries."""

from typing import Any

from django.contrib import admin
from django.db.models import OuterRef, QuerySet, Subquery
from django.http import HttpRequest
from django.urls import reverse
from django.utils.html import format_html
from django.utils.safestring import SafeString
from django.utils.translation import gettext_lazy as _
from unfold.decorators import display
from unfold.paginator import InfinitePaginator

from approvals.admin.labels import label
from messaging.admin.masked import MaskedPage, shown
from messaging.admin.messages import STATUS_COLOURS, OfSend
from messaging.admin.moments import moment
from messaging.models import Message, Replacement, Status


@admin.register(Replacement)
class ReplacementAdmin(MaskedPage):
    list_display = ("who", "shown_first", "why", "tried_at", "shown_send", "second")
    list_display_links = ("why",)  # the other columns lead to pages of their own
    list_filter = (OfSend,)
    ordering = ("-attempt__started_at", "-pk")
    sortable_by = ()
    paginator = InfinitePaginator
    fieldsets = (
        (_("The first try"), {"fields": ("who", "shown_first", ("why", "tried_at"))}),
        (_("In its place"), {"fields": ("shown_send", "second", "shown_request")}),
    )

    def get_queryset(self, request: HttpRequest) -> QuerySet[Replacement]:
        rows: QuerySet[Replacement] = super().get_queryset(request)
        again = Message.objects.filter(send=OuterRef("send"), contact=OuterRef("contact")).order_by("pk")
        return rows.select_related("attempt__message__send", "send", "contact").annotate(
            second_key=Subquery(again.values("pk")[:1]), second_status=Subquery(again.values("status")[:1])
        )

    @display(description=_("contact"))
    def who(self, row: Any) -> SafeString:
        link = reverse("admin:messaging_contact_change", args=(row.contact_id,))
        return format_html('<a href="{}">{}</a>', link, shown(row, row.contact.name, "name"))

    @display(description=_("first message"))
    def shown_first(self, row: Replacement) -> SafeString:
        first = row.attempt.message
        link = reverse("admin:messaging_message_change", args=(first.pk,))
        return format_html('<a href="{}">{}</a>', link, first.send.name)

    @display(description=_("what came of it"))
    def why(self, row: Replacement) -> SafeString:
        told = row.attempt.get_outcome_display()
        return (
            format_html("{} <code>{}</code>", told, row.attempt.code) if row.attempt.code else format_html("{}", told)
        )

    @display(description=_("tried at"))
    def tried_at(self, row: Replacement) -> str:
        return moment(row.attempt.started_at)

    @display(description=_("sent again as"))
    def shown_send(self, row: Replacement) -> SafeString:
        return format_html('<a href="{}">{}</a>', reverse("admin:messaging_send_change", args=(row.send_id,)), row.send)

    @display(description=_("second message"))
    def second(self, row: Any) -> SafeString | str:
        if row.second_key is None:
            return str(_("not written yet, or left out"))
        status = Status(row.second_status)
        link = reverse("admin:messaging_message_change", args=(row.second_key,))
        colour = STATUS_COLOURS.get(status, "plain")
        return format_html('<a href="{}">{}</a>', link, label(colour, status.label))

    @display(description=_("approved as"))
    def shown_request(self, row: Replacement) -> SafeString | str:
        if row.send.request_id is None:
            return "–"
        link = reverse("admin:approvals_actionrequest_change", args=(row.send.request_id,))
        return format_html('<a href="{}">{}</a>', link, _("the request"))
