"""The price table, and importing a corrected card. Prices are the whole installation's."""

from typing import Any

from django.contrib import admin, messages
from django.core.exceptions import PermissionDenied
from django.db import transaction
from django.db.models import QuerySet
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect
from django.template.response import TemplateResponse
from django.utils import timezone
from django.utils.translation import gettext, gettext_noop
from django.utils.translation import gettext_lazy as _
from unfold.contrib.filters.admin import AllValuesCheckboxFilter
from unfold.decorators import action, display

from accounts.actor import Actor
from accounts.admin import ReadOnly, actor_of
from accounts.admin.scope import person_of
from accounts.desk_permissions import ADMINS
from accounts.models import Organisation
from accounts.tenancy import unconfined
from approvals.reasons import Reason, Refused
from audit.record import record
from messaging.models import Price
from messaging.pricing.loading import load_rate_card
from messaging.pricing.markets import market_names
from messaging.pricing.rate_cards import SHIPPED_CARD_NOTICE, read_rate_card

# The one category of prices that no message has: the catalogues learn of it here.
ABROAD = gettext_noop("Authentication international")

LARGEST_CARD = 1024 * 1024  # bytes


@admin.register(Price)
class PriceAdmin(ReadOnly):
    list_display = ("shown_market", "shown_category", "amount", "currency", "tier_min", "effective_from", "source")
    list_filter = (("currency", AllValuesCheckboxFilter), ("category", AllValuesCheckboxFilter))
    list_filter_submit = True
    search_fields = ("market",)
    ordering = ("-effective_from", "currency", "market", "category", "tier_min")
    sortable_by = ()
    actions_list = ("import_card",)

    def get_queryset(self, request: HttpRequest) -> QuerySet[Price]:
        """The same for every organisation: a price is nobody's secret."""
        return Price.objects.all()

    @display(description=_("market"), ordering="market")
    def shown_market(self, price: Price) -> str:
        return gettext(market_names().get(price.market, price.market))

    @display(description=_("category"), ordering="category")
    def shown_category(self, price: Price) -> str:
        return gettext(price.category.replace("_", " ").capitalize())

    def has_import_card_permission(self, request: HttpRequest) -> bool:
        """With several organisations in one installation, only its superuser sets what they all count with."""
        person = person_of(request)
        if person.organisation_id is None or person.role not in ADMINS:
            return False
        if person.is_superuser:
            return True
        with unconfined():  # confined to one, anybody would count one
            return Organisation.objects.count() == 1

    @action(description=_("Import a price card"), permissions=["import_card"], icon="upload")
    def import_card(self, request: HttpRequest) -> HttpResponse:
        """GET shows the form; POST reads the card, all of it or none of it."""
        reasons: tuple[Reason, ...] = ()
        if request.method == "POST":
            try:
                count = import_prices(request.FILES.get("card"), actor_of(request))
            except Refused as no:
                reasons = no.reasons
            else:
                messages.success(request, _("%d prices imported.") % count)
                return redirect("admin:messaging_price_changelist")
        context: dict[str, Any] = {
            **self.admin_site.each_context(request),
            "title": _("Import a price card"),
            "opts": self.opts,
            "reasons": reasons,
            "notice": SHIPPED_CARD_NOTICE,
        }
        return TemplateResponse(request, "admin/messaging/price/import.html", context, status=422 if reasons else 200)


def import_prices(card: Any, actor: Actor) -> int:
    """Read a card and keep its prices; one known for the same date is corrected. Raises Refused, then keeps none."""
    if actor.person is None:
        raise PermissionDenied
    if card is None or card.size > LARGEST_CARD:
        raise Refused(
            Reason("card_missing", _("There is no file, or it is larger than 1 MB."), _("Choose the CSV."), "card")
        )
    rates = read_rate_card(card)
    source = f"{card.name}, imported by {actor.person.username}"[:200]
    with transaction.atomic():
        count = load_rate_card(rates, source)
        dates = sorted({rate.effective_from.isoformat() for rate in rates})
        subject = ("messaging.Price", "rate-card")
        record("prices.imported", subject, actor, now=timezone.now(), prices=count, from_days=dates, file=card.name)
    return count
