"""Asking the source what it knows of products now, and keeping it as rows that the rules read."""

import time
from collections.abc import Iterable
from datetime import datetime, timedelta

from django.db import transaction
from django.utils.translation import gettext_lazy as _

from accounts.models import Organisation
from approvals.reasons import Reason, Refused
from messaging.models import Product, ProductSource
from messaging.whatsapp.commerce.sources.mapping import Found, SourceBroken
from messaging.whatsapp.commerce.sources.rest import SourceSilent, find

# What a source said longer ago than this is asked again before anybody acts on it.
FRESH = timedelta(minutes=2)
# Somebody waits for the preview: a slow source is not asked about the rest.
ALTOGETHER_SECONDS = 20.0


def look_up(organisation: Organisation, skus: Iterable[str], now: datetime) -> None:
    """Ask the organisation's source for all products that are not its own entries. The network is asked outside of any
    transaction. Raises Refused when the source does not say.
    """
    source = ProductSource.objects.filter(organisation=organisation, is_active=True).first()
    if source is None:
        return
    wanted = sorted(set(skus))
    own = Product.objects.filter(organisation=organisation, sku__in=wanted, source=None).values_list("sku", flat=True)
    found, until = {}, time.monotonic() + ALTOGETHER_SECONDS
    for sku in sorted(set(wanted) - set(own)):
        found[sku] = _found(source, sku, until)
    with transaction.atomic():
        for sku, product in found.items():
            _keep(source, sku, product, now)


def is_fresh(product: Product | None, now: datetime) -> bool:
    """Whether what is known of it may be acted on: the house's own entries always, others shortly after a look."""
    return product is None or product.source_id is None or product.updated_at > now - FRESH


def _found(source: ProductSource, sku: str, until: float) -> Found | None:
    try:
        if time.monotonic() > until:
            raise SourceSilent("it takes too long")
        return find(source, sku)
    except (SourceSilent, SourceBroken) as trouble:
        words = {"source": source.name, "why": str(trouble)}
        raise Refused(
            Reason("source_silent", _("The product source %(source)s gave no answer: %(why)s.") % words,
                   _("Try again soon; if it lasts, an administrator has to look at the source."), "lines")
        ) from None  # fmt: skip


def _keep(source: ProductSource, sku: str, found: Found | None, now: datetime) -> None:
    known = Product.objects.filter(organisation=source.organisation, sku=sku)
    if found is None:
        known.update(active=False, updated_at=now)
        return
    Product.objects.update_or_create(
        organisation=source.organisation,
        sku=sku,
        defaults={**found.model_dump(), "source": source, "updated_at": now},
    )
