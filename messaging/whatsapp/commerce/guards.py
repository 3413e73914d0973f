"""What has to hold before an order may be created or its payment link sent; asked again at every step."""

from collections.abc import Iterator
from dataclasses import dataclass

from django.utils.translation import gettext_lazy as _

from approvals.guards import ask_all
from approvals.models import State
from approvals.reasons import Reason
from approvals.registry import Call
from messaging.models import Conversation, Order, OrderState, PaymentAccount, Product
from messaging.whatsapp.commerce.contract import LinePart, OrderContract
from messaging.whatsapp.commerce.identity import reasons_against
from messaging.whatsapp.commerce.payments import provider_named
from messaging.whatsapp.commerce.sources.looking_up import is_fresh
from messaging.whatsapp.conversations.visible import visible_to
from messaging.whatsapp.session.guards import REPLY_GUARDS


@dataclass(frozen=True, slots=True)
class CustomerConfirmed:
    """The conversation is with whom it was, and they are still who was confirmed."""

    def __call__(self, call: Call, contract: OrderContract) -> Iterator[Reason]:
        seen = visible_to(call.actor).select_related("contact")
        conversation = seen.filter(pk=contract.conversation_id, contact__key=contract.customer.contact_id).first()
        if conversation is None or conversation.state != Conversation.State.OPEN:
            yield Reason("conversation_closed", _("The conversation is closed."),
                         _("It opens again when the customer writes."), "conversation_id")  # fmt: skip
        else:
            yield from reasons_against(conversation, contract.customer)


@dataclass(frozen=True, slots=True)
class ProductsStand:
    """Every product is still sold, at the price that was previewed, and there are enough of it."""

    def __call__(self, call: Call, contract: OrderContract) -> Iterator[Reason]:
        is_carried_out = call.request is not None and call.request.state in (State.APPROVED, State.EXECUTING)
        wanted = [line.product_id for line in contract.lines]
        found = {
            product.pk: product
            for product in Product.objects.filter(pk__in=wanted, organisation=call.organisation)
        }  # fmt: skip
        for line in contract.lines:
            yield from _reasons_of(line, contract.order_currency, found.get(line.product_id))
            # When it is carried out the source was asked a moment ago; what is older says nothing of today.
            if is_carried_out and not is_fresh(found.get(line.product_id), call.now):
                yield Reason("source_not_asked", _("Nobody has asked the source about %s lately.") % line.sku,
                             _("Ask again."), "lines")  # fmt: skip


@dataclass(frozen=True, slots=True)
class NotCreatedYet:
    """A preview becomes one order."""

    def __call__(self, call: Call, contract: OrderContract) -> Iterator[Reason]:
        if Order.objects.filter(pk=contract.order_id).exists():
            yield Reason("already_created", _("This preview has become an order already."), _("Make a new preview."))


@dataclass(frozen=True, slots=True)
class OrderPayable:
    """The order waits for its payment, is what was previewed, and no other link of it can be paid."""

    def __call__(self, call: Call, contract: OrderContract) -> Iterator[Reason]:
        order = Order.objects.filter(
            pk=contract.order_id, organisation=call.organisation, conversation=contract.conversation_id
        ).first()
        if order is None or _drawn(order) != _agreed(contract):
            yield Reason(
                "order_changed", _("The order is not what was previewed."), _("Make a new preview."), "order_id"
            )
            return
        links = order.links.filter(state__in=("asked", "open", "unsure"))
        own = links.filter(request=call.request).exists() if call.request is not None else False
        if order.state != OrderState.CONFIRMED and not (own and order.state == OrderState.PAYMENT_SENT):
            yield Reason("order_not_payable", _("The order is “%s”.") % OrderState(order.state).label,
                         _("A link is sent for a confirmed order that is not paid."), "order_id")  # fmt: skip
        elif links.exists() and not own:
            yield Reason("link_exists", _("A payment link of this order can still be paid, or may exist."),
                         _("Wait until it is over."), "order_id")  # fmt: skip


@dataclass(frozen=True, slots=True)
class PaymentsReady:
    """The account at the provider is the one that was previewed, and takes such an amount."""

    def __call__(self, call: Call, contract: OrderContract) -> Iterator[Reason]:
        if contract.link is None:
            return
        terms = contract.link
        account = PaymentAccount.objects.filter(
            pk=terms.account_id, organisation=call.organisation, is_active=True
        ).first()
        if account is None:
            yield Reason("no_payment_account", _("The payment account is not in use any more."),
                         _("Make a new preview."))  # fmt: skip
        elif against := provider_named(account.provider).reasons_against(terms.amount, terms.currency):
            yield Reason("amount_not_payable", _("This cannot be paid by a link: %s.") % against,
                         _("Take another way of payment."), "order_id")  # fmt: skip


@dataclass(frozen=True, slots=True)
class MessageMayLeave:
    """All that holds for any free-form message: the window, the gate, the sender, the frozen person."""

    def __call__(self, call: Call, contract: OrderContract) -> Iterator[Reason]:
        if contract.reply is not None:
            yield from ask_all(REPLY_GUARDS, call, contract.reply)


CREATE_GUARDS = (CustomerConfirmed(), ProductsStand(), NotCreatedYet())
LINK_GUARDS = (CustomerConfirmed(), OrderPayable(), PaymentsReady(), MessageMayLeave())


def _reasons_of(line: LinePart, currency: str, product: Product | None) -> Iterator[Reason]:
    new = _("Make a new preview, and tell the customer what has changed.")
    if product is None or not product.active:
        yield Reason("product_gone", _("%s is not sold any more.") % line.sku, new, "lines")
        return
    if (product.price, product.currency) != (line.unit_price, currency):
        yield Reason("price_changed", _("The price of %s has changed.") % line.sku, new, "lines")
    if product.name != line.name:
        yield Reason("product_changed", _("%s is another product by now.") % line.sku, new, "lines")
    if product.stock is not None and product.stock < line.quantity:
        yield Reason("out_of_stock", _("There are not enough of %s any more.") % line.sku, new, "lines")


def _drawn(order: Order) -> tuple[object, ...]:
    lines = sorted((line.sku, line.quantity, line.unit_price) for line in order.lines.all())
    return order.total, order.currency, lines


def _agreed(contract: OrderContract) -> tuple[object, ...]:
    lines = sorted((line.sku, line.quantity, line.unit_price) for line in contract.lines)
    return contract.total, contract.order_currency, lines
