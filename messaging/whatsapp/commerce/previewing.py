"""Freezing an order, or the message with its payment link: who, what, for how much, from whose word."""

from collections.abc import Iterable
from decimal import Decimal
from uuid import uuid4

from django.conf import settings
from django.utils.translation import gettext as _

from approvals.reasons import Reason, Refused, refuse_if_any
from approvals.registry import Call
from messaging.finding import find_own
from messaging.models import Conversation, Order, OrderLine, PaymentAccount, Product
from messaging.whatsapp.commerce.contract import LinePart, LinkTerms, OrderAsk, OrderContract, Step
from messaging.whatsapp.commerce.identity import confirm
from messaging.whatsapp.commerce.message import message_of
from messaging.whatsapp.commerce.sources.looking_up import look_up
from messaging.whatsapp.conversations.visible import find_conversation
from messaging.whatsapp.session.contract import ReplyTerms
from messaging.whatsapp.session.freezing import freeze_reply


def ask_source(call: Call, asked: OrderAsk | OrderContract) -> None:
    """Ask the product source about what is to be ordered, before the transaction of preview or execution begins."""
    if asked.step is Step.CREATE_ORDER:
        if isinstance(asked, OrderAsk):
            find_conversation(call, asked.conversation_id)  # who may not see it sends nobody's shop questions
        look_up(call.organisation, [line.sku for line in asked.lines], call.now)


def preview_order(call: Call, ask: OrderAsk) -> OrderContract:
    """The contract of the step that is asked for. Raises Refused with every reason."""
    refuse_if_any(_misfits(ask))
    conversation = find_conversation(call, ask.conversation_id)
    if ask.step is Step.CREATE_ORDER:
        return _order(call, ask, conversation)
    return _link(call, ask, conversation)


def _order(call: Call, ask: OrderAsk, conversation: Conversation) -> OrderContract:
    lines, currency = _lines(call, ask)
    return OrderContract(
        step=ask.step,
        conversation_id=conversation.pk,
        order_id=uuid4(),
        customer=confirm(conversation, ask.confirmed_fields),
        lines=lines,
        total=sum((line.amount for line in lines), Decimal(0)),
        order_currency=currency,
        note=ask.note,
        link=None,
        reply=None,
    )


def _link(call: Call, ask: OrderAsk, conversation: Conversation) -> OrderContract:
    assert ask.order_id is not None
    own = {"conversation": conversation, "contact": conversation.contact}
    order = find_own(Order, ask.order_id, call.organisation, "order_id", "whatsapp.order.create_from_chat", **own)
    lines = list(order.lines.order_by("pk"))
    minutes = settings.PAYMENT_LINK_MINUTES
    body = message_of(order, lines, ask.text, minutes, conversation.contact.language)
    return OrderContract(
        step=ask.step,
        conversation_id=conversation.pk,
        order_id=order.pk,
        customer=confirm(conversation, ask.confirmed_fields),
        lines=[_kept(line) for line in lines],
        total=order.total,
        order_currency=order.currency,
        note=order.note,
        link=_terms(call, order, minutes),
        reply=ReplyTerms(**freeze_reply(call, conversation, body)),
    )


def _terms(call: Call, order: Order, minutes: int) -> LinkTerms:
    account = PaymentAccount.objects.filter(organisation=call.organisation, is_active=True).first()
    if account is None:
        raise Refused(Reason("no_payment_account", _("The organisation has no account with a payment provider."),
                             _("An administrator has to set one up.")))  # fmt: skip
    return LinkTerms(
        paid_through=account.provider,
        account_id=account.pk,
        amount=order.total,
        currency=order.currency,
        lasts_minutes=minutes,
        times=1,
    )


def _lines(call: Call, ask: OrderAsk) -> tuple[list[LinePart], str]:
    """The lines with what is known of their products, and their one currency."""
    products = {
        product.sku: product
        for product in Product.objects.select_related("source").filter(
            organisation=call.organisation, sku__in=[line.sku for line in ask.lines], active=True
        )
    }
    refuse_if_any(_unknown(line.sku) for line in ask.lines if line.sku not in products)
    currencies = {product.currency for product in products.values()}
    if len(currencies) > 1:
        raise Refused(Reason("two_currencies", _("The products are priced in several currencies."),
                             _("Make an order for each currency."), "lines"))  # fmt: skip
    lines = [_line(products[line.sku], line.quantity) for line in ask.lines]
    refuse_if_any(_too_few(line) for line in lines if line.stock is not None and line.stock < line.quantity)
    return lines, currencies.pop()


def _line(product: Product, quantity: int) -> LinePart:
    return LinePart(
        product_id=product.pk,
        sku=product.sku,
        name=product.name,
        quantity=quantity,
        unit_price=product.price,
        amount=product.price * quantity,
        stock=product.stock,
        source=product.source.name if product.source else _("own catalogue"),
        seen_at=product.updated_at,
    )


def _kept(line: OrderLine) -> LinePart:
    """A line as it was ordered; how many there are now matters no more, they are set aside."""
    return LinePart(
        product_id=line.product_id,
        sku=line.sku,
        name=line.name,
        quantity=line.quantity,
        unit_price=line.unit_price,
        amount=line.amount,
        stock=None,
        source=line.source_name,
        seen_at=line.seen_at,
    )


def _misfits(ask: OrderAsk) -> Iterable[Reason]:
    """Arguments that do not belong to the step."""
    creates = ask.step is Step.CREATE_ORDER
    if creates and not ask.lines:
        yield Reason("lines_missing", _("Nothing is ordered."), _("Name at least one product."), "lines")
    if len({line.sku for line in ask.lines}) < len(ask.lines):
        yield Reason("line_twice", _("A product stands there twice."), _("Add the pieces up."), "lines")
    if not creates and ask.order_id is None:
        yield Reason("order_missing", _("No order is named."), _("Pass the order_id of a confirmed order."), "order_id")
    if creates and (ask.order_id or ask.text):
        yield Reason("other_step", _("order_id and text belong to the step send_link."), _("Leave them out."), "step")
    if not creates and (ask.lines or ask.note):
        yield Reason("other_step", _("lines and note belong to the step create_order."), _("Leave them out."), "step")


def _unknown(sku: str) -> Reason:
    return Reason("product_not_found", _("Nobody sells a product %s.") % sku[:80],
                  _("Use the number that the catalogue or the shop has."), "lines")  # fmt: skip


def _too_few(line: LinePart) -> Reason:
    words = {"sku": line.sku, "stock": line.stock}
    return Reason("out_of_stock", _("There are only %(stock)s of %(sku)s.") % words, _("Order fewer."), "lines")
