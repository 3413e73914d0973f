"""The decision page of an order and of its link: what somebody reads before they say yes, and what has moved."""

import html
import re
from datetime import timedelta
from decimal import Decimal

import pytest
import time_machine

from approvals.models import ActionRequest
from messaging.models import Contact, Conversation, Order, Product
from tests.desk.harbour import page
from tests.factories import NOON, mei_chan
from tests.messaging.whatsapp.commerce.tea_orders import (
    CREATE,
    SEND,
    ann_wrote,
    asked_for,
    link_previewed,
    oolong,
    previewed,
    waiting_order,
)

pytestmark = pytest.mark.django_db


def text_of(request: ActionRequest) -> str:
    with time_machine.travel(NOON, tick=False):
        shown = page(mei_chan(), "approvals_actionrequest_change", request.pk)
    plain = re.sub(r"<[^>]+>", " ", shown.split('<div class="cs-page">')[1])
    return re.sub(r"\s+", " ", html.unescape(plain)).replace("\xa0", " ")


def test_an_order_shows_its_lines_its_source_and_who_the_customer_is() -> None:
    oolong()
    text = text_of(asked_for(CREATE, previewed(ann_wrote(), confirmed_fields=["name"], note="Gift wrap")))
    assert "Create an order over HK$176.00 from a conversation" in text
    assert "OOLONG-100 Oolong, 100 g 2 HK$88.00 HK$176.00 10 own catalogue" in text
    assert "Gift wrap" in text
    assert "Name Ann Number +85261230001 Confirmed by wrote from this number" in text
    assert "Confirmed with them besides name" in text


def test_an_order_tells_what_has_moved_since() -> None:
    oolong()
    request = asked_for(CREATE, previewed(ann_wrote(), confirmed_fields=["name"]))
    Product.objects.update(price=Decimal(90), stock=1)
    Contact.objects.update(name="Anne")
    text = text_of(request)
    assert "price of OOLONG-100" in text
    assert "HK$90.00" in text
    assert "stock of OOLONG-100" in text
    assert "The customer is not whom the preview confirmed" in text


def test_a_link_shows_its_message_and_terms_and_no_address() -> None:
    order = waiting_order("confirmed", "expired").order
    text = text_of(asked_for(SEND, link_previewed(order)))
    assert "Send a customer the payment link for an order over HK$176.00" in text
    assert f"Your order {order.reference}: 2 × Oolong, 100 g: HK$176.00 Total: HK$176.00" in text
    assert "Provider Stripe Amount HK$176.00 Can be paid for 32 minutes Can be paid once" in text
    assert "checkout.stripe.com" not in text


def test_a_link_tells_that_its_window_closed_and_its_order_moved() -> None:
    order = waiting_order("confirmed", "expired").order
    request = asked_for(SEND, link_previewed(order))
    Conversation.objects.update(window_until=NOON - timedelta(minutes=1))
    Order.objects.filter(pk=order.pk).update(state="cancelled")
    text = text_of(request)
    assert "the customer service window" in text
    assert "the order Confirmed Cancelled" in text
