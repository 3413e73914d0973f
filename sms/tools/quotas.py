"""sms_marketing.quotas.get: what a month's texts may cost, have cost and are promised, and how many more would go."""

from datetime import datetime
from decimal import Decimal
from typing import Annotated

from django.utils.translation import gettext as _
from pydantic import Field

from accounts.budgets import today_of
from approvals.contracts import Answer, Ask
from approvals.registry import Call, Kind, tool
from sms.balances.known import free_in, known_of
from sms.models import SmsGateway
from sms.quotas import Use, charged_in, month_of, use_of
from sms.routing import prices_on


class QuotasAsk(Ask):
    month: Annotated[
        str, Field(pattern=r"^(20[0-9]{2}-(0[1-9]|1[0-2]))?$", description="2026-03; empty: this month.")
    ] = ""


class CurrencyRow(Answer):
    currency: Annotated[str, Field(description="ISO 4217 code.")]
    monthly: Annotated[Decimal | None, Field(description="The most in the month; null: no limit was set.")]
    used: Annotated[Decimal, Field(description="Our price of everything that may have arrived.")]
    reserved: Annotated[Decimal, Field(description="What scheduled and running sends may still spend.")]
    left: Annotated[Decimal | None, Field(description="What may still be scheduled; null: no limit.")]
    charged: Annotated[Decimal, Field(description="What gateways have said they charged; it comes late.")]


class BalanceRow(Answer):
    gateway: Annotated[str, Field(description="The gateway's name.")]
    balance: Annotated[Decimal | None, Field(description="Money left there as last told; null: not told.")]
    currency: Annotated[str, Field(description="Its currency.")]
    as_of: Annotated[datetime | None, Field(description="When it told.")]
    known: Annotated[str, Field(description="told, stale or unknown: only what was told lately is counted with.")]
    per_second: Annotated[int, Field(description="Texts a second that it takes.")]
    prices: Annotated[dict[str, Decimal], Field(description="Country -> what a part costs today.")]
    parts_left: Annotated[
        dict[str, int],
        Field(
            description="Country -> parts that quota and what is free of a balance told lately pay for, whichever ends"
            " first."
        ),
    ]


class Quotas(Answer):
    since: Annotated[datetime, Field(description="The month begins...")]
    until: Annotated[datetime, Field(description="...and ends before.")]
    currencies: Annotated[list[CurrencyRow], Field(description="One a currency; they are never added up.")]
    gateways: Annotated[list[BalanceRow], Field(description="The open gateways.")]
    billing: Annotated[str, Field(description="How texts are billed.")]


@tool(
    "sms_marketing.quotas.get",
    kind=Kind.READ,
    scope="sms:read",
    reads_first=("sms_marketing.config.get",),
    safety="What would go over the quota is refused when it is previewed, scheduled and released.",
)
def get_quotas(call: Call, ask: QuotasAsk) -> Quotas:
    """Read the month's SMS quota by currency, used and reserved, balances, prices a part and parts still paid for."""
    month = month_of(call.organisation, _middle(ask.month) if ask.month else call.now)
    uses, charged = use_of(call.organisation, month, call.now), charged_in(call.organisation, month)
    nothing = Use(None, Decimal(0), Decimal(0))
    rows = [
        _currency(one, uses.get(one, nothing), charged.get(one, Decimal(0))) for one in sorted({*uses, *charged} - {""})
    ]
    return Quotas(
        since=month.since,
        until=month.until,
        currencies=rows,
        gateways=_balances(call, uses),
        billing=_(
            "By part: up to 160 characters of the GSM alphabet or 70 others make one, 153 or 67 each of several."
        ),
    )


def _middle(month: str) -> datetime:
    """A moment that lies within the month in every time zone."""
    return datetime.fromisoformat(f"{month}-15T12:00:00+00:00")


def _currency(currency: str, use: Use, charged: Decimal) -> CurrencyRow:
    return CurrencyRow(
        currency=currency, monthly=use.limit, used=use.used, reserved=use.reserved, left=use.left, charged=charged
    )


def _balances(call: Call, uses: dict[str, Use]) -> list[BalanceRow]:
    rows = list(SmsGateway.objects.filter(organisation=call.organisation, paused_at=None).order_by("position", "name"))
    prices = prices_on(rows, today_of(call.organisation, call.now))
    return [
        _balance(row, {country: prices[key, country] for key, country in prices if key == row.pk},
                 uses.get(row.currency), call.now)
        for row in rows
    ]  # fmt: skip


def _balance(row: SmsGateway, prices: dict[str, Decimal], use: Use | None, now: datetime) -> BalanceRow:
    told = known_of(row, now)
    known = [one for one in (free_in([told]), use.left if use is not None else None) if one is not None]
    money = max(min(known), Decimal(0)) if known else None
    return BalanceRow(
        gateway=row.name,
        balance=row.balance,
        currency=row.currency,
        as_of=row.balance_at,
        known=told.known,
        per_second=row.per_second,
        prices=dict(sorted(prices.items())),
        parts_left={country: int(money // price) for country, price in sorted(prices.items()) if money is not None
                    and price > 0},
    )  # fmt: skip
