"""What is asked for and what is countersigned when an order is made in a conversation or its payment link is sent."""

from datetime import datetime
from decimal import Decimal
from enum import StrEnum
from typing import Annotated
from uuid import UUID

from django.utils.translation import gettext as _
from pydantic import BaseModel, ConfigDict, Field

from accounts.budgets import Spend
from approvals.contracts import Answer, Ask, Contract
from approvals.masking import Personal
from messaging.models import OrderState
from messaging.whatsapp.commerce.identity import CustomerIdentity, Named
from messaging.whatsapp.commerce.money import money
from messaging.whatsapp.session.contract import ReplyTerms

MOST_LINES, MOST_PIECES = 20, 10_000
Sku = Annotated[str, Field(min_length=1, max_length=80, description="The product's number.")]


class Step(StrEnum):
    CREATE_ORDER = "create_order"
    SEND_LINK = "send_link"


# Step -> the one write that carries it out.
WRITES = {
    Step.CREATE_ORDER: "whatsapp.order.create_from_chat",
    Step.SEND_LINK: "whatsapp.payment_link.send",
}


class LineAsk(BaseModel):
    model_config = ConfigDict(extra="forbid")

    sku: Sku
    quantity: Annotated[int, Field(ge=1, le=MOST_PIECES, description="How many pieces.")]


class OrderAsk(Ask):
    conversation_id: Annotated[UUID, Field(description="An id of whatsapp.conversations.list: the customer's own.")]
    step: Annotated[Step, Field(description="create_order, or send_link for an order that is confirmed.")]
    lines: Annotated[
        list[LineAsk], Field(max_length=MOST_LINES, description="create_order: what is ordered, each product once.")
    ] = []
    note: Annotated[str, Field(max_length=500, description="create_order: a note of ours on the order.")] = ""
    order_id: Annotated[UUID | None, Field(description="send_link: the order, of the same conversation.")] = None
    text: Annotated[
        str,
        Field(max_length=600, description="send_link: what stands above the order in the message; empty: our words."),
    ] = ""
    confirmed_fields: Annotated[
        list[Named], Field(max_length=5, description="What was confirmed with the customer besides their number.")
    ] = []


class _Part(BaseModel):
    model_config = ConfigDict(extra="forbid", frozen=True)


class LinePart(_Part):
    product_id: Annotated[UUID, Field(description="The product.")]
    sku: Sku
    name: Annotated[str, Field(description="Its name on that day.")]
    quantity: Annotated[int, Field(description="How many pieces.")]
    unit_price: Annotated[Decimal, Field(description="What one costs.")]
    amount: Annotated[Decimal, Field(description="What they cost together.")]
    stock: Annotated[int | None, Field(description="How many there were; null where nobody counts.")]
    source: Annotated[str, Field(description="Who says so.")]
    seen_at: Annotated[datetime, Field(description="When they said so.")]


class LinkTerms(_Part):
    paid_through: Annotated[str, Field(description="Who takes the payment.")]
    account_id: Annotated[UUID, Field(description="Our account there.")]
    amount: Annotated[Decimal, Field(description="What is paid with it, and nothing else.")]
    currency: Annotated[str, Field(description="ISO 4217 code.")]
    lasts_minutes: Annotated[int, Field(description="Minutes after it was made in which it can be paid.")]
    times: Annotated[int, Field(description="How often it can be paid.")]


class OrderContract(Contract):
    """Both steps. The terms of a send are those of `reply`; the engine reads them here."""

    step: Annotated[Step, Field(description="What is countersigned.")]
    conversation_id: Annotated[UUID, Field(description="The conversation.")]
    order_id: Annotated[UUID, Field(description="The order; one that is to be created will have this id.")]
    customer: Annotated[CustomerIdentity, Field(description="Who the customer is, and how that was confirmed.")]
    lines: Annotated[list[LinePart], Field(description="What is ordered, with price and stock of that moment.")]
    total: Annotated[Decimal, Field(description="What the order costs.")]
    order_currency: Annotated[str, Field(description="ISO 4217 code of the order.")]
    note: Annotated[str, Personal("text"), Field(description="Our note.")]
    link: Annotated[LinkTerms | None, Field(description="The payment link's terms; null while an order is created.")]
    reply: Annotated[
        ReplyTerms | None, Field(description="The message, with a place for the link; null while an order is created.")
    ]

    @property
    def terms(self) -> ReplyTerms:
        assert self.reply is not None, "an order alone sends nothing"
        return self.reply

    @property
    def audience_id(self) -> UUID:
        return self.terms.audience_id

    @property
    def audience_digest(self) -> str:
        return self.terms.audience_digest

    @property
    def included(self) -> int:
        return self.terms.included

    @property
    def sender_id(self) -> UUID:
        return self.terms.sender_id

    @property
    def sender_name(self) -> str:
        return self.terms.sender_name

    @property
    def category(self) -> str:
        return self.terms.category

    @property
    def due_at(self) -> datetime:
        return self.terms.due_at

    @property
    def not_after(self) -> datetime:
        return self.terms.not_after

    @property
    def per_second(self) -> int:
        return self.terms.per_second

    @property
    def currency(self) -> str:
        return self.terms.currency

    @property
    def cost_ceiling(self) -> Decimal:
        return self.terms.cost_ceiling

    def spend(self) -> Spend:
        return self.reply.spend() if self.reply is not None else Spend()

    def message_category(self) -> str:
        return self.reply.category if self.reply is not None else ""

    def is_for(self, tool: str) -> bool:
        return WRITES[self.step] == tool

    def sentence(self) -> str:
        amount = money(self.total, self.order_currency)
        if self.step is Step.CREATE_ORDER:
            return _("Create an order over %s from a conversation") % amount
        return _("Send a customer the payment link for an order over %s") % amount


class OrderCreated(Answer):
    order_id: Annotated[UUID, Field(description="Pass it to whatsapp.order_payment_message.preview to send its link.")]
    reference: Annotated[str, Field(description="What people call it by.")]
    state: Annotated[OrderState, Field(description="confirmed.")]
    total: Annotated[Decimal, Field(description="What it costs.")]
    currency: Annotated[str, Field(description="ISO 4217 code.")]
    pay_by: Annotated[datetime, Field(description="It expires when it is not paid by then.")]


class LinkSent(Answer):
    """The link itself is nowhere in here: it goes to the customer and to nobody else."""

    order_id: Annotated[UUID, Field(description="The order.")]
    payment_link_id: Annotated[UUID, Field(description="The link, as we know it.")]
    state: Annotated[str, Field(description="open: it can be paid.")]
    expires_at: Annotated[datetime, Field(description="Until when it can be paid.")]
