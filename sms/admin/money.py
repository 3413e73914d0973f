"""What texts cost at each gateway, and what an organisation allows itself in a month."""

from decimal import Decimal
from typing import Any

from django.contrib import admin
from django.http import HttpRequest
from django.utils import timezone
from django.utils.translation import gettext_lazy as _
from unfold.decorators import display

from accounts.admin import OrganisationScoped, WithHistory
from accounts.models import Organisation
from approvals.numerals import number
from sms.models import GatewayPrice, Quota
from sms.quotas import Use, month_of, use_of


@admin.register(GatewayPrice)
class GatewayPriceAdmin(OrganisationScoped):
    """A price is never edited: contracts were approved on it. Another one begins on another day."""

    organisation_path = "gateway__organisation"
    recorded_as = "sms.gateway_price_changed"
    list_display = ("gateway", "country", "shown_amount", "shown_currency", "effective_from", "source")
    list_filter = ("country",)
    list_select_related = ("gateway",)
    search_fields = ("country", "gateway__name")
    ordering = ("gateway__name", "country", "-effective_from")
    fields = ("gateway", "country", "amount", "effective_from", "source")

    @display(description=_("amount a part"), ordering="amount")
    def shown_amount(self, price: GatewayPrice) -> str:
        return number(price.amount)

    @display(description=_("currency"))
    def shown_currency(self, price: GatewayPrice) -> str:
        return price.gateway.currency


@admin.register(Quota)
class QuotaAdmin(WithHistory):
    recorded_as = "sms.quota_changed"
    list_display = ("currency", "shown_monthly", "used", "reserved", "left")
    fields = ("currency", "monthly", "used", "reserved", "left")
    readonly_fields = ("used", "reserved", "left")
    ordering = ("currency",)

    def get_readonly_fields(self, request: HttpRequest, obj: Any = None) -> tuple[str, ...]:
        return (*self.readonly_fields, "currency") if obj is not None else self.readonly_fields

    def get_changelist_instance(self, request: HttpRequest) -> Any:
        """What the month has used, in one question for all currencies."""
        shown = super().get_changelist_instance(request)
        rows = list(shown.result_list)
        told = _uses(rows[0].organisation) if rows else {}
        for quota in rows:
            quota.use = told[quota.currency]
        shown.result_list = rows
        return shown

    @display(description=_("most a month"), ordering="monthly")
    def shown_monthly(self, quota: Quota) -> str:
        return number(quota.monthly)

    @display(description=_("used this month"))
    def used(self, quota: Quota) -> str:
        return number(_use(quota).used)

    @display(description=_("reserved for what is scheduled"))
    def reserved(self, quota: Quota) -> str:
        return number(_use(quota).reserved)

    @display(description=_("left"))
    def left(self, quota: Quota) -> str:
        left = _use(quota).left
        return "–" if left is None else number(left)


def _use(quota: Quota) -> Use:
    """The use of this month; a form for a new quota has nothing to count."""
    if not quota.currency:
        return Use(None, Decimal(0), Decimal(0))
    known: Use | None = getattr(quota, "use", None)
    return known or _uses(quota.organisation)[quota.currency]


def _uses(organisation: Organisation) -> dict[str, Use]:
    now = timezone.now()
    return use_of(organisation, month_of(organisation, now), now)
