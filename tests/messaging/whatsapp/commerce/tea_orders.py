"""Ann wrote to Harbour Tea an hour before noon and wants oolong. Ken, who answers customers, proposes; Mei decides."""

import uuid
from collections.abc import Callable
from datetime import UTC, datetime, timedelta
from typing import Any

import orjson
import pytest
from django.test import Client

from accounts.actor import Actor, Face
from approvals.calls import call
from approvals.envelope import Envelope
from approvals.execution import carry_out
from approvals.models import ActionRequest
from messaging.models import (
    Conversation,
    Identity,
    InboundMessage,
    Order,
    PaymentAccount,
    PaymentLink,
    Product,
)
from messaging.whatsapp.commerce.payments import Asked, Made
from messaging.whatsapp.commerce.payments.stripe.adapter import Stripe
from messaging.whatsapp.conversations.arriving import hear
from simulators.payments.world import signature
from tests.approvals.tea_room import approved, request_of
from tests.factories import NOON, ActionRequestFactory, ContactFactory, PreviewFactory, SenderFactory, ken_ho
from tests.messaging.whatsapp.commerce.tea_counter import SECRET, oolong_of, stripe_of, two_tins

PREVIEW = "whatsapp.order_payment_message.preview"
CREATE = "whatsapp.order.create_from_chat"
SEND = "whatsapp.payment_link.send"
KEY = "callback-key-of-harbour-tea-0001"
PAGE = "https://checkout.stripe.com/c/pay/cs_test_secret_page"


def ken() -> Actor:
    return Actor.of_person(ken_ho(), Face.DESK)


def oolong(**fields: Any) -> Product:
    return oolong_of(ken_ho().organisation, **fields)


def stripe_account(**fields: Any) -> PaymentAccount:
    return stripe_of(ken_ho().organisation, KEY, **fields)


def ann_wrote(
    at: datetime = NOON - timedelta(hours=1), own_number: bool = True, phone: str = "+85261230001"
) -> Conversation:
    """The conversation that Ann opened from her own number."""
    sender = SenderFactory(account__organisation=ken_ho().organisation)
    ann = ContactFactory(organisation=sender.organisation, name="Ann", phone=phone, agreed=False)
    if own_number:
        Identity.objects.create(organisation=ann.organisation, contact=ann, kind="wa_id", value=phone[1:])
    message = InboundMessage.objects.create(
        organisation=sender.organisation, sender=sender, contact=ann, kind="text", text="Two tins of oolong please",
        provider_id=f"wamid.{uuid.uuid4().hex[:12]}", at=at, received_at=at,
    )  # fmt: skip
    return hear(message, at)


def wish(conversation: Conversation, *lines: tuple[str, int], **ask: Any) -> dict[str, Any]:
    return {
        "conversation_id": str(conversation.pk),
        "step": "create_order",
        "lines": [{"sku": sku, "quantity": quantity} for sku, quantity in lines or (("OOLONG-100", 2),)],
        **ask,
    }


def previewed(conversation: Conversation, *lines: tuple[str, int], now: datetime = NOON, **ask: Any) -> Envelope[Any]:
    return call(PREVIEW, wish(conversation, *lines, **ask), ken(), now)


def link_previewed(order: Order, now: datetime = NOON, **ask: Any) -> Envelope[Any]:
    asked = {"conversation_id": str(order.conversation_id), "step": "send_link", "order_id": str(order.pk), **ask}
    return call(PREVIEW, asked, ken(), now)


def asked_for(tool: str, preview: Envelope[Any], now: datetime = NOON) -> ActionRequest:
    arguments = {"preview_id": str(preview.preview_id), "idempotency_key": f"key-{uuid.uuid4()}", "reason": "Ann."}
    return request_of(call(tool, arguments, ken(), now))


def carried_out(request: ActionRequest, now: datetime = NOON) -> ActionRequest:
    """Mei approves, and a worker carries it out."""
    approved(request, now=now)
    return carry_out(request.pk, now)


def ordered(conversation: Conversation, *lines: tuple[str, int], now: datetime = NOON) -> Order:
    """A confirmed order."""
    request = carried_out(asked_for(CREATE, previewed(conversation, *lines, now=now), now), now)
    assert request.state == "succeeded", request.reasons
    return Order.objects.get(request=request)


def link_sent(order: Order, now: datetime = NOON) -> PaymentLink:
    """The order's link, on its way to Ann."""
    request = carried_out(asked_for(SEND, link_previewed(order, now), now), now)
    assert request.state == "succeeded", request.reasons
    return PaymentLink.objects.get(request=request)


def waiting_order(state: str = "payment_sent", link_state: str = "open", **fields: Any) -> PaymentLink:
    """Ann's order over 176 dollars with the link that she was sent: as rows, without the way there."""
    if not PaymentAccount.objects.exists():
        stripe_account()
    conversation = Conversation.objects.first() or ann_wrote()
    tin = Product.objects.first() or oolong(stock=8)
    order = two_tins(conversation, tin, state)
    return another_link(order, state=link_state, **fields)


def another_link(order: Order, **fields: Any) -> PaymentLink:
    number = PaymentLink.objects.count() + 1
    request = ActionRequestFactory(preview=PreviewFactory(organisation=order.organisation), owner=ken_ho())
    known: dict[str, Any] = {"amount": order.total, "currency": "HKD", "url": PAGE, "provider_id": f"cs_test_{number}",
                             "made_at": NOON, "expires_at": NOON + timedelta(minutes=32)}  # fmt: skip
    return PaymentLink.objects.create(
        organisation=order.organisation, order=order, account=PaymentAccount.objects.get(), request=request,
        **known | fields,
    )  # fmt: skip


def stripe_says(
    monkeypatch: pytest.MonkeyPatch, answer: Callable[[Asked], Made] | Exception | None = None
) -> list[Asked]:
    """Stripe without a wire: what it was asked for. It makes what is asked, or answers as the test says."""
    heard: list[Asked] = []

    def make(self: Stripe, account: PaymentAccount, asked: Asked) -> Made:
        heard.append(asked)
        if isinstance(answer, Exception):
            raise answer
        if answer is not None:
            return answer(asked)
        return Made(f"cs_test_{len(heard)}", PAGE, asked.expires_at)

    monkeypatch.setattr(Stripe, "make", make)
    return heard


def session_event(link: PaymentLink, told_as: str = "checkout.session.completed", **fields: Any) -> dict[str, Any]:
    """An event as Stripe writes it; the fields are the session's own."""
    session = {
        "id": link.provider_id, "object": "checkout.session", "payment_status": "paid", "payment_intent": "pi_1",
        "amount_total": int(link.amount * 100), "currency": "hkd", "metadata": {"countersign_link": str(link.pk)},
    } | fields  # fmt: skip
    return {"id": f"evt_{uuid.uuid4().hex}", "type": told_as, "created": int(NOON.timestamp()) + 60,
            "data": {"object": session}}  # fmt: skip


def refund_event(link: PaymentLink, cents: int) -> dict[str, Any]:
    charge = {"object": "charge", "payment_intent": "pi_1", "amount_refunded": cents, "currency": "hkd",
              "metadata": {"countersign_link": str(link.pk)}}  # fmt: skip
    return {"id": f"evt_{uuid.uuid4().hex}", "type": "charge.refunded", "created": int(NOON.timestamp()) + 120,
            "data": {"object": charge}}  # fmt: skip


def stripe_calls(event: dict[str, Any], *, secret: str = SECRET, key: str = KEY, at: datetime | None = None,
                 raw: bytes | None = None) -> int:  # fmt: skip
    """Stripe posts an event; the status of our answer. `raw` is what arrives when it is not what was signed."""
    body = orjson.dumps(event)
    moment = int((at or datetime.now(UTC)).timestamp())
    answer = Client().post(
        f"/payments/stripe/{key}", data=raw or body, content_type="application/json",
        headers={"Stripe-Signature": signature(body, secret, moment)},
    )  # fmt: skip
    return answer.status_code
