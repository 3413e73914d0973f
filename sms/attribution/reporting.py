"""Writing down what the shop reports. The shop's ids make it idempotent; nothing reported is changed afterwards."""

from datetime import datetime
from decimal import Decimal
from typing import Annotated, Literal

from django.db import transaction
from django.db.models import Sum
from django.utils.translation import gettext_lazy as _
from pydantic import Field

from accounts.actor import Actor
from approvals.contracts import Ask
from approvals.reasons import Reason, Refused
from audit.record import record
from sms.models import Conversion, Refund
from sms.shop.people import AboutSomebody, person_of
from sms.shop.told import Currency, Kept, ShopId, When, refuse_if_ahead, refuse_if_otherwise, said


class ConversionReport(AboutSomebody):
    conversion_id: ShopId
    kind: Annotated[Literal["order", "appointment", "payment"], Field(description="What it is.")]
    amount: Annotated[Decimal, Field(ge=0, max_digits=14, decimal_places=4, description="What it is worth.")]
    currency: Currency
    occurred_at: When


class RefundReport(Ask):
    refund_id: ShopId
    conversion_id: Annotated[str, Field(min_length=1, max_length=120, description="The conversion's id at the shop.")]
    amount: Annotated[Decimal, Field(gt=0, max_digits=14, decimal_places=4, description="What was given back.")]
    currency: Currency
    occurred_at: When


def keep_conversion(report: ConversionReport, actor: Actor, now: datetime) -> Kept:
    """Keep an order, appointment or payment. Raises Refused when its id stands for something else already."""
    refuse_if_ahead(report.occurred_at, now)
    contact = person_of(report, actor.organisation)
    facts = report.model_dump(include={"kind", "amount", "currency", "occurred_at"})
    with transaction.atomic():
        conversion, is_new = Conversion.objects.get_or_create(
            organisation=actor.organisation,
            shop_id=report.conversion_id,
            defaults={**facts, "contact": contact, "said": said(report), "reported_at": now},
        )
        refuse_if_otherwise(conversion.said, report, "conversion_id")
        if conversion.contact_id is None and contact is not None:  # has become known since it was told first
            Conversion.objects.filter(pk=conversion.pk, contact=None).update(contact=contact)
        if is_new:
            record("sms.conversion_reported", conversion, actor, now=now, kind=report.kind)
    return Kept(id=report.conversion_id, is_new=is_new, matched=bool(conversion.contact_id or contact))


def keep_refund(report: RefundReport, actor: Actor, now: datetime) -> Kept:
    """Keep what was given back. Raises Refused for more than was paid, and for an unknown conversion."""
    refuse_if_ahead(report.occurred_at, now)
    with transaction.atomic():
        # Of two refunds at once the second sees the first: together they are never more than what was paid.
        conversion = Conversion.objects.select_for_update(of=("self",)).filter(
            organisation=actor.organisation, shop_id=report.conversion_id
        ).first()  # fmt: skip
        if conversion is None:
            raise Refused(Reason("conversion_not_found", _("No conversion was reported by this id."),
                                 _("Report the conversion first."), "conversion_id"))  # fmt: skip
        before = Refund.objects.filter(organisation=actor.organisation, shop_id=report.refund_id).first()
        if before is not None:
            refuse_if_otherwise(before.said, report, "refund_id")
        else:
            _refuse_if_too_much(conversion, report)
            _write(conversion, report, actor, now)
    return Kept(id=report.refund_id, is_new=before is None, matched=conversion.contact_id is not None)


def _refuse_if_too_much(conversion: Conversion, report: RefundReport) -> None:
    if report.currency != conversion.currency:
        raise Refused(Reason("wrong_currency", _("This was paid in %s.") % conversion.currency,
                             _("Report the refund in the currency of the conversion."), "currency"))  # fmt: skip
    given_back = conversion.refunds.aggregate(total=Sum("amount"))["total"] or Decimal(0)
    if given_back + report.amount > conversion.amount:
        raise Refused(Reason("refund_too_large", _("More would be given back than was paid."),
                             _("Look at the refunds that were reported before."), "amount"))  # fmt: skip


def _write(conversion: Conversion, report: RefundReport, actor: Actor, now: datetime) -> None:
    refund = Refund.objects.create(
        organisation=actor.organisation,
        conversion=conversion,
        shop_id=report.refund_id,
        said=said(report),
        amount=report.amount,
        occurred_at=report.occurred_at,
        reported_at=now,
    )
    record("sms.refund_reported", refund, actor, now=now)
