"""estimate_cost and estimate_pricing: today's per-message prices under the names that callers know."""

from datetime import date
from decimal import Decimal
from typing import Annotated

from pydantic import Field

from accounts.models import Organisation
from approvals.contracts import Answer, Ask
from approvals.registry import Call, Kind, tool
from messaging.models import WhatsAppAccount
from messaging.pricing.quoting import ANYWHERE, Charged, Quote, quote

_MOST = 10_000_000

Country = Annotated[
    str,
    Field(min_length=2, max_length=7, description="Where the people are: an ISO code such as HK, or DEFAULT."),
]


class CostAsk(Ask):
    message_type: Annotated[Charged, Field(description="What Meta charges the messages as.")]
    recipient_country: Country = ANYWHERE
    quantity: Annotated[int, Field(ge=1, le=_MOST, description="How many messages are delivered.")] = 1


class PricingAsk(Ask):
    conversation_type: Annotated[Charged, Field(description="What Meta charges the message as.")]
    recipient_country: Country = ANYWHERE


class CostEstimate(Answer):
    message_type: Annotated[str, Field(description="What Meta charges the messages as.")]
    recipient_country: Annotated[str, Field(description="Where the people are.")]
    quantity: Annotated[int, Field(description="How many messages are delivered.")]
    cost_per_conversation: Annotated[
        str, Field(description="The next delivered message: Meta charges messages, no longer conversations.")
    ]
    total_estimated_cost: Annotated[str, Field(description="All of them, if every one is delivered and charged.")]
    currency: Annotated[str, Field(description="ISO 4217 code of both.")]
    pricing_category: Annotated[str, Field(description="The category on the rate card.")]
    pricing_model_version: Annotated[str, Field(description="How Meta charges, and the card in force: day and source.")]


class Pricing(Answer):
    country: Annotated[str, Field(description="Where the person is.")]
    conversation_type: Annotated[str, Field(description="What Meta charges the message as.")]
    cost_per_conversation: Annotated[float, Field(description="One delivered message.")]
    currency: Annotated[str, Field(description="ISO 4217 code of it.")]
    pricing_category: Annotated[str, Field(description="The category on the rate card.")]
    effective_date: Annotated[date, Field(description="Since when the card in force counts.")]


@tool(
    "estimate_cost",
    kind=Kind.READ,
    scope="meta:read",
    safety="Prices of the stored rate card, with its volume tiers where it has some; free entry points and free service"
    " messages are not taken off.",
)
def estimate_cost(call: Call, ask: CostAsk) -> CostEstimate:
    """Estimate what so many messages to one country cost, by the rate card in force today."""
    found = _quote(call, ask.recipient_country, ask.message_type)
    return CostEstimate(
        message_type=ask.message_type,
        recipient_country=found.country,
        quantity=ask.quantity,
        cost_per_conversation=in_full(found.amount),
        total_estimated_cost=in_full(found.total(ask.quantity)),
        currency=found.list_price.currency,
        pricing_category=found.category,
        pricing_model_version=found.card,
    )


@tool(
    "estimate_pricing",
    kind=Kind.READ,
    scope="meta:read",
    safety="The price of the stored rate card; what an invoice says may be less.",
)
def estimate_pricing(call: Call, ask: PricingAsk) -> Pricing:
    """Look up the price of one message to a country, by the rate card in force today."""
    found = _quote(call, ask.recipient_country, ask.conversation_type)
    return Pricing(
        country=found.country,
        conversation_type=ask.conversation_type,
        cost_per_conversation=float(found.amount),
        currency=found.list_price.currency,
        pricing_category=found.category,
        effective_date=found.list_price.effective_from,
    )


def _quote(call: Call, country: str, category: Charged) -> Quote:
    return quote(call.organisation, country, category, _currency_of(call.organisation), call.now)


def _currency_of(organisation: Organisation) -> str:
    """What Meta bills the organisation in; its own currency while it has no account."""
    account = WhatsAppAccount.objects.filter(organisation=organisation).order_by("name", "pk").first()
    return account.currency if account else organisation.currency


def in_full(amount: Decimal) -> str:
    """With four places, as rate cards print prices, and with more where there are more."""
    places = max(4, -int(amount.normalize().as_tuple().exponent))
    return f"{amount:.{places}f}"
