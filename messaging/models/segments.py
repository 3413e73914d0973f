import uuid

from django.db import models
from django.utils.translation import gettext_lazy as _
from simple_history.models import HistoricalRecords

from accounts.models import Organisation


class Segment(models.Model):
    """A rule that says which contacts are meant. It is asked anew for each preview; a preview freezes the answer."""

    id = models.UUIDField(primary_key=True, default=uuid.uuid4, editable=False)
    organisation = models.ForeignKey(
        Organisation, on_delete=models.PROTECT, related_name="+", verbose_name=_("organisation")
    )
    name = models.CharField(_("name"), max_length=120)
    rule = models.TextField(_("rule"))
    purpose = models.CharField(_("purpose"), max_length=300, blank=True)
    is_everyone = models.BooleanField(_("means everyone"), default=False, editable=False)
    version = models.PositiveIntegerField(_("version"), default=1, editable=False)
    created_at = models.DateTimeField(_("created at"))
    updated_at = models.DateTimeField(_("updated at"))
    history = HistoricalRecords()

    class Meta:
        verbose_name = _("segment")
        verbose_name_plural = _("segments")
        constraints = (models.UniqueConstraint(fields=("organisation", "name"), name="segment_name_once"),)

    def __str__(self) -> str:
        return self.name
