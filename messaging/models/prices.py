from django.db import models
from django.utils.translation import gettext_lazy as _


class Price(models.Model):
    """What one delivered message costs: the row with the newest `effective_from` that has begun counts.

    List prices begin at the month's first message. One with a higher `tier_min` is the price of that message of a month
    and of those after it, for messages of this market and category.
    """

    id = models.BigAutoField(primary_key=True)
    channel = models.CharField(_("channel"), max_length=8, default="whatsapp")
    effective_from = models.DateField(_("effective from"))
    currency = models.CharField(_("currency"), max_length=3)
    market = models.CharField(_("market"), max_length=40)
    category = models.CharField(_("category"), max_length=32)
    tier_min = models.PositiveIntegerField(_("from the month's message"), default=1)
    amount = models.DecimalField(_("amount"), max_digits=12, decimal_places=6)
    source = models.CharField(_("source"), max_length=200, blank=True)

    class Meta:
        verbose_name = _("price")
        verbose_name_plural = _("prices")
        constraints = (
            models.UniqueConstraint(
                fields=("channel", "currency", "market", "category", "effective_from", "tier_min"),
                name="one_price_at_a_time",
            ),
        )

    def __str__(self) -> str:
        return f"{self.market}/{self.category}: {self.amount} {self.currency}"
