"""What Stripe calls back: believed when it is signed and lately, counted once, in whatever order it comes."""

from datetime import UTC, datetime, timedelta
from decimal import Decimal

import orjson
import pytest
from django.test import Client

from audit.models import Entry
from messaging.models import ConversationEvent, Order, PaymentAccount, PaymentEvent, PaymentLink, Product
from messaging.whatsapp.commerce.payments.stripe.minor import from_minor, to_minor
from messaging.whatsapp.commerce.payments.stripe.signature import is_signed
from simulators.payments.world import signature
from tests.factories import NOON
from tests.messaging.whatsapp.commerce.tea_orders import (
    SECRET,
    another_link,
    refund_event,
    session_event,
    stripe_calls,
    waiting_order,
)

EXPIRED = "checkout.session.expired"


def told() -> list[str]:
    """What the conversation was told, in order."""
    return [event.facts["what"] for event in ConversationEvent.objects.exclude(kind="opened").order_by("pk")]


def outcomes() -> list[str]:
    return list(PaymentEvent.objects.order_by("pk").values_list("outcome", flat=True))


@pytest.mark.django_db
def test_a_payment_marks_the_order_paid_and_tells_audit_and_conversation() -> None:
    link = waiting_order()
    assert stripe_calls(session_event(link)) == 200
    link.refresh_from_db()
    order = Order.objects.get()
    assert (order.state, link.state, link.payment_id, link.url) == ("paid", "paid", "pi_1", "")
    assert link.paid_at == NOON + timedelta(seconds=60)
    entry = Entry.objects.get(action="order.pay")
    assert (entry.subject_id, entry.facts["amount"], entry.facts["currency"]) == (str(order.pk), "176.000", "HKD")
    event = ConversationEvent.objects.get(kind="payment")
    assert (event.conversation, event.facts["what"], event.facts["order"]) == (
        order.conversation,
        "pay",
        order.reference,
    )


@pytest.mark.django_db
def test_the_same_event_counts_once() -> None:
    event = session_event(waiting_order())
    assert [stripe_calls(event) for _ in range(3)] == [200, 200, 200]
    assert (told(), outcomes()) == (["pay"], ["paid"])
    assert Entry.objects.filter(action="order.pay").count() == 1


@pytest.mark.django_db
def test_two_events_of_one_payment_pay_once() -> None:
    link = waiting_order()
    slow = session_event(link, "checkout.session.async_payment_succeeded")
    assert [stripe_calls(session_event(link)), stripe_calls(slow)] == [200, 200]
    assert (told(), outcomes()) == (["pay"], ["paid", "noted"])


@pytest.mark.django_db
def test_a_slow_way_of_paying_counts_when_it_has_paid() -> None:
    link = waiting_order()
    stripe_calls(session_event(link, payment_status="unpaid"))
    assert Order.objects.get().state == "payment_sent"
    stripe_calls(session_event(link, "checkout.session.async_payment_succeeded"))
    assert Order.objects.get().state == "paid"


@pytest.mark.django_db
def test_a_slow_payment_that_failed_is_told_and_pays_nothing() -> None:
    stripe_calls(session_event(waiting_order(), "checkout.session.async_payment_failed", payment_status="unpaid"))
    assert (Order.objects.get().state, told()) == ("payment_sent", ["failed"])


@pytest.mark.django_db
@pytest.mark.parametrize("wrong", [{"amount_total": 17599}, {"amount_total": 17601}, {"currency": "usd"},
                                   {"amount_total": None}])  # fmt: skip
def test_an_amount_that_differs_pays_nothing_and_wants_somebody(wrong: dict[str, object]) -> None:
    assert stripe_calls(session_event(waiting_order(), **wrong)) == 200
    assert (Order.objects.get().state, PaymentLink.objects.get().state) == ("payment_sent", "open")
    assert (told(), outcomes()) == (["amount_differs"], ["amount_differs"])
    assert Entry.objects.filter(action="payment.unsettled").count() == 1


@pytest.mark.django_db
@pytest.mark.parametrize("state", ["confirmed", "expired"])
def test_a_late_call_of_a_payment_in_time_still_pays(state: str) -> None:
    link = waiting_order(state, "expired")
    Product.objects.update(stock=10)  # given back when it expired
    assert stripe_calls(session_event(link)) == 200
    assert Order.objects.get().state == "paid"
    assert Product.objects.get().stock == (8 if state == "expired" else 10)


@pytest.mark.django_db
def test_a_payment_of_a_cancelled_order_wants_somebody() -> None:
    stripe_calls(session_event(waiting_order("cancelled", "ending")))
    assert (Order.objects.get().state, told()) == ("cancelled", ["paid_cancelled"])


@pytest.mark.django_db
def test_a_second_payment_of_one_order_wants_somebody() -> None:
    first = waiting_order("payment_sent", "expired")
    second = another_link(first.order, state="open")
    stripe_calls(session_event(second))
    stripe_calls(session_event(first, payment_intent="pi_2"))
    assert (Order.objects.get().state, told()) == ("paid", ["pay", "paid_twice"])


@pytest.mark.django_db
def test_a_late_payment_ends_the_link_that_was_sent_since() -> None:
    first = waiting_order("payment_sent", "expired")
    second = another_link(first.order, state="open")
    stripe_calls(session_event(first))
    second.refresh_from_db()
    assert (Order.objects.get().state, second.state) == ("paid", "ending")


@pytest.mark.django_db
def test_shuffled_calls_come_to_the_same_end() -> None:
    link = waiting_order()
    stripe_calls(session_event(link, EXPIRED, payment_status="unpaid"))
    assert (Order.objects.get().state, told()) == ("confirmed", ["lapse"])
    stripe_calls(session_event(link))
    stripe_calls(session_event(link, EXPIRED, payment_status="unpaid"))
    assert (Order.objects.get().state, PaymentLink.objects.get().state) == ("paid", "paid")


@pytest.mark.django_db
def test_a_refund_ends_the_order_also_when_it_comes_before_the_payment() -> None:
    link = waiting_order()
    stripe_calls(refund_event(link, 17600))
    assert Order.objects.get().state == "refunded"
    stripe_calls(session_event(link))
    assert (Order.objects.get().state, told()) == ("refunded", ["refund"])


@pytest.mark.django_db
def test_what_is_given_back_of_an_expired_order_takes_no_goods() -> None:
    link = waiting_order("expired", "expired")
    stripe_calls(refund_event(link, 17600))
    assert (Order.objects.get().state, Product.objects.get().stock) == ("refunded", 8)


@pytest.mark.django_db
def test_a_part_that_is_given_back_leaves_the_order_paid_and_wants_somebody() -> None:
    link = waiting_order()
    stripe_calls(session_event(link))
    stripe_calls(refund_event(link, 8800))
    assert (Order.objects.get().state, told()) == ("paid", ["pay", "refunded_partly"])


@pytest.mark.django_db
def test_forged_calls_change_nothing() -> None:
    event = session_event(waiting_order())
    spoilt = orjson.dumps(event).replace(b"17600", b"17601")
    assert stripe_calls(event, secret="whsec_of_somebody_else") == 403
    assert stripe_calls(event, raw=spoilt) == 403
    assert stripe_calls(event, raw=orjson.dumps(event) + b" ") == 403
    assert stripe_calls(event, at=datetime.now(UTC) - timedelta(minutes=6)) == 403
    assert stripe_calls(event, at=datetime.now(UTC) + timedelta(minutes=6)) == 403
    assert stripe_calls(event, key="callback-key-of-nobody-at-all-01") == 403
    unsigned = Client().post("/payments/stripe/callback-key-of-harbour-tea-0001", event, "application/json")
    assert unsigned.status_code == 403
    assert (Order.objects.get().state, PaymentEvent.objects.count()) == ("payment_sent", 0)


@pytest.mark.django_db
def test_a_secret_that_was_changed_is_still_taken_for_a_while() -> None:
    event = session_event(waiting_order())
    PaymentAccount.objects.update(signing_secret="whsec_new", previous_signing_secret=SECRET)
    assert stripe_calls(event) == 200


@pytest.mark.django_db
def test_a_call_speaks_for_its_own_account_alone() -> None:
    link = waiting_order()
    foreign = session_event(link, id="cs_test_made_elsewhere")
    assert stripe_calls(foreign) == 200  # under our key, but no session of ours
    assert stripe_calls(session_event(link, metadata={}, id="cs_test_unknown")) == 200
    assert (Order.objects.get().state, outcomes()) == ("payment_sent", ["noted", "noted"])


@pytest.mark.django_db
def test_what_cannot_be_read_or_is_too_large_is_refused() -> None:
    link = waiting_order()
    assert stripe_calls({"type": "checkout.session.completed"}) == 400
    assert stripe_calls({**session_event(link), "data": {"object": None}}) == 400
    assert stripe_calls({**session_event(link), "filler": "x" * 300_000}) == 413
    assert Client().get("/payments/stripe/callback-key-of-harbour-tea-0001").status_code == 405
    assert Client().post("/payments/paypal/callback-key-of-harbour-tea-0001").status_code == 403


@pytest.mark.django_db
def test_events_of_other_things_are_noted_and_change_nothing() -> None:
    waiting_order()
    other = {"id": "evt_1", "type": "payout.paid", "created": 1_772_424_000, "data": {"object": {}}}
    assert stripe_calls(other) == 200
    assert (Order.objects.get().state, outcomes()) == ("payment_sent", ["noted"])


@pytest.mark.django_db
def test_the_page_after_paying_tells_nothing_of_anybody() -> None:
    page = Client().get("/payments/done")
    assert page.status_code == 200
    assert "Thank you" in page.content.decode()


@pytest.mark.parametrize(
    "header",
    ["", "t=,v1=", "t=abc,v1=00", "v1=00", "t=1772424000", "t=1772424000,t=1772424001,v1=00", "t=1772424000,v1=é",
     "t=99999999999999,v1=00", "t=-1772424000,v1=00", "t=1772424000,v0={good}"],
)  # fmt: skip
def test_a_header_that_is_none_proves_nothing(header: str) -> None:
    good = signature(b"{}", SECRET, 1_772_424_000).partition("v1=")[2]
    assert not is_signed(b"{}", header.replace("{good}", good), [SECRET], NOON)


def test_one_of_several_signatures_suffices_and_no_secret_signs_nothing() -> None:
    good = signature(b"{}", SECRET, int(NOON.timestamp()))
    moment, _, proof = good.partition(",")
    assert is_signed(b"{}", f"{moment},v1={'0' * 64},{proof}", ["", SECRET], NOON)
    assert not is_signed(b"{}", signature(b"{}", "", int(NOON.timestamp())), ["", ""], NOON)


@pytest.mark.parametrize(
    ("amount", "currency", "minor"),
    [("176", "HKD", 17600), ("0.01", "USD", 1), ("500", "JPY", 500), ("1.230", "KWD", 1230), ("7", "ISK", 700)],
)
def test_amounts_travel_in_the_smallest_unit(amount: str, currency: str, minor: int) -> None:
    assert to_minor(Decimal(amount), currency) == minor
    assert from_minor(minor, currency) == Decimal(amount)


@pytest.mark.parametrize(("amount", "currency"), [("0.005", "HKD"), ("0.5", "JPY"), ("1.234", "KWD"), ("7.5", "ISK")])
def test_amounts_smaller_than_a_coin_are_none(amount: str, currency: str) -> None:
    with pytest.raises(ValueError, match=currency):
        to_minor(Decimal(amount), currency)
