"""What a tenant needs to sell: a product, an account with Stripe, an order; as rows, for whatever conversation."""

from datetime import timedelta
from decimal import Decimal
from typing import Any

from accounts.models import Organisation
from messaging.models import Conversation, Identity, Order, PaymentAccount, Product
from messaging.whatsapp.commerce.callbacks import hash_of_key
from tests.factories import NOON

SECRET = "whsec_harbour_tea"


def oolong_of(organisation: Organisation, **fields: Any) -> Product:
    """Ten tins of oolong at 88 dollars, in the own catalogue."""
    known: dict[str, Any] = {"sku": "OOLONG-100", "name": "Oolong, 100 g", "price": Decimal("88.00"),
                             "currency": "HKD", "stock": 10, "updated_at": NOON - timedelta(days=1)}  # fmt: skip
    return Product.objects.create(organisation=organisation, **known | fields)


def stripe_of(organisation: Organisation, key: str, **fields: Any) -> PaymentAccount:
    known: dict[str, Any] = {"name": "Stripe", "key": "sk_test_harbour_tea", "signing_secret": SECRET,
                             "callback_key": key, "callback_key_hash": hash_of_key(key)}  # fmt: skip
    return PaymentAccount.objects.create(organisation=organisation, **known | fields)


def plain_order(conversation: Conversation, state: str = "confirmed") -> Order:
    """An order over 176 dollars without lines."""
    return Order.objects.create(
        organisation=conversation.organisation, conversation=conversation, contact=conversation.contact, state=state,
        currency="HKD", total=Decimal(176), created_at=NOON, pay_by=NOON + timedelta(hours=72),
    )  # fmt: skip


def two_tins(conversation: Conversation, tin: Product, state: str = "confirmed") -> Order:
    order = plain_order(conversation, state)
    order.lines.create(organisation=order.organisation, product=tin, sku=tin.sku, name=tin.name, unit_price=tin.price,
                       quantity=2, source_name="own catalogue", seen_at=NOON)  # fmt: skip
    return order


def order_of(conversation: Conversation) -> Order:
    """A confirmed order, at a tenant that can sell; its customer wrote from their own number."""
    own = {"organisation": conversation.organisation, "contact": conversation.contact}
    phone = conversation.contact.phone or ""
    Identity.objects.get_or_create(kind="wa_id", value=phone.removeprefix("+"), **own)
    stripe_of(conversation.organisation, f"callback-key-of-{conversation.organisation.slug}")
    return two_tins(conversation, oolong_of(conversation.organisation))
