"""Orders at the desk: what was ordered in which conversation, how it is paid, and a button that cancels it."""

from typing import Any

from django.contrib import admin, messages
from django.db.models import QuerySet
from django.http import HttpRequest, HttpResponse
from django.urls import reverse
from django.utils import timezone
from django.utils.html import format_html
from django.utils.safestring import SafeString
from django.utils.translation import gettext_lazy as _
from unfold.decorators import action, display
from unfold.enums import ActionVariant
from unfold.forms import BaseDialogForm

from accounts.admin import ReadOnly, actor_of
from accounts.admin.scope import ReadOnlyInline, back_to, person_of
from accounts.roles import SERVE
from approvals.numerals import number
from approvals.reasons import Refused
from messaging.models import Order, OrderLine, PaymentLink
from messaging.whatsapp.commerce.orders import cancel_order
from messaging.whatsapp.conversations.visible import visible_to


class LineInline(ReadOnlyInline):
    """Products as they were when it was ordered."""

    model = OrderLine
    fields = ("sku", "name", "quantity", "unit_price", "source_name", "seen_at")
    verbose_name_plural = _("lines")


class LinkInline(ReadOnlyInline):
    """Whose link it is to open is its customer's alone: the address is not shown."""

    model = PaymentLink
    fields = ("state", "amount", "currency", "made_at", "expires_at", "paid_at")
    verbose_name_plural = _("payment links")


@admin.register(Order)
class OrderAdmin(ReadOnly):
    list_display = ("shown_reference", "shown_state", "shown_total", "created_at", "pay_by", "paid_at")
    list_filter = ("state",)
    ordering = ("-created_at",)
    fields = (
        "shown_reference", "shown_state", "shown_total", "shown_conversation", "note", "request",
        ("created_at", "pay_by"), ("paid_at", "ended_at"),
    )  # fmt: skip
    inlines = (LineInline, LinkInline)
    actions_detail = ("cancel",)

    def get_queryset(self, request: HttpRequest) -> QuerySet[Any]:
        """Orders of conversations that one may not know of are not there either."""
        orders = super().get_queryset(request).select_related("conversation", "request")
        if person_of(request).organisation is None:
            return orders
        return orders.filter(conversation__in=visible_to(actor_of(request)).values("pk"))

    @display(description=_("order"))
    def shown_reference(self, order: Order) -> str:
        return order.reference

    @display(description=_("state"), ordering="state", label={"paid": "success", "cancelled": "warning"})
    def shown_state(self, order: Order) -> tuple[str, str]:
        return str(order.state), order.get_state_display()

    @display(description=_("total"), ordering="total")
    def shown_total(self, order: Order) -> str:
        return f"{number(order.total)} {order.currency}"

    @display(description=_("conversation"))
    def shown_conversation(self, order: Order) -> SafeString:
        address = reverse("admin:messaging_conversation_change", args=[order.conversation_id])
        return format_html('<a href="{}">{}</a>', address, order.conversation)

    def has_serve_permission(self, request: HttpRequest, object_id: str | None = None) -> bool:
        return actor_of(request).can(SERVE)

    @action(
        description=_("Cancel the order"),
        permissions=["serve"],
        icon="cancel",
        variant=ActionVariant.DANGER,
        dialog={
            "title": _("Cancel the order"),
            "description": _("Its goods are free again, and a payment link that is out is ended at the provider."),
            "form_class": BaseDialogForm,
            "form_submit_text": _("Cancel the order"),
        },
    )
    def cancel(self, request: HttpRequest, form: BaseDialogForm, object_id: str) -> HttpResponse:
        order: Order = self.find(request, object_id)
        try:
            cancel_order(order, actor_of(request), timezone.now())
        except Refused as no:
            for reason in no.reasons:
                messages.error(request, f"{reason.text} {reason.fix}")
        else:
            messages.success(request, _("The order is cancelled."))
        return back_to(self, order)
