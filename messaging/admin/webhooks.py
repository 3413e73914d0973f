"""The webhook log: what arrived, whether it was applied, and what could not be. Only one's own entries, and masked."""

import json
from collections.abc import Collection
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
from audit.facts import masked
from messaging.models import WebhookEvent, WebhookFailure, WhatsAppAccount

# Values of these names are customers' own words or names: never shown here.
_CUSTOMERS_WORDS = frozenset(
    {"body", "caption", "name", "text", "title", "payload", "description", "username", "link", "url", "user_id",
     "parent_user_id", "from_user_id", "first_name", "last_name", "formatted_name"}
)  # fmt: skip
# Numbers that look like phones and are ours, or are moments.
_OUR_NUMBERS = frozenset(
    {"timestamp", "time", "expiration_timestamp", "phone_number_id", "display_phone_number", "business_account_id"}
)


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


def readable(body: bytes, accounts: Collection[str]) -> str:
    """A body's entries for these accounts, as indented JSON without customers' words, numbers and names."""
    try:
        whole = json.loads(body)
        entries = [entry for entry in whole["entry"] if str(entry["id"]) in accounts]
    except (ValueError, TypeError, KeyError, RecursionError):
        return str(_("%d bytes that cannot be read as a webhook of WhatsApp.") % len(body))
    shown = [{**_without_words("", entry), "id": str(entry["id"])} for entry in entries]
    return json.dumps(shown, indent=2, ensure_ascii=False)


def _without_words(name: str, value: Any) -> Any:
    if isinstance(value, dict):
        return {masked(str(key)): _without_words(str(key), item) for key, item in value.items()}
    if isinstance(value, list):
        return [_without_words(name, item) for item in value]
    if not isinstance(value, str) or name in _OUR_NUMBERS:
        return value
    return "••••" if name in _CUSTOMERS_WORDS else masked(value)
