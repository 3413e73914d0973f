"""Which answers to customers somebody else has to read first."""

from typing import Any

from django.contrib import admin
from django.http import HttpRequest
from django.utils.translation import gettext_lazy as _

from accounts.admin import WithHistory
from accounts.admin.scope import person_of
from messaging.models import ReplyRules


@admin.register(ReplyRules)
class ReplyRulesAdmin(WithHistory):
    recorded_as = "reply_rules.changed"
    list_display = ("organisation",)
    fieldsets = (
        (_("Words that make an answer wait"), {"fields": ("payment_words", "policy_words", "sensitive_words")}),
        (_("Links"), {"fields": ("known_domains",)}),
    )

    def has_add_permission(self, request: HttpRequest) -> bool:
        """One row an organisation; until there is one, the defaults hold."""
        exists = ReplyRules.objects.filter(organisation=person_of(request).organisation_id).exists()
        return super().has_add_permission(request) and not exists

    def get_queryset(self, request: HttpRequest) -> Any:
        return super().get_queryset(request).select_related("organisation")
