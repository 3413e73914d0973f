"""What keeps a payment link from being made, and what ends one."""

from datetime import timedelta
from decimal import Decimal

import pytest

from approvals.execution import carry_out
from approvals.reasons import Refused
from messaging.models import Contact, Order, PaymentAccount, PaymentLink, Reply, Send
from messaging.whatsapp.commerce.orders import cancel_order
from messaging.whatsapp.commerce.payments.stripe.adapter import Stripe
from messaging.whatsapp.commerce.tending import tend
from tests.approvals.tea_room import approved, codes_of
from tests.factories import NOON
from tests.messaging.whatsapp.commerce.tea_orders import (
    SEND,
    ann_wrote,
    asked_for,
    ken,
    link_previewed,
    link_sent,
    stripe_says,
)

pytestmark = pytest.mark.django_db


def test_a_link_goes_to_the_orders_own_conversation_alone(order: Order) -> None:
    other = ann_wrote(phone="+85261230002")
    with pytest.raises(Refused) as no:
        link_previewed(Order(pk=order.pk, conversation=other))
    assert no.value.codes == ["order_not_found"]


def test_a_customer_who_is_another_one_by_now_voids_the_link(order: Order, monkeypatch: pytest.MonkeyPatch) -> None:
    heard = stripe_says(monkeypatch)
    request = approved(asked_for(SEND, link_previewed(order)))
    Contact.objects.update(phone="+85261239999")
    request = carry_out(request.pk, NOON)
    assert (request.state, heard) == ("voided", [])
    assert "customer_not_confirmed" in codes_of(request)


def test_an_order_that_is_not_what_was_previewed_voids_the_link(order: Order, monkeypatch: pytest.MonkeyPatch) -> None:
    heard = stripe_says(monkeypatch)
    request = approved(asked_for(SEND, link_previewed(order)))
    Order.objects.update(total=Decimal(1))
    request = carry_out(request.pk, NOON)
    assert (request.state, codes_of(request), heard) == ("voided", ["order_changed"], [])


def test_two_approved_links_for_one_order_make_one(order: Order, monkeypatch: pytest.MonkeyPatch) -> None:
    heard = stripe_says(monkeypatch)
    first, second = (approved(asked_for(SEND, link_previewed(order))) for _ in range(2))
    assert carry_out(first.pk, NOON).state == "succeeded"
    request = carry_out(second.pk, NOON)
    assert (request.state, codes_of(request)) == ("voided", ["order_not_payable"])
    assert (len(heard), Reply.objects.count()) == (1, 1)


def test_only_a_confirmed_order_gets_a_link(order: Order) -> None:
    cancel_order(order, ken(), NOON)
    preview = link_previewed(order)
    assert "order_not_payable" not in preview.warnings
    with pytest.raises(Refused) as no:
        asked_for(SEND, preview)
    assert no.value.codes == ["order_not_payable"]


def test_without_an_account_there_is_no_link(order: Order) -> None:
    PaymentAccount.objects.update(is_active=False)
    with pytest.raises(Refused) as no:
        link_previewed(order)
    assert no.value.codes == ["no_payment_account"]


def test_an_amount_that_the_currency_cannot_express_is_refused(order: Order) -> None:
    Order.objects.update(total=Decimal("176.005"))
    order.lines.update(unit_price=Decimal("88.0025"))
    with pytest.raises(Refused) as no:
        asked_for(SEND, link_previewed(order))
    assert no.value.codes == ["amount_not_payable"]


def test_an_account_that_was_changed_voids_the_link(order: Order, monkeypatch: pytest.MonkeyPatch) -> None:
    heard = stripe_says(monkeypatch)
    request = approved(asked_for(SEND, link_previewed(order)))
    PaymentAccount.objects.update(is_active=False)
    assert codes_of(carry_out(request.pk, NOON)) == ["no_payment_account"]
    assert heard == []


def test_a_link_whose_time_is_over_frees_the_order_for_another(order: Order, monkeypatch: pytest.MonkeyPatch) -> None:
    stripe_says(monkeypatch)
    link_sent(order)
    assert tend(NOON + timedelta(minutes=41)) == 0  # ten minutes of grace
    assert tend(NOON + timedelta(minutes=42)) == 1
    assert (Order.objects.get().state, PaymentLink.objects.get().state) == ("confirmed", "expired")
    assert link_sent(order, NOON + timedelta(minutes=45)).state == "open"


def test_a_cancelled_orders_link_is_ended_at_the_provider(order: Order, monkeypatch: pytest.MonkeyPatch) -> None:
    stripe_says(monkeypatch)
    link_sent(order)
    cancel_order(order, ken(), NOON)
    ended: list[str] = []
    monkeypatch.setattr(Stripe, "end", lambda self, account, key: ended.append(key) or True)
    tend(NOON)
    assert (ended, PaymentLink.objects.get().state) == (["cs_test_1"], "cancelled")


def test_a_link_whose_message_never_was_sent_is_ended(order: Order, monkeypatch: pytest.MonkeyPatch) -> None:
    stripe_says(monkeypatch)
    request = approved(asked_for(SEND, link_previewed(order)))
    monkeypatch.setattr("messaging.whatsapp.commerce.linking.send_reply", _breaks)
    assert carry_out(request.pk, NOON).state == "unsure"
    link = PaymentLink.objects.get()
    assert (link.state, link.send, Order.objects.get().state) == ("open", None, "confirmed")
    monkeypatch.setattr(Stripe, "end", lambda self, account, key: True)
    tend(NOON)
    assert PaymentLink.objects.get().state == "cancelled"


def _breaks(*_: object) -> Send:
    raise RuntimeError("the database went away")
