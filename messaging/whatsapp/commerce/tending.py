"""Links and orders whose time is over, or that nobody was sent: ended here, and at the provider."""

import logging
from datetime import datetime, timedelta
from uuid import UUID

from django.db import transaction
from django.db.models import Q

from accounts.actor import Actor
from accounts.tenancy import confined_to
from approvals.models import State as RequestState
from approvals.reasons import Refused
from messaging.models import Order, OrderState, PaymentLink
from messaging.whatsapp.commerce.orders import lock_order, move_order
from messaging.whatsapp.commerce.payments import LinkRefused, LinkUnsure, provider_named
from messaging.whatsapp.commerce.settling import end_unpaid

log = logging.getLogger(__name__)

AT_ONCE = 200
# After its last moment; by then the provider has told of a payment in time, and if not, its late word still counts.
GRACE = timedelta(minutes=10)
State = PaymentLink.State


def tend(now: datetime) -> int:
    """End what is over. How many links and orders that were."""
    return _end_lost(now) + _end_at_provider(now) + _end_old_links(now) + _end_old_orders(now)


def _end_lost(now: datetime) -> int:
    """Links that stand although their message was never put into the engine: the request has ended without it."""
    lost = PaymentLink.objects.filter(state=State.OPEN, send=None).exclude(request__state=RequestState.EXECUTING)
    return lost.update(state=State.ENDING, url="")


def _end_old_links(now: datetime) -> int:
    old = PaymentLink.objects.filter(
        state__in=(State.ASKED, State.OPEN, State.UNSURE, State.ENDING), expires_at__lte=now - GRACE
    )
    ended = 0
    for key, order_id, organisation_id in old.values_list("pk", "order", "organisation")[:AT_ONCE]:
        with confined_to(organisation_id), transaction.atomic():
            order = lock_order(order_id)
            link = PaymentLink.objects.select_for_update(of=("self",)).get(pk=key)
            end_unpaid(order, link, Actor.system(order.organisation, "payments"), now)
            ended += 1
    return ended


def _end_old_orders(now: datetime) -> int:
    old = Order.objects.select_related("organisation").filter(state=OrderState.CONFIRMED, pay_by__lte=now)
    # One whose link is just being made is left to it.
    old = old.exclude(links__state__in=(State.ASKED, State.OPEN, State.UNSURE))
    ended = 0
    for order in old[:AT_ONCE]:
        try:
            with confined_to(order.organisation_id):
                move_order(order, "expire", Actor.system(order.organisation, "payments"), now)
                ended += 1
        except Refused:
            continue  # somebody paid or cancelled in this very moment: that stands
    return ended


def _end_at_provider(now: datetime) -> int:
    """Ask the provider to end what must not be paid any more. What it does not answer is asked again at the next ring,
    which is harmless: a link is over once.
    """
    ending = PaymentLink.objects.select_related("account").filter(~Q(provider_id=""), state=State.ENDING)
    ended = 0
    for link in ending[:AT_ONCE]:
        with confined_to(link.organisation_id):
            ended += _end(link)
    return ended


def _end(link: PaymentLink) -> int:
    try:
        provider_named(link.account.provider).end(link.account, link.provider_id)
    except (LinkRefused, LinkUnsure) as trouble:
        log.warning("payment link %s could not be ended: %s", link.pk, trouble)
        return 0
    return _cancelled(link.pk)


def _cancelled(key: UUID) -> int:
    # One that was paid all the same has said so, or will: that stands.
    return PaymentLink.objects.filter(pk=key, state=State.ENDING).update(state=State.CANCELLED, url="")
