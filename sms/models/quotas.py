"""What an organisation allows itself to spend on SMS in a month."""

from decimal import Decimal

from django.db import models
from django.utils.translation import gettext_lazy as _
from simple_history.models import HistoricalRecords

from accounts.models import Organisation


class Quota(models.Model):
    """The most that texts may cost in one month of the organisation's calendar, one row a currency.

    What is used and reserved is read from sends and messages (`sms.quotas`). Without a row there is no limit in that
    currency.
    """

    id = models.BigAutoField(primary_key=True)
    organisation = models.ForeignKey(
        Organisation, on_delete=models.PROTECT, related_name="+", verbose_name=_("organisation")
    )
    currency = models.CharField(_("currency"), max_length=3, help_text=_("ISO 4217 code, as gateways bill: HKD."))
    monthly = models.DecimalField(
        _("most a month"), max_digits=18, decimal_places=6, help_text=_("What is scheduled counts as spent.")
    )
    # What ended sends of a month have cost, added up as far as `counted_upto`, so that asking for what is left reads
    # the sends of the last minutes alone (`sms.quotas`). `recounted_at`: when it was last added up from the beginning.
    counted = models.DecimalField(max_digits=18, decimal_places=6, default=Decimal(0), editable=False)
    counted_since = models.DateTimeField(null=True, editable=False)
    counted_upto = models.DateTimeField(null=True, editable=False)
    recounted_at = models.DateTimeField(null=True, editable=False)
    history = HistoricalRecords(excluded_fields=["counted", "counted_since", "counted_upto", "recounted_at"])

    class Meta:
        verbose_name = _("SMS quota")
        verbose_name_plural = _("SMS quotas")
        constraints = (
            models.UniqueConstraint(fields=("organisation", "currency"), name="one_quota_a_currency"),
            models.CheckConstraint(name="quota_not_negative", condition=models.Q(monthly__gte=0)),
        )

    def __str__(self) -> str:
        return f"{self.monthly} {self.currency}"

    def clean(self) -> None:
        """One spelling: a quota in `hkd` would hold nothing back."""
        self.currency = self.currency.upper()
