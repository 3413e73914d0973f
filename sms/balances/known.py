"""What is known of the money at a gateway at a moment. What is not known, or not any more, is said, never guessed."""

from collections.abc import Iterable, Sequence
from datetime import datetime, timedelta
from decimal import Decimal
from enum import StrEnum
from typing import Annotated
from uuid import UUID

from django.utils import formats, timezone
from django.utils.translation import gettext as _
from pydantic import Field

from approvals.contracts import Contract
from approvals.numerals import number
from sms.models import SmsGateway

# Gateways are asked every five minutes; one that has not answered for so long says nothing about now.
COUNTS_FOR = timedelta(hours=1)


class Known(StrEnum):
    """How much is known. Only what is TOLD holds anything back."""

    TOLD = "told"
    STALE = "stale"
    UNKNOWN = "unknown"


class BalancePart(Contract):
    """What was known of the money at one gateway when the preview was made."""

    gateway_id: Annotated[UUID, Field(description="The gateway.")]
    gateway: Annotated[str, Field(description="Its name.")]
    balance: Annotated[Decimal | None, Field(description="What was left there as last told; null: never told.")]
    currency: Annotated[str, Field(description="ISO 4217 code.")]
    as_of: Annotated[datetime | None, Field(description="When it was told.")]
    reserve: Annotated[Decimal, Field(description="What is to stay in the account.")]
    known: Annotated[str, Field(description="told, stale or unknown: only what was told lately holds texts back.")]
    problem: Annotated[str, Field(description="Why nothing newer is known; empty otherwise.")]

    @property
    def free(self) -> Decimal:
        """What may be spent: never less than nothing."""
        return max((self.balance or Decimal(0)) - self.reserve, Decimal(0))

    def in_words(self) -> str:
        """One line for people."""
        if self.balance is None or self.as_of is None:
            why = self.problem or _("this gateway has no way to ask")
            return _("%(gateway)s: balance unknown (%(why)s).") % {"gateway": self.gateway, "why": why}
        words = {
            "gateway": self.gateway, "balance": number(self.balance), "currency": self.currency,
            "at": formats.date_format(timezone.localtime(self.as_of), "DATETIME_FORMAT"),
            "reserve": number(self.reserve), "why": self.problem or _("it was not asked since"),
        }  # fmt: skip
        if self.known == Known.STALE:
            return _("%(gateway)s: %(balance)s %(currency)s on %(at)s; today's is unknown (%(why)s).") % words
        if self.reserve:
            return _("%(gateway)s: %(balance)s %(currency)s on %(at)s, of which %(reserve)s are to stay.") % words
        return _("%(gateway)s: %(balance)s %(currency)s on %(at)s.") % words


def known_of(row: SmsGateway, now: datetime) -> BalancePart:
    known = Known.TOLD
    if row.balance is None or row.balance_at is None:
        known = Known.UNKNOWN
    elif row.balance_at <= now - COUNTS_FOR:
        known = Known.STALE
    return BalancePart(
        gateway_id=row.pk, gateway=row.name, balance=row.balance, currency=row.currency, as_of=row.balance_at,
        reserve=row.balance_reserve, known=known.value, problem=row.balance_problem,
    )  # fmt: skip


def balances_of(keys: Iterable[UUID], now: datetime) -> list[BalancePart]:
    """What is known of these gateways, in the order of their names."""
    rows = SmsGateway.objects.filter(pk__in=set(keys)).order_by("name", "pk")
    return [known_of(row, now) for row in rows]


def free_in(parts: Sequence[BalancePart]) -> Decimal | None:
    """What may be spent at these gateways together; None as long as one of them has not told."""
    if not parts or any(part.known != Known.TOLD for part in parts):
        return None
    return sum((part.free for part in parts), Decimal(0))
