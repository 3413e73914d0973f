"""The life of an order. `move_order` is the one way it changes its state: lock, transition, save, audit and an event in
the conversation in one transaction.
"""

from collections.abc import Iterable
from datetime import datetime
from typing import Any
from uuid import UUID

from django.db import transaction
from django.db.models import F
from django.db.models.functions import Greatest
from django.utils.translation import gettext_lazy as _
from django_fsm import can_proceed

from accounts.actor import Actor
from approvals.reasons import Reason, Refused
from audit.record import record
from messaging.models import ConversationEvent, Order, OrderLine, OrderState, PaymentLink, Product

Kind = ConversationEvent.Kind
_FREES = frozenset({"cancel", "expire"})


def lock_order(order_id: UUID) -> Order:
    """The order under its row lock. Call it inside a transaction; links are locked after their order, never before."""
    orders = Order.objects.select_for_update(of=("self",), no_key=True)
    return orders.select_related("organisation", "conversation__sender", "contact").get(pk=order_id)


def move_order(order: Order, transition_name: str, actor: Actor, now: datetime, **facts: Any) -> Order:
    """Take an order through one transition and return it as it is then. Raises Refused when its state does not allow
    it. Goods that were set aside are free again when it is cancelled or expires.
    """
    with transaction.atomic():
        current = lock_order(order.pk)
        before, change = current.state, getattr(current, transition_name)
        if not can_proceed(change):
            raise Refused(_wrong_state(current))
        change(now)
        current.version += 1
        current.save()
        if transition_name in _FREES and before != OrderState.DRAFT:
            _put_back(current)
        if before == OrderState.EXPIRED and current.state == OrderState.PAID:
            take_stock(current.lines.all())
        record(f"order.{transition_name}", current, actor, now=now, reference=current.reference, **facts)
        note(current, Kind.PAYMENT if transition_name in ("pay", "refund") else Kind.ORDERED, actor, now,
             what=transition_name, **facts)  # fmt: skip
    return current


def cancel_order(order: Order, actor: Actor, now: datetime) -> Order:
    """Cancel an order; the link that may be out is ended at the provider soon after."""
    with transaction.atomic():
        current = move_order(order, "cancel", actor, now)
        current.links.filter(state=PaymentLink.State.OPEN).update(state=PaymentLink.State.ENDING)
    return current


def take_stock(lines: Iterable[OrderLine]) -> None:
    """Set goods of the house's own entries aside. What a source counts, the source counts."""
    for line in lines:
        own = Product.objects.filter(pk=line.product_id, source=None, stock__isnull=False)
        own.update(stock=Greatest(F("stock") - line.quantity, 0))


def note(order: Order, kind: ConversationEvent.Kind, actor: Actor, now: datetime, **facts: Any) -> None:
    """Tell the conversation what happened to its order."""
    told = {name: str(fact) for name, fact in facts.items()}
    ConversationEvent.objects.create(
        organisation=order.organisation,
        conversation_id=order.conversation_id,
        kind=kind,
        by=actor.label[:120],
        facts={"order": order.reference, "order_id": str(order.pk), **told},
        at=now,
    )


def _put_back(order: Order) -> None:
    for line in order.lines.all():
        own = Product.objects.filter(pk=line.product_id, source=None, stock__isnull=False)
        own.update(stock=F("stock") + line.quantity)


def _wrong_state(order: Order) -> Reason:
    return Reason(
        "wrong_state",
        _("This order is “%s”; that is not possible now.") % order.get_state_display(),
        _("Read its state; what has ended does not begin again."),
    )
