"""Messages and the frozen people behind a send: one row a person, read, never edited."""

from typing import Any

from django.contrib import admin
from django.db.models import QuerySet
from django.http import HttpRequest, HttpResponse
from django.utils.html import format_html
from django.utils.safestring import SafeString
from django.utils.translation import gettext_lazy as _
from unfold.contrib.filters.admin import ChoicesDropdownFilter
from unfold.decorators import action, display
from unfold.paginator import InfinitePaginator

from accounts.admin import ReadOnlyInline, actor_of
from approvals.admin.labels import label
from approvals.numerals import number
from messaging.admin.bubbles import message_bubble, shown_values
from messaging.admin.header_files import with_file
from messaging.admin.masked import MaskedPage, shown
from messaging.admin.resend_dialog import BUTTON, ResendForm, ask_again
from messaging.admin.rows_of import RowsOf
from messaging.admin.unknown import UnknownFilter, what_is_known
from messaging.models import UNKNOWN, Attempt, AudienceMember, Message, Status, Verdict
from messaging.resends.planning import ENDED

STATUS_COLOURS = {
    Status.READ: "success",
    Status.DELIVERED: "success",
    Status.SENT: "info",
    Status.ACCEPTED: "info",
    Status.HELD: "warning",
    Status.UNSURE: "warning",
    Status.CLOSED: "warning",
    Status.FAILED: "danger",
}


class OfSend(RowsOf):
    title = _("send")
    parameter_name = "send"
    field = "send"


class ErrorCodeFilter(RowsOf):
    title = _("error code")
    parameter_name = "error"
    field = "error_code"


class AttemptInline(ReadOnlyInline):
    model = Attempt
    fields = readonly_fields = ("id", "started_at", "ended_at", "outcome", "code")
    ordering = ("started_at",)


class Addressed(MaskedPage):
    """Rows with an address of a person."""

    sortable_by = ()
    paginator = InfinitePaginator
    list_filter_submit = True

    @display(description=_("to"))
    def to(self, row: Message | AudienceMember) -> str:
        return shown(row, row.address, "phone" if row.address_kind == "phone" else "identifier")


@admin.register(Message)
class MessageAdmin(Addressed):
    list_display = ("to", "send", "shown_status", "why", "category", "queued_at", "handed_at", "delivered_at")
    list_filter = (OfSend, ("status", ChoicesDropdownFilter), UnknownFilter, ErrorCodeFilter)
    list_select_related = ("send",)
    ordering = ("-id",)
    actions_detail = ("resend",)
    fieldsets = (
        (None, {"fields": (("to", "send"), ("shown_status", "why"), "phone")}),
        (_("What is known of an unknown outcome"), {"fields": ("unknown",)}),
        (
            _("On its way"),
            {"fields": (("queued_at", "handed_at"), ("sent_at", "delivered_at"), ("read_at", "failed_at"))},
        ),
        (_("Charged"), {"fields": (("category", "market"), ("shown_price", "billable"))}),
    )
    inlines = (AttemptInline,)

    @display(description=_("status"))
    def shown_status(self, message: Message) -> SafeString:
        colour = STATUS_COLOURS.get(Status(message.status), "plain")
        return label(colour, message.get_status_display())

    @display(description=_("why"))
    def why(self, message: Message) -> str:
        if message.verdict:
            return str(Verdict(message.verdict).label)
        said = shown(message, message.error_text, "text") if message.error_text else ""  # it may repeat the message
        return f"{message.error_code} {said}".strip() or "–"

    @display(description=_("what they read"))
    def phone(self, message: Message) -> SafeString | str:
        from django.template.loader import render_to_string

        bubble = message_bubble(message, shown_values(message.values, lambda value: shown(message, value, "text")))
        if bubble is None:
            return "–"
        whole = with_file(bubble, message.organisation_id)
        return SafeString(render_to_string("desk/bubble.html", {"bubble": whole}))

    @display(description=_("price"))
    def shown_price(self, message: Message) -> str:
        return f"{number(message.price)} {message.send.preview.contract.get('currency', '')}".strip()

    @display(description=_("what is known"))
    def unknown(self, message: Message) -> SafeString | str:
        return what_is_known(message)

    def get_fieldsets(self, request: HttpRequest, obj: Message | None = None) -> Any:
        """What is known stands there only where something is not known."""
        shown = super().get_fieldsets(request, obj)
        return [part for part in shown if "unknown" not in part[1]["fields"] or (obj and obj.status in UNKNOWN)]

    def has_resend_permission(self, request: HttpRequest, object_id: str | None = None) -> bool:
        if not actor_of(request).can("whatsapp:request"):
            return False
        message = self.get_object(request, object_id) if object_id else None
        return message is None or (message.status in UNKNOWN and message.send.state in ENDED)

    @action(**BUTTON)
    def resend(self, request: HttpRequest, form: ResendForm, object_id: str) -> HttpResponse:
        message: Message = self.find(request, object_id)
        return ask_again(self, request, form, message, message.send, message_ids=[message.pk])


class OfAudience(RowsOf):
    title = _("audience")
    parameter_name = "audience"
    field = "audience"
    required = True


@admin.register(AudienceMember)
class AudienceMemberAdmin(Addressed):
    """Opened from a decision page or a report: always the people of one audience."""

    organisation_path = "audience__organisation"
    list_display = fields = ("to", "who", "shown_verdict", "language", "market", "price")  # the values are personal
    list_display_links = None
    list_filter = (OfAudience, ("verdict", ChoicesDropdownFilter))
    list_select_related = ("contact", "translation")
    ordering = ("id",)

    def get_queryset(self, request: HttpRequest) -> QuerySet[AudienceMember]:
        rows: QuerySet[AudienceMember] = super().get_queryset(request)
        return rows.select_related("contact", "translation")

    @display(description=_("contact"))
    def who(self, member: Any) -> SafeString:
        from django.urls import reverse

        member.contact.in_clear = member.in_clear
        link = reverse("admin:messaging_contact_change", args=(member.contact_id,))
        return format_html('<a href="{}">{}</a>', link, shown(member.contact, member.contact.name, "name"))

    @display(description=_("verdict"))
    def shown_verdict(self, member: AudienceMember) -> SafeString:
        colour = "success" if member.verdict == Verdict.INCLUDED else "plain"
        return label(colour, member.get_verdict_display())

    @display(description=_("reads"))
    def language(self, member: AudienceMember) -> str:
        return member.translation.language if member.translation else "–"
