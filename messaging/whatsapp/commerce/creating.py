"""Creating a countersigned order: asked again under the products' locks, goods set aside."""

from datetime import timedelta

from django.conf import settings

from approvals.reasons import refuse_if_any
from approvals.registry import Call
from messaging.models import Conversation, Order, OrderLine, OrderState, Product
from messaging.whatsapp.commerce.contract import LinePart, OrderContract, OrderCreated
from messaging.whatsapp.commerce.guards import CREATE_GUARDS
from messaging.whatsapp.commerce.orders import move_order, take_stock


def create_order(call: Call, contract: OrderContract) -> OrderCreated:
    """Make the order and confirm it. Of two orders for the last piece, the second waits for the lock and is refused."""
    assert call.request is not None
    wanted = [line.product_id for line in contract.lines]
    # Locked in one order, so that two orders never wait for each other.
    list(Product.objects.select_for_update(of=("self",), no_key=True).filter(pk__in=wanted).order_by("pk"))
    refuse_if_any(reason for guard in CREATE_GUARDS for reason in guard(call, contract))
    conversation = Conversation.objects.get(pk=contract.conversation_id, organisation=call.organisation)
    order = Order.objects.create(
        pk=contract.order_id,
        organisation=call.organisation,
        conversation=conversation,
        contact_id=conversation.contact_id,
        request=call.request,
        currency=contract.order_currency,
        total=contract.total,
        note=contract.note,
        created_at=call.now,
        pay_by=call.now + timedelta(hours=settings.ORDER_PAY_WITHIN_HOURS),
    )
    lines = OrderLine.objects.bulk_create(_snapshot(order, line) for line in contract.lines)
    take_stock(lines)
    order = move_order(order, "confirm", call.actor, call.now, amount=contract.total, currency=contract.order_currency)
    return OrderCreated(
        order_id=order.pk,
        reference=order.reference,
        state=OrderState(order.state),
        total=order.total,
        currency=order.currency,
        pay_by=order.pay_by,
    )


def _snapshot(order: Order, line: LinePart) -> OrderLine:
    return OrderLine(
        organisation=order.organisation,
        order=order,
        product_id=line.product_id,
        sku=line.sku,
        name=line.name,
        unit_price=line.unit_price,
        quantity=line.quantity,
        source_name=line.source,
        seen_at=line.seen_at,
    )
