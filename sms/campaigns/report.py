"""The numbers of a campaign: four that everybody understands, which close with the exclusions, and what they cost."""

from collections.abc import Mapping
from dataclasses import dataclass
from decimal import Decimal

from django.db.models import Count, Q, Sum

from messaging.engine.tallies import Tally, failures_of, tally
from messaging.models import Message, Send, Status
from sms.models import Charge


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
class Report:
    """`estimated` is our price of everything that may have left; `charged` what gateways have said so far, by currency;
    `charges_known` for how many texts.
    """

    numbers: Tally
    confirmed: Confirmed
    failures: Mapping[str, int]
    countries: list[Country]
    estimated: Decimal
    charged: Mapping[str, Decimal]
    charges_known: int


def report_of(send: Send) -> Report:
    numbers = tally(send)
    charges = Charge.objects.filter(message__send=send)
    charged = charges.values_list("currency").annotate(Sum("amount")).order_by("currency")
    return Report(
        numbers=numbers,
        confirmed=confirmed(numbers),
        failures={code or "unknown": people for code, _text, people in failures_of(send)},
        countries=_countries(send),
        estimated=numbers.cost,
        charged=dict(charged),
        charges_known=charges.values("message").distinct().count(),
    )


def _countries(send: Send) -> list[Country]:
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
