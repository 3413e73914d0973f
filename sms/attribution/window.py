"""Whose sale it was: for each conversion of a period the last human click before it, and what else had reached them."""

from collections.abc import Collection, Iterator
from dataclasses import dataclass
from datetime import datetime, timedelta
from decimal import Decimal
from functools import reduce
from operator import or_
from typing import Any
from uuid import UUID

from django.db.models import DecimalField, Exists, OuterRef, Q, QuerySet, Subquery, Sum, Value
from django.db.models.functions import Coalesce, Greatest

from accounts.models import Organisation
from messaging.models import Channel, Message, Send, Status
from sms.links.counting import human_clicks
from sms.models import Conversion, Refund

# For how long a click counts, unless somebody asks for other days. (?)
WINDOW = timedelta(days=7)
# Without a click: a text that reached the phone this long before is told of, and never counted as revenue. (?)
VIEWED = timedelta(hours=24)
_ARRIVED = (Status.DELIVERED, Status.READ)
_LEFT = (Status.ACCEPTED, Status.HELD, Status.SENT, *_ARRIVED)


@dataclass(frozen=True, slots=True)
class Period:
    """Conversions from `since` until before `until`; a click counts for `window` after it."""

    since: datetime
    until: datetime
    window: timedelta


@dataclass(frozen=True, slots=True)
class Sale:
    """One conversion. `send_id` is the send whose link was clicked last in the window; None without such a click.

    `clicked` says whether any link of the sends that are asked about was clicked in the window, `viewed` whether one of
    their texts arrived shortly before. `whatsapp_at` is when WhatsApp last reached the person in the window.
    """

    kind: str
    currency: str
    amount: Decimal
    refunded: Decimal
    is_known: bool
    send_id: UUID | None
    clicked_at: datetime | None
    clicked: bool
    viewed: bool
    whatsapp_at: datetime | None


def sales_of(organisation: Organisation, sends: Collection[UUID] | None, period: Period) -> Iterator[Sale]:
    """The conversions of a period. `sends` None means all texts of the organisation."""
    rows = Conversion.objects.filter(
        organisation=organisation, occurred_at__gte=period.since, occurred_at__lt=period.until
    )
    clicks = _clicks(period.window)
    mine = clicks if sends is None else clicks.filter(send__in=list(sends))
    annotated = credited(rows, period.window).annotate(
        clicked=Exists(mine),
        viewed=reduce(or_, (Exists(texts) for texts in _viewed(sends))),
        whatsapp_at=Greatest(
            *(Subquery(found.order_by("-handed_at").values("handed_at")[:1]) for found in _whatsapp(period))
        ),
    )
    columns = ("kind", "currency", "amount", "refunded", "contact_id", "send", "clicked_at", "clicked", "viewed",
               "whatsapp_at")  # fmt: skip
    for kind, currency, amount, refunded, contact, *rest in annotated.values_list(*columns).iterator(2_000):
        yield Sale(kind, currency, amount, refunded, contact is not None, *rest)


def credited(conversions: QuerySet[Conversion], window: timedelta) -> QuerySet[Conversion]:
    """The conversions with `refunded`, and `send` and `clicked_at` of the last click in the window before, if any."""
    last = _clicks(window).order_by("-at", "-pk")
    return conversions.annotate(
        refunded=_refunded(), send=Subquery(last.values("send")[:1]), clicked_at=Subquery(last.values("at")[:1])
    )


def sends_with_retries(send: Send) -> list[UUID]:
    """A send and the sends that sent its failed texts again."""
    found = [send.pk]
    retries = Send.objects.filter(organisation=send.organisation_id, kind=Send.Kind.RETRY)
    for key in found:  # grows while it is gone through: a retry may have been retried
        found += retries.filter(preview__contract__replaced_send_id=str(key)).values_list("pk", flat=True)
    return found


def _clicks(window: timedelta) -> QuerySet[Any]:
    """Clicks by people, of links in texts, in the window before the conversion."""
    return human_clicks().filter(
        organisation=OuterRef("organisation"),
        contact=OuterRef("contact"),
        send__isnull=False,
        at__lte=OuterRef("occurred_at"),
        at__gt=OuterRef("occurred_at") - Value(window),
    )


def _refunded() -> Coalesce:
    """Everything that was given back of it until now, whenever that was."""
    sums = Refund.objects.filter(conversion=OuterRef("pk")).values("conversion").annotate(total=Sum("amount"))
    amount: DecimalField[Any, Any] = DecimalField(max_digits=14, decimal_places=4)
    return Coalesce(Subquery(sums.values("total")), Value(Decimal(0)), output_field=amount)


def _of_the_person() -> tuple[QuerySet[Message], QuerySet[Message]]:
    """The messages of who converted: by the contact they were written for, and by the tries, which follow a merge."""
    own = OuterRef("contact")
    return Message.objects.filter(contact=own), Message.objects.filter(attempts__contact=own)


def _viewed(sends: Collection[UUID] | None) -> Iterator[QuerySet[Message]]:
    which = Q(send__channel=Channel.SMS) if sends is None else Q(send__in=list(sends))
    for messages in _of_the_person():
        yield messages.filter(
            which,
            status__in=_ARRIVED,
            delivered_at__lte=OuterRef("occurred_at"),
            delivered_at__gt=OuterRef("occurred_at") - Value(VIEWED),
        )


def _whatsapp(period: Period) -> Iterator[QuerySet[Message]]:
    for messages in _of_the_person():
        yield messages.filter(
            send__channel=Channel.WHATSAPP,
            status__in=_LEFT,
            handed_at__lte=OuterRef("occurred_at"),
            handed_at__gt=OuterRef("occurred_at") - Value(period.window),
        )
