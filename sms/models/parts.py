"""Texts of several parts: what became of each part of ours, and parts of theirs that wait for their siblings."""

from django.db import models
from django.utils.translation import gettext_lazy as _

from sms.models.gateways import SmsGateway


class SubmittedPart(models.Model):
    """One part of a text that a gateway took. `key` is its id there, where parts have ids of their own.

    `reference` is the attempt that the text went out with. Ids may come round again after months: the newest counts.
    """

    id = models.BigAutoField(primary_key=True)
    gateway = models.ForeignKey(
        SmsGateway, on_delete=models.CASCADE, related_name="+", db_index=False, verbose_name=_("gateway")
    )
    reference = models.UUIDField(_("reference"))
    part = models.PositiveSmallIntegerField(_("part"))
    parts = models.PositiveSmallIntegerField(_("parts"))
    key = models.CharField(_("id at the gateway"), max_length=64, blank=True)
    progress = models.CharField(_("progress"), max_length=10, default="accepted")
    code = models.CharField(_("error code"), max_length=20, blank=True)
    submitted_at = models.DateTimeField(_("submitted at"))

    class Meta:
        verbose_name = _("part of a text")
        verbose_name_plural = _("parts of texts")
        constraints = (models.UniqueConstraint(fields=("reference", "gateway", "part"), name="one_row_a_part"),)
        indexes = (
            models.Index(fields=("gateway", "key"), name="part_by_id"),
            models.Index(fields=("submitted_at",), name="parts_by_age"),
        )

    def __str__(self) -> str:
        return f"{self.part}/{self.parts}"


class ReceivedPart(models.Model):
    """A part of a text from a phone, as the gateway delivered it, until the other parts are there."""

    id = models.BigAutoField(primary_key=True)
    gateway = models.ForeignKey(
        SmsGateway, on_delete=models.CASCADE, related_name="+", db_index=False, verbose_name=_("gateway")
    )
    from_address = models.CharField(_("from"), max_length=65)
    to_address = models.CharField(_("to"), max_length=65)
    reference = models.PositiveIntegerField(_("number of the text"))
    parts = models.PositiveSmallIntegerField(_("parts"))
    part = models.PositiveSmallIntegerField(_("part"))
    unit = models.BinaryField(_("as delivered"))
    came_at = models.DateTimeField(_("came at"))

    class Meta:
        verbose_name = _("waiting part of a reply")
        verbose_name_plural = _("waiting parts of replies")
        constraints = (
            models.UniqueConstraint(
                fields=("gateway", "from_address", "to_address", "reference", "parts", "part"),
                name="one_waiting_part",
            ),
        )

    def __str__(self) -> str:
        return f"{self.part}/{self.parts}"
