"""What is countersigned: a contract, frozen."""

import uuid

import pgtrigger
from django.db import models
from django.utils.translation import gettext_lazy as _

from accounts.models import Organisation
from approvals.canonical import seal_of
from approvals.triggers import frozen


class Preview(models.Model):
    """The frozen contract of a tool: what will happen, byte for byte, if somebody countersigns it."""

    id = models.UUIDField(primary_key=True, default=uuid.uuid4, editable=False)
    organisation = models.ForeignKey(
        Organisation, on_delete=models.PROTECT, related_name="+", verbose_name=_("organisation")
    )
    tool = models.CharField(_("tool"), max_length=80)
    maker = models.CharField(_("made by"), max_length=80)
    contract = models.JSONField(_("contract"))
    seal = models.CharField(_("seal"), max_length=64)
    concerns = models.JSONField(_("concerns"), default=list, help_text=_("The reasons the gate gave when it was made."))
    tainted = models.BooleanField(_("tainted"), default=False)
    created_at = models.DateTimeField(_("created at"))
    expires_at = models.DateTimeField(_("expires at"))

    class Meta:
        verbose_name = _("preview")
        verbose_name_plural = _("previews")
        triggers = (frozen("preview_is_frozen", pgtrigger.Update),)

    def __str__(self) -> str:
        return f"{self.tool} {self.pk}"

    @property
    def is_untouched(self) -> bool:
        return seal_of(self.contract) == self.seal
