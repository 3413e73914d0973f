"""sms_marketing.gateways.list."""

from datetime import datetime
from decimal import Decimal
from typing import Annotated
from uuid import UUID

from pydantic import Field

from accounts.budgets import today_of
from approvals.contracts import Answer, Ask
from approvals.registry import Call, Kind, tool
from sms.balances.known import known_of
from sms.gateways.gateway import gateway
from sms.models import SmsGateway
from sms.routing import prices_on

Country = Annotated[str, Field(pattern=r"^[A-Z]{2}$")]


class GatewaysAsk(Ask):
    country: Annotated[Country | None, Field(description="Only gateways that deliver to it, and only its price.")] = (
        None
    )


class GatewayRow(Answer):
    gateway_id: Annotated[UUID, Field(description="Its id.")]
    name: Annotated[str, Field(description="Its name here.")]
    kind: Annotated[str, Field(description="Whose gateway it is.")]
    position: Annotated[int, Field(description="Who is asked first; the next only if one has refused.")]
    connected: Annotated[bool, Field(description="Whether its secrets are set; they are never shown.")]
    paused: Annotated[str, Field(description="Why it is paused; empty unless it is.")]
    countries: Annotated[list[str], Field(description="Where it may deliver; empty: wherever it has a price.")]
    prices: Annotated[
        dict[str, Decimal], Field(description="Country -> what a part costs today. None: not used there.")
    ]
    currency: Annotated[str, Field(description="ISO 4217 code of its prices and balance.")]
    balance: Annotated[Decimal | None, Field(description="Money left there as last told; null: it has not told.")]
    balance_at: Annotated[datetime | None, Field(description="When it told.")]
    balance_known: Annotated[
        str, Field(description="told, stale or unknown: only a balance that was told lately holds texts back.")
    ]
    balance_problem: Annotated[str, Field(description="Why nothing newer is known; empty otherwise.")]
    reserve: Annotated[Decimal, Field(description="What is to stay there: below it campaigns are held, codes are not.")]
    per_second: Annotated[int, Field(description="Texts a second that it takes.")]
    receipts: Annotated[str, Field(description="Whose word a delivery is: handset, carrier or none.")]
    takes_replies: Annotated[bool, Field(description="Whether it brings texts from people.")]
    reports_price: Annotated[bool, Field(description="Whether it tells what it charged.")]
    largest_text: Annotated[int, Field(description="Characters of the longest text that it takes.")]


class Gateways(Answer):
    gateways: Annotated[list[GatewayRow], Field(description="In the order in which they are asked.")]


@tool(
    "sms_marketing.gateways.list",
    kind=Kind.READ,
    scope="sms:read",
    reads_first=("sms_marketing.config.get",),
    safety="Where a gateway has no price it sends nothing; keys and addresses of callbacks stay hidden.",
)
def list_gateways(call: Call, ask: GatewaysAsk) -> Gateways:
    """List SMS gateways with countries, prices a part, receipts, pace, balance and the order of falling back."""
    rows = list(SmsGateway.objects.filter(organisation=call.organisation).order_by("position", "name"))
    prices: dict[UUID, dict[str, Decimal]] = {row.pk: {} for row in rows}
    for (key, country), amount in prices_on(rows, today_of(call.organisation, call.now)).items():
        if ask.country in (None, country):
            prices[key][country] = amount
    wanted = [row for row in rows if ask.country is None or _delivers(row, ask.country, prices[row.pk])]
    return Gateways(gateways=[_gateway(row, prices[row.pk], call.now) for row in wanted])


def _delivers(row: SmsGateway, country: str, prices: dict[str, Decimal]) -> bool:
    return country in prices and (not row.countries or country in row.countries)


def _gateway(row: SmsGateway, prices: dict[str, Decimal], now: datetime) -> GatewayRow:
    can = gateway(row.kind).capabilities
    return GatewayRow(
        gateway_id=row.pk,
        name=row.name,
        kind=row.kind,
        position=row.position,
        connected=bool(row.secrets),
        paused=(row.pause_reason or "paused") if row.paused_at else "",
        countries=list(row.countries),
        prices=dict(sorted(prices.items())),
        currency=row.currency,
        balance=row.balance,
        balance_at=row.balance_at,
        balance_known=known_of(row, now).known,
        balance_problem=row.balance_problem,
        reserve=row.balance_reserve,
        per_second=row.per_second,
        receipts=can.receipts,
        takes_replies=can.takes_replies,
        reports_price=can.reports_price,
        largest_text=can.largest_text,
    )
