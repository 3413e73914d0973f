"""A contact file on its way in: read and judged row by row for the preview, merged only after approval."""

import uuid

import pgtrigger
from django.contrib.postgres.fields import ArrayField
from django.db import models
from django.utils.translation import gettext_lazy as _

from accounts.models import Organisation
from approvals.triggers import frozen


class ImportBatch(models.Model):
    id = models.UUIDField(primary_key=True, default=uuid.uuid4, editable=False)
    organisation = models.ForeignKey(
        Organisation, on_delete=models.PROTECT, related_name="+", verbose_name=_("organisation")
    )
    name = models.CharField(_("file name"), max_length=200)
    digest = models.CharField(_("digest of the file"), max_length=64)
    rows_digest = models.CharField(_("digest of the rows"), max_length=64, blank=True)
    encoding = models.CharField(_("encoding"), max_length=20, blank=True)
    columns = models.JSONField(_("columns"), default=dict)
    counts = models.JSONField(_("counts"), default=dict)
    made_by = models.CharField(_("made by"), max_length=80)
    created_at = models.DateTimeField(_("created at"))
    merged_at = models.DateTimeField(_("merged at"), null=True, blank=True)

    class Meta:
        verbose_name = _("contact import")
        verbose_name_plural = _("contact imports")
        # What names it (people, evidence) has no foreign key to it (ADR 0011), and evidence must go on leading to it.
        triggers = (frozen("import_is_kept", pgtrigger.Delete),)

    def __str__(self) -> str:
        return self.name


class ImportRow(models.Model):
    """One line of the file with its verdict: what will be done with it, or why not."""

    class Verdict(models.TextChoices):
        NEW = "new", _("New contact")
        UPDATE = "update", _("Known contact")
        DUPLICATE = "duplicate", _("Same person as an earlier line")
        INVALID = "invalid", _("Not a valid row")
        NO_CONSENT = "no_consent", _("No traceable consent")
        OPT_OUT = "opt_out", _("Opt-out to be recorded")

    id = models.BigAutoField(primary_key=True)
    batch = models.ForeignKey(
        ImportBatch,
        on_delete=models.CASCADE,
        related_name="rows",
        db_index=False,
        db_constraint=False,
        verbose_name=_("import"),
    )
    line = models.PositiveIntegerField(_("line"))
    phone = models.CharField(_("phone"), max_length=16, blank=True)
    name = models.CharField(_("name"), max_length=200, blank=True)
    language = models.CharField(_("language"), max_length=16, blank=True)
    country = models.CharField(_("country"), max_length=2, blank=True)
    tags = ArrayField(models.CharField(max_length=60), default=list, verbose_name=_("tags"))
    attributes = models.JSONField(_("attributes"), default=dict)
    crm_id = models.CharField(_("CRM id"), max_length=120, blank=True)
    consent_category = models.CharField(_("consent category"), max_length=16, blank=True)
    consent_source = models.CharField(_("consent source"), max_length=120, blank=True)
    consent_at = models.DateTimeField(_("consent given at"), null=True, blank=True)
    opt_out = models.BooleanField(_("opted out"), default=False)
    verdict = models.CharField(_("verdict"), max_length=12, choices=Verdict.choices)
    problems = models.JSONField(_("problems"), default=list)

    class Meta:
        verbose_name = _("import row")
        verbose_name_plural = _("import rows")
        constraints = (models.UniqueConstraint(fields=("batch", "line"), name="one_row_a_line"),)

    def __str__(self) -> str:
        return f"{self.line}: {self.verdict}"
