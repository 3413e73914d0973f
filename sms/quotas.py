"""What SMS cost an organisation in a month, and what is reserved for what has been scheduled.

A send has reserved the price of what may have arrived, and its cost ceiling is promised until it ends. Amounts of
different currencies are never added. Who only wants to know what is left does not add up the month each time: what has
ended is kept added up on the quota's row, under the lock that every new send takes.
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
_IS_OPEN = Q(state__in=_OPEN, ended_at=None)
_COSTS_NOTHING = (Status.QUEUED, Status.FAILED, Status.EXCLUDED)
_MONEY: Any = DecimalField(max_digits=18, decimal_places=6)
# A send counts as ended for good when its transaction must have been committed...
_SETTLED = timedelta(minutes=10)
_STEP = timedelta(minutes=5)
# ...and reports that came after it are in the sum after this long at the latest.
_RECOUNT = timedelta(days=1)

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


def left_of(quota: Quota, month: Month, now: datetime, but_for: UUID | None = None) -> Decimal:
    """What may still be spent of this quota, as `Use.left`: what was added up last, and the sends since. Below 0 after
    the quota was lowered.
    """
    sends = _sends_in(quota)
    if but_for is not None:
        sends = sends.exclude(audience=but_for)
    is_counted = quota.counted_since == month.since and quota.counted_upto is not None
    ended = Q(ended_at__gt=quota.counted_upto) if is_counted else Q(ended_at__gte=month.since)
    spent = _total(_used(sends.filter(ended), month, now)) + _total(_used(sends.filter(_IS_OPEN), month, now))
    before = quota.counted if is_counted else Decimal(0)
    return quota.monthly - before - spent - _total(_reserved(sends, month, now))


def _count(quota: Quota, now: datetime) -> None:
    """Add what has ended since to the sum; from the beginning in a new month, and once a day. The row is locked."""
    month, upto = month_of(quota.organisation, now), now - _SETTLED
    ended = _sends_in(quota).filter(ended_at__lte=upto)
    is_old = quota.recounted_at is None or quota.recounted_at <= now - _RECOUNT
    if quota.counted_upto is None or quota.counted_since != month.since or is_old:
        quota.counted = _total(_used(ended.filter(ended_at__gte=month.since), month, now))
        quota.counted_since, quota.recounted_at = month.since, now
    elif quota.counted_upto > upto - _STEP:
        return
    else:
        quota.counted += _total(_used(ended.filter(ended_at__gt=quota.counted_upto), month, now))
    quota.counted_upto = upto
    names = ("counted", "counted_since", "counted_upto", "recounted_at")
    Quota.objects.filter(pk=quota.pk).update(**{name: getattr(quota, name) for name in names})


def _sends_in(quota: Quota) -> QuerySet[Send]:
    sends = Send.objects.filter(organisation=quota.organisation_id, channel=Channel.SMS)
    return sends.annotate(currency=KeyTextTransform("currency", "preview__contract")).filter(currency=quota.currency)


def _total(amounts: Amounts) -> Decimal:
    return sum(amounts.values(), Decimal(0))


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
        quotas = Quota.objects.select_related("organisation")
        quota = quotas.filter(organisation=call.organisation, currency=contract.currency).first()
        if quota is None:
            return
        own = Send.objects.filter(organisation=call.organisation, audience=contract.audience_id)
        has_begun = own.filter(started_at__isnull=False).exists()
        month = month_of(call.organisation, contract.due_at if has_begun else max(contract.due_at, call.now))
        left = left_of(quota, month, call.now, contract.audience_id)
        if contract.cost_ceiling > left:
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
    quota = own.filter(currency=contract.currency).first()
    if quota is not None:
        _count(quota, call.now)
        refuse_if_any(WithinQuota()(call, contract))
