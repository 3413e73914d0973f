"""What the shop says people bought, booked and gave back. Whether a text led to it is worked out when somebody asks."""

import uuid

from django.db import models
from django.utils.translation import gettext_lazy as _

from accounts.models import Organisation
from messaging.models import Contact


class Conversion(models.Model):
    """One order, appointment or payment, as the shop reported it. `shop_id` is the shop's own: said again it is the
    same one. `said` is a digest of what was reported, without whom, so that another report by that id is noticed.
    """

    class Kind(models.TextChoices):
        ORDER = "order", _("Order")
        APPOINTMENT = "appointment", _("Appointment")
        PAYMENT = "payment", _("Payment")

    id = models.UUIDField(primary_key=True, default=uuid.uuid4, editable=False)
    organisation = models.ForeignKey(
        Organisation, on_delete=models.PROTECT, related_name="+", verbose_name=_("organisation")
    )
    shop_id = models.CharField(_("id at the shop"), max_length=120)
    said = models.CharField(_("digest of the report"), max_length=64)
    kind = models.CharField(_("kind"), max_length=12, choices=Kind.choices)
    contact = models.ForeignKey(
        Contact, on_delete=models.SET_NULL, null=True, blank=True, related_name="+", verbose_name=_("contact")
    )
    amount = models.DecimalField(_("amount"), max_digits=14, decimal_places=4)
    currency = models.CharField(_("currency"), max_length=3)
    occurred_at = models.DateTimeField(_("occurred at"))
    reported_at = models.DateTimeField(_("reported at"))

    class Meta:
        verbose_name = _("conversion")
        verbose_name_plural = _("conversions")
        constraints = (
            models.UniqueConstraint(fields=("organisation", "shop_id"), name="conversion_once"),
            models.CheckConstraint(condition=models.Q(amount__gte=0), name="conversion_not_negative"),
        )
        indexes = (models.Index(fields=("organisation", "occurred_at"), name="conversions_by_time"),)

    def __str__(self) -> str:
        return self.shop_id


class Refund(models.Model):
    """Money of one conversion that was given back, in its currency."""

    id = models.UUIDField(primary_key=True, default=uuid.uuid4, editable=False)
    organisation = models.ForeignKey(
        Organisation, on_delete=models.PROTECT, related_name="+", verbose_name=_("organisation")
    )
    conversion = models.ForeignKey(
        Conversion, on_delete=models.CASCADE, related_name="refunds", verbose_name=_("conversion")
    )
    shop_id = models.CharField(_("id at the shop"), max_length=120)
    said = models.CharField(_("digest of the report"), max_length=64)
    amount = models.DecimalField(_("amount"), max_digits=14, decimal_places=4)
    occurred_at = models.DateTimeField(_("occurred at"))
    reported_at = models.DateTimeField(_("reported at"))

    class Meta:
        verbose_name = _("refund")
        verbose_name_plural = _("refunds")
        constraints = (
            models.UniqueConstraint(fields=("organisation", "shop_id"), name="refund_once"),
            models.CheckConstraint(condition=models.Q(amount__gt=0), name="refund_positive"),
        )

    def __str__(self) -> str:
        return self.shop_id
