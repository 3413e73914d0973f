from django.db import models
from django.utils.translation import gettext_lazy as _

from accounts.models import Organisation
from messaging.models import Message


class Charge(models.Model):
    """What a gateway said it charged for a message or a part of it. An estimate is the message's price and stays so."""

    id = models.BigAutoField(primary_key=True)
    organisation = models.ForeignKey(
        Organisation, on_delete=models.PROTECT, related_name="+", db_index=False, verbose_name=_("organisation")
    )
    message = models.ForeignKey(Message, on_delete=models.CASCADE, related_name="charges", verbose_name=_("message"))
    told_as = models.CharField(_("told as"), max_length=200, unique=True)
    amount = models.DecimalField(_("amount"), max_digits=18, decimal_places=8)
    currency = models.CharField(_("currency"), max_length=3)
    parts = models.PositiveSmallIntegerField(_("parts"), default=1)
    told_at = models.DateTimeField(_("told at"))

    class Meta:
        verbose_name = _("charge")
        verbose_name_plural = _("charges")

    def __str__(self) -> str:
        return f"{self.amount} {self.currency}"
