"""An organisation's own limits on how often and when people are written to."""

from typing import Any

from django.contrib import admin
from django.http import HttpRequest
from django.utils.translation import gettext_lazy as _

from accounts.admin import WithHistory
from accounts.admin.scope import person_of
from messaging.models import MessagingRules


@admin.register(MessagingRules)
class MessagingRulesAdmin(WithHistory):
    recorded_as = "rules.changed"
    list_display = ("organisation", "marketing_cap", "marketing_cap_days", "quiet_from", "quiet_until")
    fieldsets = (
        (_("How often"), {"fields": (("marketing_cap", "marketing_cap_days"), "pair_gap_seconds")}),
        (_("Quiet hours"), {"fields": (("quiet_from", "quiet_until"), "unconfirmed_hours")}),
        (_("When a send pauses itself"), {"fields": ("failures_to_pause", "opt_outs_to_pause")}),
        (_("What answers by itself"), {"fields": ("automatic_turns", "keyword_share", "price_days")}),
        (_("Conversations"), {"fields": (("reopen_days", "archive_days"),)}),
    )

    def has_add_permission(self, request: HttpRequest) -> bool:
        """One row an organisation; until there is one, the defaults hold."""
        exists = MessagingRules.objects.filter(organisation=person_of(request).organisation_id).exists()
        return super().has_add_permission(request) and not exists

    def get_queryset(self, request: HttpRequest) -> Any:
        return super().get_queryset(request).select_related("organisation")
