"""Which attempts that failed, or whose outcome is unknown, were tried again, by whose countersignature."""

from django.db import models
from django.utils.translation import gettext_lazy as _

from accounts.models import Organisation
from messaging.models.contacts import Contact
from messaging.models.messages import Attempt
from messaging.models.sends import Send


class Replacement(models.Model):
    """An attempt that failed, or whose outcome nobody knew, and the approved send that tries again in its place. Once
    each, for ever.

    Of an unknown outcome the person may have got both: this row is the only way by which that can happen, and it names
    who agreed to it.
    """

    attempt = models.OneToOneField(
        Attempt, on_delete=models.PROTECT, primary_key=True, related_name="replacement", verbose_name=_("attempt")
    )
    organisation = models.ForeignKey(
        Organisation, on_delete=models.PROTECT, related_name="+", db_index=False, verbose_name=_("organisation")
    )
    send = models.ForeignKey(
        Send, on_delete=models.PROTECT, related_name="replacements", db_index=False, verbose_name=_("send")
    )
    contact = models.ForeignKey(
        Contact, on_delete=models.PROTECT, related_name="+", db_index=False, verbose_name=_("contact")
    )

    class Meta:
        verbose_name = _("replaced attempt")
        verbose_name_plural = _("replaced attempts")
        constraints = (models.UniqueConstraint(fields=("send", "contact"), name="one_replacement_a_person"),)

    def __str__(self) -> str:
        return f"{self.attempt_id}"
