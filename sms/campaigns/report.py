"""The numbers of a campaign: four that everybody understands, which close with the exclusions, and what they cost."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from decimal import Decimal
from uuid import UUID

from django.db import connection
from django.db.models import Count, Q, Sum

from messaging.engine.tallies import Tally, failures, tallies
from messaging.models import Message, Send, Status
from sms.models import Charge, SmsGateway
from sms.ways import tag_of

_BY_TAG = f"""
SELECT split_part(coalesce(provider_id, ''), ':', 1) AS tag, count(*) AS people,
       count(*) FILTER (WHERE status IN ({Status.DELIVERED:d}, {Status.READ:d})),
       count(*) FILTER (WHERE status = {Status.FAILED:d})
  FROM messaging_message WHERE send_id = %(send)s AND status <> {Status.EXCLUDED:d}
 GROUP BY 1 ORDER BY 2 DESC, 1
"""  # noqa: S608 - numbers of ours


@dataclass(frozen=True, slots=True)
class Confirmed:
    """People by how sure their text is. `unconfirmed` left and nobody has said that it arrived; `pending` may still
    leave. Neither is a success.
    """

    delivered: int
    failed: int
    unconfirmed: int
    pending: int
    excluded: int

    @property
    def total(self) -> int:
        return self.delivered + self.failed + self.unconfirmed + self.pending + self.excluded


def confirmed(numbers: Tally) -> Confirmed:
    return Confirmed(
        delivered=numbers.delivered + numbers.read,
        failed=numbers.failed,
        unconfirmed=numbers.sent + numbers.unsure,
        pending=numbers.queued + numbers.sending + numbers.accepted + numbers.held,
        excluded=sum(numbers.excluded.values()),
    )


@dataclass(frozen=True, slots=True)
class Country:
    """What became of the texts to one country."""

    country: str
    people: int
    delivered: int
    failed: int
    estimated: Decimal


@dataclass(frozen=True, slots=True)
class ByGateway:
    """What became of the texts that one gateway took; `name` is empty for those that none has taken."""

    name: str
    people: int
    delivered: int
    failed: int


@dataclass(frozen=True, slots=True)
class Report:
    """`estimated` is our price of everything that may have left; `charged` what gateways have said so far, by currency;
    `charges_known` for how many texts.
    """

    numbers: Tally
    confirmed: Confirmed
    failures: Mapping[str, int]
    estimated: Decimal
    charged: Mapping[str, Decimal]
    charges_known: int


def report_of(send: Send) -> Report:
    return reports_of([send])[send.pk]


def reports_of(sends: Sequence[Send]) -> dict[UUID, Report]:
    """The reports of several sends, in as few questions as that of one."""
    charges = Charge.objects.filter(message__send__in=sends)
    known = dict(charges.values_list("message__send").annotate(Count("message", distinct=True)).order_by())
    charged: dict[UUID, dict[str, Decimal]] = {send.pk: {} for send in sends}
    for key, currency, amount in charges.values_list("message__send", "currency").annotate(Sum("amount")).order_by():
        charged[key][currency] = amount
    numbers, failed = tallies(sends), failures(sends)
    return {
        send.pk: Report(
            numbers=numbers[send.pk],
            confirmed=confirmed(numbers[send.pk]),
            failures={code or "unknown": people for code, _text, people in failed[send.pk]},
            estimated=numbers[send.pk].cost,
            charged=dict(sorted(charged[send.pk].items())),
            charges_known=known.get(send.pk, 0),
        )
        for send in sends
    }


def gateways_of(send: Send) -> list[ByGateway]:
    """The texts by the gateway that took them: its tag stands before the id it gave. The busiest first."""
    own = SmsGateway.objects.filter(organisation=send.organisation_id).values_list("pk", "name")
    names = {tag_of(key): name for key, name in own}
    with connection.cursor() as cursor:
        cursor.execute(_BY_TAG, {"send": send.pk})
        rows = cursor.fetchall()
    return [ByGateway(names.get(tag, tag), *counts) for tag, *counts in rows]


def countries_of(send: Send) -> list[Country]:
    """The texts by country."""
    left = Q(status__gt=Status.QUEUED) & ~Q(status__in=(Status.FAILED, Status.EXCLUDED))
    rows = (
        Message.objects.filter(send=send)
        .exclude(status=Status.EXCLUDED)
        .values("market")
        .annotate(
            people=Count("pk"),
            delivered=Count("pk", filter=Q(status__in=(Status.DELIVERED, Status.READ))),
            failed=Count("pk", filter=Q(status=Status.FAILED)),
            estimated=Sum("price", filter=left),
        )
        .order_by("market")
    )
    return [
        Country(row["market"], row["people"], row["delivered"], row["failed"], row["estimated"] or Decimal(0))
        for row in rows
    ]
