"""How often somebody was refused the same for the same reasons, by the hour."""

from django.db import models
from django.utils.translation import gettext_lazy as _

from accounts.models import Organisation


class Refusal(models.Model):
    """A counter, so that the record needs an entry for a few of many refusals. It holds codes and no arguments."""

    id = models.BigAutoField(primary_key=True)
    organisation = models.ForeignKey(
        Organisation, on_delete=models.PROTECT, related_name="+", db_index=False, verbose_name=_("organisation")
    )
    principal = models.CharField(_("who"), max_length=100)
    tool = models.CharField(_("tool"), max_length=100)
    codes = models.CharField(_("reasons"), max_length=400)
    hour = models.DateTimeField(_("hour"))
    times = models.PositiveIntegerField(_("times"), default=1)

    class Meta:
        verbose_name = _("refusal")
        verbose_name_plural = _("refusals")
        constraints = (
            models.UniqueConstraint(
                fields=("organisation", "principal", "tool", "codes", "hour"), name="refusals_counted_once"
            ),
        )

    def __str__(self) -> str:
        return f"{self.tool} ({self.codes}): {self.times}"
