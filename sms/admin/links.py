"""Where short links may lead, by which rules, and the links themselves, which are ended here."""

from typing import Any

from django.contrib import admin
from django.forms import ModelForm
from django.http import HttpRequest
from django.utils import timezone
from django.utils.html import format_html_join
from django.utils.safestring import SafeString
from django.utils.translation import gettext_lazy as _
from unfold.decorators import display

from accounts.admin import WithHistory
from accounts.admin.scope import OrganisationScoped, actor_of, person_of
from sms.links.revoking import revoke
from sms.models import LinkDomain, LinkRules, ShortLink


@admin.register(LinkDomain)
class LinkDomainAdmin(WithHistory):
    recorded_as = "sms.link_domain_changed"
    list_display = ("host", "purpose", "with_subdomains", "blocked_at", "blocked_because")
    list_filter = ("purpose",)
    search_fields = ("host",)
    ordering = ("host",)
    fields = ("purpose", "host", "with_subdomains", "blocked_at", "blocked_because")

    def get_readonly_fields(self, request: HttpRequest, obj: Any = None) -> tuple[str, ...]:
        """Links stand on what a domain was when they were approved: another host is another row."""
        return ("purpose", "host", "with_subdomains") if obj is not None else ()


@admin.register(LinkRules)
class LinkRulesAdmin(WithHistory):
    recorded_as = "sms.link_rules_changed"
    list_display = ("organisation", "tracked", "longest_days", "burst_codes")
    fields = ("tracked", "untracked_countries", "sensitive_words", "longest_days", "burst_codes")

    def has_add_permission(self, request: HttpRequest) -> bool:
        """One row an organisation; until there is one, the defaults hold."""
        exists = LinkRules.objects.filter(organisation=person_of(request).organisation_id).exists()
        return super().has_add_permission(request) and not exists


@admin.register(ShortLink)
class ShortLinkAdmin(OrganisationScoped):
    list_display = ("name", "destination", "owner", "expires_at", "is_over", "created_at")
    search_fields = ("name", "destination")
    ordering = ("-created_at",)
    list_select_related = ("owner",)
    fields = (
        "name", "destination", "base_url", "shown_utm", "per_person", "tracked", "owner", "created_at", "expires_at",
        "looked_at", "landing_problem", "revoked_at", "revoked_because",
    )  # fmt: skip

    @display(description=_("campaign parameters"))
    def shown_utm(self, link: ShortLink) -> SafeString | str:
        return format_html_join(SafeString("<br>"), "{}: {}", sorted(link.utm.items())) or "–"

    @display(description=_("over"), boolean=True)
    def is_over(self, link: ShortLink) -> bool:
        return link.revoked_at is not None or link.expires_at <= timezone.now()

    def has_add_permission(self, request: HttpRequest) -> bool:
        """Links are made by their tool, from a preview."""
        return False

    def get_readonly_fields(self, request: HttpRequest, obj: Any = None) -> tuple[str, ...]:
        """All that can be changed is that it ends: whoever says why ends it for everybody, at once."""
        fields = tuple(str(field) for field in self.fields)
        return fields if obj is not None and obj.revoked_at is not None else fields[:-1]

    def save_model(self, request: HttpRequest, obj: Any, form: "ModelForm[Any]", change: bool) -> None:
        if obj.revoked_because:
            revoke(obj, actor_of(request), timezone.now(), obj.revoked_because)
