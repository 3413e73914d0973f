"""Figures that came from outside: kept beside our own, with their source and evidence, never in their place."""

import uuid

import pgtrigger
from django.db import models
from django.utils.translation import gettext_lazy as _

from accounts.models import Organisation
from approvals.models import ActionRequest
from approvals.triggers import frozen
from sms.models.campaigns import Campaign
from sms.models.gateways import SmsGateway


class PerformanceSnapshot(models.Model):
    """What somebody read elsewhere for some days, or what a gateway told of its account on one. The database refuses to
    change one: a correction is another row that names it in `replaces`.
    """

    id = models.UUIDField(primary_key=True, default=uuid.uuid4, editable=False)
    organisation = models.ForeignKey(
        Organisation, on_delete=models.PROTECT, related_name="+", verbose_name=_("organisation")
    )
    campaign = models.ForeignKey(
        Campaign, on_delete=models.PROTECT, null=True, blank=True, related_name="snapshots", verbose_name=_("campaign")
    )
    gateway = models.ForeignKey(
        SmsGateway, on_delete=models.PROTECT, null=True, blank=True, related_name="+", verbose_name=_("gateway")
    )
    source = models.CharField(_("source"), max_length=120)
    method = models.CharField(_("how it was counted"), max_length=300)
    attribution = models.CharField(_("attribution"), max_length=300, blank=True)
    from_day = models.DateField(_("from"))
    until_day = models.DateField(_("until"))
    currency = models.CharField(_("currency"), max_length=3, blank=True)
    figures = models.JSONField(_("figures"), help_text=_("Amounts as text, so that no digit is lost."))
    evidence = models.JSONField(_("evidence"))
    replaces = models.OneToOneField(
        "self", on_delete=models.PROTECT, null=True, blank=True, related_name="replaced_by", verbose_name=_("replaces")
    )
    request = models.OneToOneField(
        ActionRequest,
        on_delete=models.PROTECT,
        related_name="snapshot",
        null=True,
        blank=True,
        verbose_name=_("asked for as"),
        help_text=_("Empty for what a gateway told when Countersign asked it by itself."),
    )
    recorded_at = models.DateTimeField(_("recorded at"))

    class Meta:
        verbose_name = _("outside figures")
        verbose_name_plural = _("outside figures")
        indexes = (models.Index(fields=("organisation", "-recorded_at"), name="snapshot_list"),)
        constraints = (
            models.CheckConstraint(name="snapshot_days", condition=models.Q(until_day__gte=models.F("from_day"))),
        )
        triggers = (frozen("snapshot_stays_as_it_is", pgtrigger.Update),)

    def __str__(self) -> str:
        return f"{self.source} {self.from_day}–{self.until_day}"
