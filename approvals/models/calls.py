"""What the door remembers of calls: answers that were given, and customers' words that were read."""

from django.db import models
from django.utils.translation import gettext_lazy as _

from accounts.models import Organisation
from approvals.models.requests import ActionRequest


class IdempotentCall(models.Model):
    """The first answer to a write, kept so that the same key with the same arguments is answered again, not done
    again.
    """

    id = models.BigAutoField(primary_key=True)
    organisation = models.ForeignKey(
        Organisation, on_delete=models.CASCADE, related_name="+", verbose_name=_("organisation")
    )
    principal = models.CharField(_("actor"), max_length=80)
    tool = models.CharField(_("tool"), max_length=80)
    key = models.CharField(_("key"), max_length=200)
    arguments_seal = models.CharField(_("seal of the arguments"), max_length=64)
    request = models.ForeignKey(
        ActionRequest, on_delete=models.PROTECT, null=True, related_name="+", verbose_name=_("action request")
    )
    answer = models.JSONField(_("answer"), default=dict)
    created_at = models.DateTimeField(_("created at"))

    class Meta:
        verbose_name = _("idempotent call")
        verbose_name_plural = _("idempotent calls")
        constraints = (
            models.UniqueConstraint(fields=("organisation", "principal", "tool", "key"), name="one_call_a_key"),
        )

    def __str__(self) -> str:
        return f"{self.tool} {self.key}"


class UntrustedRead(models.Model):
    """When an actor last read text that a customer wrote: what it asks for soon after is tainted."""

    principal = models.CharField(max_length=80, primary_key=True)
    organisation = models.ForeignKey(
        Organisation, on_delete=models.CASCADE, related_name="+", verbose_name=_("organisation")
    )
    at = models.DateTimeField(_("at"))

    class Meta:
        verbose_name = _("untrusted read")
        verbose_name_plural = _("untrusted reads")

    def __str__(self) -> str:
        return f"{self.principal} {self.at:%Y-%m-%d %H:%M}"
