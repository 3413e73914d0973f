"""What SMS cost an organisation in a month, and what is reserved for what has been scheduled.

Nothing is counted apart: a send has reserved the price of what may have arrived, and its cost ceiling is promised until
it ends. Amounts of different currencies are never added.
"""

from collections import defaultdict
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import datetime, time, timedelta
from decimal import Decimal
from typing import Any, Protocol
from uuid import UUID
from zoneinfo import ZoneInfo

from django.db.models import DateTimeField, DecimalField, F, Q, QuerySet, Sum, Value
from django.db.models.fields.json import KeyTextTransform
from django.db.models.functions import Coalesce, Greatest
from django.utils.translation import gettext_lazy as _

from accounts.models import Organisation
from approvals.numerals import number
from approvals.reasons import Reason, refuse_if_any
from approvals.registry import Call
from messaging.models import Channel, Message, Send, SendState, Status
from sms.models import Charge, Quota

_OPEN = (SendState.SCHEDULED, SendState.RELEASING, SendState.SENDING, SendState.PAUSED)
_COSTS_NOTHING = (Status.QUEUED, Status.FAILED, Status.EXCLUDED)
_MONEY: Any = DecimalField(max_digits=18, decimal_places=6)

Amounts = dict[str, Decimal]


@dataclass(frozen=True, slots=True)
class Month:
    """A month of an organisation's calendar, `until` not included."""

    since: datetime
    until: datetime

    def has(self, at: datetime) -> bool:
        return self.since <= at < self.until


@dataclass(frozen=True, slots=True)
class Use:
    """One currency in one month. `limit` is None where no quota was set."""

    limit: Decimal | None
    used: Decimal
    reserved: Decimal

    @property
    def left(self) -> Decimal | None:
        """What may still be spent; below 0 after the quota was lowered. None: there is no limit."""
        return None if self.limit is None else self.limit - self.used - self.reserved


class Spending(Protocol):
    """A contract that spends: what every contract of a send names."""

    @property
    def audience_id(self) -> UUID: ...

    @property
    def currency(self) -> str: ...

    @property
    def cost_ceiling(self) -> Decimal: ...

    @property
    def due_at(self) -> datetime: ...


def month_of(organisation: Organisation, at: datetime) -> Month:
    zone = ZoneInfo(organisation.timezone)
    first = at.astimezone(zone).date().replace(day=1)
    following = (first + timedelta(days=32)).replace(day=1)
    return Month(datetime.combine(first, time(), zone), datetime.combine(following, time(), zone))


def use_of(organisation: Organisation, month: Month, now: datetime, but_for: UUID | None = None) -> dict[str, Use]:
    """Currency -> use, for every currency with a quota or a send. `but_for` leaves the send to that audience out."""
    sends = Send.objects.filter(organisation=organisation, channel=Channel.SMS)
    if but_for is not None:
        sends = sends.exclude(audience=but_for)
    used, reserved = _used(sends, month, now), _reserved(sends, month, now)
    limits = dict(Quota.objects.filter(organisation=organisation).values_list("currency", "monthly"))
    none = Decimal(0)
    return {
        currency: Use(limits.get(currency), used.get(currency, none), reserved.get(currency, none))
        for currency in sorted({*limits, *used, *reserved})
    }


def charged_in(organisation: Organisation, month: Month) -> Amounts:
    """Currency -> what gateways have said in that month that they charged: later, and not for every text."""
    told = Charge.objects.filter(organisation=organisation, told_at__gte=month.since, told_at__lt=month.until)
    return dict(told.values_list("currency").annotate(Sum("amount")).order_by("currency"))


def _used(sends: QuerySet[Send], month: Month, now: datetime) -> Amounts:
    """Sends that went out within the month have it in their row; of one across a border the texts are asked."""
    ended = Coalesce("ended_at", Value(now, output_field=DateTimeField()))
    under_way = sends.filter(started_at__lt=month.until).annotate(last=ended).filter(last__gte=month.since)
    within = Q(started_at__gte=month.since, last__lt=month.until)
    found = _by_currency(under_way.filter(within), "reserved")
    across = under_way.exclude(within)
    texts = Message.objects.filter(send__in=across, handed_at__gte=month.since, handed_at__lt=month.until)
    spent = texts.exclude(status__in=_COSTS_NOTHING).annotate(
        currency=KeyTextTransform("currency", "send__preview__contract")
    )
    for currency, amount in spent.values_list("currency").annotate(Sum("price")).order_by("currency"):
        found[currency or ""] += amount
    return found


def _reserved(sends: QuerySet[Send], month: Month, now: datetime) -> Amounts:
    """What open sends may still spend: this month whatever is due by its end, later ones what begins in them."""
    waiting = sends.filter(state__in=_OPEN, due_at__lt=month.until)
    if not month.has(now):
        waiting = waiting.filter(due_at__gte=month.since)
    return _by_currency(waiting, Greatest(F("cost_ceiling") - F("reserved"), Value(Decimal(0)), output_field=_MONEY))


def _by_currency(sends: QuerySet[Send], amount: Any) -> Amounts:
    rows = sends.annotate(currency=KeyTextTransform("currency", "preview__contract")).values_list("currency")
    found: Amounts = defaultdict(Decimal)
    for currency, total in rows.annotate(total=Sum(amount)).order_by("currency"):
        found[currency or ""] += total
    return found


@dataclass(frozen=True, slots=True)
class WithinQuota:
    """The month's quota holds what this may cost beside all that is spent and scheduled.

    What has begun stays in the month that it began in: midnight of the last day stops no send.
    """

    def __call__(self, call: Call, contract: Spending) -> Iterator[Reason]:
        if not Quota.objects.filter(organisation=call.organisation, currency=contract.currency).exists():
            return
        own = Send.objects.filter(organisation=call.organisation, audience=contract.audience_id)
        has_begun = own.filter(started_at__isnull=False).exists()
        month = month_of(call.organisation, contract.due_at if has_begun else max(contract.due_at, call.now))
        use = use_of(call.organisation, month, call.now, contract.audience_id).get(contract.currency)
        left = use.left if use is not None else None
        if left is not None and contract.cost_ceiling > left:
            yield Reason(
                "over_quota",
                _("This may cost %(most)s %(currency)s; %(left)s are left of the month's SMS quota.")
                % {"most": number(contract.cost_ceiling), "left": number(max(left, Decimal(0))),
                   "currency": contract.currency},
                _("Spend less, wait for the next month, or ask an administrator for a larger quota."),
            )  # fmt: skip


def hold_quota(call: Call, contract: Spending) -> None:
    """Ask the quota again under its lock, so that two sends made at once cannot both take what is left.

    Everything that spends asks here: campaigns, what is sent again, automations and codes.

    Call it in the transaction that makes the send. Raises Refused.
    """
    own = Quota.objects.select_for_update(no_key=True).filter(organisation=call.organisation)
    if own.filter(currency=contract.currency).first() is not None:
        refuse_if_any(WithinQuota()(call, contract))
