"""A payment link: approved, made outside, sent to the order's own conversation, and shown to nobody else."""

from datetime import timedelta
from decimal import Decimal
from typing import Any
from uuid import uuid4

import pytest
from django.db import connection

from approvals.execution import carry_out
from approvals.models import ActionRequest, Preview
from approvals.reasons import Refused
from audit.models import Entry
from messaging.engine.release import release_due
from messaging.engine.taken import Taken
from messaging.models import Conversation, Message, Order, PaymentLink, Reply, Send
from messaging.whatsapp.bodies import prepare
from messaging.whatsapp.commerce.message import LinkOver
from messaging.whatsapp.commerce.orders import cancel_order
from messaging.whatsapp.commerce.payments import LinkRefused, LinkUnsure
from messaging.whatsapp.commerce.tending import tend
from tests.approvals.tea_room import approved, codes_of
from tests.factories import NOON
from tests.messaging.whatsapp.commerce.tea_orders import (
    PAGE,
    SEND,
    asked_for,
    carried_out,
    ken,
    link_previewed,
    link_sent,
    stripe_says,
)

pytestmark = pytest.mark.django_db
PLACE = "https://payment-link.invalid/"


def taken(send: Send) -> Taken:
    """Ann's message as a lane holds it."""
    message = Message.objects.get(send=send)
    return Taken(
        uuid4(), message.pk, send.pk, message.contact_id, message.address, message.address_kind, None, {}, "service",
        Decimal(0), 0, 0, 80,
    )  # fmt: skip


def test_preview_shows_the_message_and_the_terms_without_a_link(order: Order, monkeypatch: pytest.MonkeyPatch) -> None:
    heard = stripe_says(monkeypatch)
    contract = Preview.objects.get(pk=link_previewed(order).preview_id).contract
    body = contract["reply"]["body"]["interactive"]
    assert body["body"]["text"] == (
        f"Your order {order.reference}:\n\n2 × Oolong, 100 g: HK$176.00\nTotal: HK$176.00\n\n"
        "The link below can be paid once, within 32 minutes."
    )
    assert body["action"]["parameters"] == {"display_text": "Pay now", "url": PLACE}
    assert (contract["link"]["amount"], contract["link"]["lasts_minutes"], contract["link"]["times"]) == (
        "176.000",
        32,
        1,
    )
    assert heard == []


def test_a_link_waits_for_a_person_and_is_made_for_the_order_alone(
    order: Order, monkeypatch: pytest.MonkeyPatch
) -> None:
    heard = stripe_says(monkeypatch)
    request = asked_for(SEND, link_previewed(order))
    assert (request.state, heard) == ("pending", [])
    request = carried_out(request)
    link = PaymentLink.objects.get()
    assert (request.state, link.state, link.request) == ("succeeded", "open", request)
    (asked,) = heard
    assert (asked.key, asked.amount, asked.currency, asked.expires_at) == (
        link.pk, Decimal(176), "HKD", NOON + timedelta(minutes=32),
    )  # fmt: skip
    assert Order.objects.get().state == "payment_sent"
    reply = Reply.objects.get()
    assert (reply.conversation, reply.origin, reply.send) == (order.conversation, "payment", link.send)
    assert reply.send.state == "scheduled"


def test_the_link_reaches_the_phone_and_nothing_else(order: Order, monkeypatch: pytest.MonkeyPatch) -> None:
    stripe_says(monkeypatch)
    link = link_sent(order)
    assert release_due(NOON + timedelta(seconds=1)) == 1
    mine = taken(link.send)  # type: ignore[arg-type]
    body = prepare([mine])(mine)
    assert body["interactive"]["action"]["parameters"]["url"] == PAGE
    kept: list[Any] = [
        *Reply.objects.values_list("body", flat=True),
        *Preview.objects.values_list("contract", flat=True),
        *ActionRequest.objects.values_list("result", flat=True),
        *Entry.objects.values_list("facts", flat=True),
        *Order.objects.values(),
    ]
    assert "checkout.stripe.com" not in str(kept)
    with connection.cursor() as cursor:
        cursor.execute("SELECT url FROM messaging_paymentlink")
        assert "stripe" not in cursor.fetchone()[0]  # what lies in the database is encrypted
    assert PAGE not in repr(link.url)


def test_a_link_that_is_over_does_not_leave(order: Order, monkeypatch: pytest.MonkeyPatch) -> None:
    stripe_says(monkeypatch)
    link = link_sent(order)
    release_due(NOON + timedelta(seconds=1))
    mine = taken(link.send)  # type: ignore[arg-type]
    for state in ("expired", "cancelled", "ending", "paid"):
        PaymentLink.objects.update(state=state)
        with pytest.raises(LinkOver):
            prepare([mine])(mine)


def test_an_order_that_was_cancelled_meanwhile_holds_its_message(order: Order, monkeypatch: pytest.MonkeyPatch) -> None:
    stripe_says(monkeypatch)
    link = link_sent(order)
    cancel_order(order, ken(), NOON)
    assert release_due(NOON + timedelta(seconds=1)) == 0
    link.refresh_from_db()
    assert (link.state, Send.objects.get().state) == ("ending", "paused")


def test_an_unsure_answer_sends_nothing_and_is_not_tried_again(order: Order, monkeypatch: pytest.MonkeyPatch) -> None:
    heard = stripe_says(monkeypatch, LinkUnsure())
    request = carried_out(asked_for(SEND, link_previewed(order)))
    assert (request.state, codes_of(request)) == ("unsure", ["outcome_unknown"])
    assert (PaymentLink.objects.get().state, Reply.objects.count(), len(heard)) == ("unsure", 0, 1)
    assert Order.objects.get().state == "confirmed"
    with pytest.raises(Refused) as no:
        asked_for(SEND, link_previewed(order))
    assert no.value.codes == ["link_exists"]
    tend(NOON + timedelta(minutes=42))
    assert PaymentLink.objects.get().state == "expired"
    assert (
        asked_for(SEND, link_previewed(order, NOON + timedelta(minutes=43)), NOON + timedelta(minutes=43)).state
        == "pending"
    )


def test_a_refusal_of_the_provider_fails_the_request_with_its_words(
    order: Order, monkeypatch: pytest.MonkeyPatch
) -> None:
    stripe_says(monkeypatch, LinkRefused("Stripe refused: amount_too_small."))
    request = carried_out(asked_for(SEND, link_previewed(order)))
    assert (request.state, codes_of(request)) == ("failed", ["link_refused"])
    assert "amount_too_small" in request.reasons[0]["text"]
    assert (PaymentLink.objects.get().state, Reply.objects.count()) == ("refused", 0)


def test_a_window_that_closed_before_the_execution_voids_it(order: Order, monkeypatch: pytest.MonkeyPatch) -> None:
    heard = stripe_says(monkeypatch)
    request = approved(asked_for(SEND, link_previewed(order)))
    Conversation.objects.update(window_until=NOON)
    request = carry_out(request.pk, NOON)
    assert (request.state, codes_of(request)) == ("voided", ["window_closed"])
    assert heard == []


def test_a_person_who_stopped_gets_no_link(order: Order, monkeypatch: pytest.MonkeyPatch) -> None:
    """The gate is the one of all messages; here it is asked at the preview."""
    from messaging.consent.optouts import Stop, opt_out
    from messaging.models import SuppressionReason

    opt_out([order.contact_id], Stop(SuppressionReason.STOP, "whatsapp message", NOON), ken(), NOON)
    with pytest.raises(Refused) as no:
        link_previewed(order)
    assert no.value.codes == ["not_written_to"]
