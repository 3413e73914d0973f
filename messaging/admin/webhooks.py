"""The webhook log: what arrived, whether it was applied, and what could not be. Only one's own entries, and masked."""

from typing import Any
from uuid import UUID

from django.contrib import admin
from django.db.models import QuerySet
from django.http import HttpRequest
from django.utils.html import format_html
from django.utils.safestring import SafeString
from django.utils.translation import gettext_lazy as _
from unfold.contrib.filters.admin import ChoicesDropdownFilter
from unfold.decorators import display
from unfold.paginator import InfinitePaginator

from accounts.admin import ReadOnly, ReadOnlyInline
from accounts.admin.scope import person_of
from approvals.admin.labels import label
from messaging.inbox.masked_bodies import readable
from messaging.models import WebhookEvent, WebhookFailure, WhatsAppAccount


class FailureInline(ReadOnlyInline):
    model = WebhookFailure
    fields = readonly_fields = ("item", "kind", "error", "tries", "quarantined_at")


@admin.register(WebhookEvent)
class WebhookEventAdmin(ReadOnly):
    """One's own are those that an account of one's signed. Several accounts may share a secret, so a body is shown
    entry by entry, and only the entries of one's own accounts."""

    list_display = ("id", "carrier", "received_at", "shown_state", "items", "size", "applied_at")
    list_filter = (("state", ChoicesDropdownFilter),)
    list_filter_submit = True
    ordering = ("-id",)
    sortable_by = ()
    paginator = InfinitePaginator
    fields = ("id", "carrier", "received_at", "shown_state", "items", "applied_at", "tries", "shown_body")
    readonly_fields = fields
    inlines = (FailureInline,)

    def get_queryset(self, request: HttpRequest) -> QuerySet[WebhookEvent]:
        return WebhookEvent.objects.filter(signed_for__overlap=list(own_accounts(request)))

    def get_object(self, request: HttpRequest, object_id: str, from_field: str | None = None) -> Any:
        event = super().get_object(request, object_id, from_field)
        if event is not None:
            event.own_accounts = set(own_accounts(request).values())
        return event

    @display(description=_("state"))
    def shown_state(self, event: WebhookEvent) -> SafeString:
        colour = {0: "warning", 1: "success", 2: "danger", 3: "danger"}[event.state]
        return label(colour, event.get_state_display())

    @display(description=_("bytes"))
    def size(self, event: WebhookEvent) -> int:
        return len(event.body)

    @display(description=_("body, masked"))
    def shown_body(self, event: Any) -> SafeString:
        return format_html('<pre class="cs-pre">{}</pre>', readable(bytes(event.body), event.own_accounts))


def own_accounts(request: HttpRequest) -> dict[UUID, str]:
    """The organisation's WhatsApp accounts: our id -> Meta's."""
    organisation = person_of(request).organisation_id
    if organisation is None:
        return {}
    return dict(WhatsAppAccount.objects.filter(organisation=organisation).values_list("pk", "waba_id"))
