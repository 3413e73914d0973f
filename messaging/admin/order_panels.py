"""What the decision page shows of an order from a chat and of its payment link, and what has moved since."""

from collections.abc import Iterator
from decimal import Decimal
from typing import Any

from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy, ngettext

from approvals.admin.panels import Drift, Panel, Reading, register_drift, register_panel
from approvals.masking import mask
from approvals.numerals import number
from messaging.admin.bubbles import Bubble, BubbleButton, formatted
from messaging.admin.drift import is_open
from messaging.admin.moments import moment
from messaging.models import Contact, Conversation, Order, OrderState, Product
from messaging.whatsapp.commerce.contract import LinePart, OrderContract, Step
from messaging.whatsapp.commerce.identity import reasons_against
from messaging.whatsapp.commerce.money import money
from messaging.whatsapp.conversations.windows import open_until
from messaging.whatsapp.session.contract import ReplyTerms

_BY = {"phone": gettext_lazy("wrote from this number"), "user_id": gettext_lazy("wrote from this WhatsApp user")}
_FIELDS = {
    "name": gettext_lazy("name"),
    "phone": gettext_lazy("phone"),
    "crm_id": gettext_lazy("CRM id"),
    "country": gettext_lazy("country"),
    "language": gettext_lazy("language"),
}


def order_panels(reading: Reading, contract: OrderContract) -> Iterator[Panel]:
    yield Panel(_("What is ordered"), "desk/panel_table.html", _lines(contract), "shopping_cart")
    yield Panel(
        _("Who the customer is"), "desk/panel_facts.html", {"facts": _customer(reading, contract)}, "person_check"
    )
    if contract.reply is not None:
        shown, later = [{"now": _bubble(contract.reply)}], _("The link is put into the button when it is carried out.")
        yield Panel(_("What the customer will read"), "desk/panel_wording.html", {"shown": shown}, "chat", later)
    if contract.link is not None:
        secret = _("Nobody here sees the link. Only the provider's own signed word makes the order paid.")
        facts = {"facts": _terms(contract)}
        yield Panel(_("What the link is good for"), "desk/panel_facts.html", facts, "payments", secret)


def order_drift(reading: Reading, contract: OrderContract) -> Iterator[Drift]:
    """Prices and stock for an order; its state and the window for a link; the customer for both."""
    if not is_open(reading):
        return
    if contract.step is Step.CREATE_ORDER:
        products = {
            product.pk: product
            for product in Product.objects.filter(
                organisation=reading.actor.organisation, pk__in=[line.product_id for line in contract.lines]
            )
        }
        for line in contract.lines:
            yield from _product_drift(line, contract.order_currency, products.get(line.product_id))
    else:
        yield from _order_state_drift(reading, contract)
    yield from _customer_drift(reading, contract)


def _lines(contract: OrderContract) -> dict[str, Any]:
    headings = [
        _("Product"),
        _("Name"),
        _("Pieces"),
        _("Price"),
        _("Together"),
        _("In stock"),
        _("Who says so, and when"),
    ]
    rows: list[list[Any]] = [
        [
            line.sku,
            line.name,
            number(line.quantity),
            money(line.unit_price, contract.order_currency),
            money(line.amount, contract.order_currency),
            "–" if line.stock is None else number(line.stock),
            f"{line.source}, {moment(line.seen_at)}",
        ]
        for line in contract.lines
    ]
    rows.append(["", _("Total"), "", "", money(contract.total, contract.order_currency), "", ""])
    if contract.note:
        rows.append(["", _("Note"), contract.note, "", "", "", ""])
    return {"headings": headings, "rows": rows}


def _customer(reading: Reading, contract: OrderContract) -> list[tuple[Any, Any]]:
    person = Contact.objects.filter(key=contract.customer.contact_id, organisation=reading.actor.organisation).first()
    in_clear = reading.actor.sees_personal_data
    name, address = (person.name, person.phone or person.bsuid or "") if person else ("", "")
    named = ", ".join(str(_FIELDS[field]) for field in contract.customer.fields)
    return [
        (_("Name"), name if in_clear else mask(name, "name")),
        (_("Number"), address if in_clear else mask(address, "phone")),
        (_("Confirmed by"), _BY[contract.customer.verified_by]),
        (_("Last wrote"), moment(contract.customer.verified_at)),
        (_("Confirmed with them besides"), named or _("nothing")),
    ]


def _terms(contract: OrderContract) -> list[tuple[Any, Any]]:
    terms = contract.link
    assert terms is not None
    return [
        (_("Provider"), terms.paid_through.title()),
        (_("Amount"), money(terms.amount, terms.currency)),
        (_("Can be paid for"), ngettext("%d minute", "%d minutes", terms.lasts_minutes) % terms.lasts_minutes),
        (_("Can be paid"), _("once") if terms.times == 1 else number(terms.times)),
        (_("Order"), Order(pk=contract.order_id).reference),
    ]


def _bubble(terms: ReplyTerms) -> Bubble:
    shown = terms.body["interactive"]
    button = BubbleButton("open_in_new", shown["action"]["parameters"]["display_text"], "")
    return Bubble(terms.sender_name, body=formatted(shown["body"]["text"]), buttons=(button,))


def _product_drift(line: LinePart, currency: str, product: Product | None) -> Iterator[Drift]:
    if product is None or not product.active:
        yield Drift(line.sku, _("on sale"), _("not sold any more"), serious=True)
        return
    if (product.price, product.currency) != (line.unit_price, currency):
        yield Drift(_("price of %s") % line.sku, money(line.unit_price, currency),
                    money(Decimal(product.price), product.currency), serious=True)  # fmt: skip
    if product.stock != line.stock:
        then, now = ("–" if count is None else number(count) for count in (line.stock, product.stock))
        too_few = product.stock is not None and product.stock < line.quantity
        yield Drift(_("stock of %s") % line.sku, then, now, serious=too_few)


def _order_state_drift(reading: Reading, contract: OrderContract) -> Iterator[Drift]:
    order = Order.objects.filter(pk=contract.order_id, organisation=reading.actor.organisation).first()
    if order is not None and order.state != OrderState.CONFIRMED:
        label = OrderState(order.state).label
        yield Drift(_("the order"), OrderState.CONFIRMED.label, label, serious=True)
    conversation = Conversation.objects.filter(pk=contract.conversation_id).first()
    until = open_until(conversation) if conversation is not None else None
    if until is None or until <= reading.now:
        closed_at = moment(until) if until else "–"
        yield Drift(_("the customer service window"), _("open"), _("closed since %s") % closed_at, serious=True)


def _customer_drift(reading: Reading, contract: OrderContract) -> Iterator[Drift]:
    conversation = Conversation.objects.select_related("contact").filter(
        pk=contract.conversation_id, organisation=reading.actor.organisation
    ).first()  # fmt: skip
    for reason in reasons_against(conversation, contract.customer) if conversation is not None else ():
        yield Drift(_("the customer"), _("confirmed"), reason.text, serious=True)


register_panel(OrderContract, order_panels)
register_drift(OrderContract, order_drift)
