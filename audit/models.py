"""The record: entries that are only ever added, and the segments in which they are sealed."""

from django.db import models
from django.utils.translation import gettext_lazy as _

from audit.spelling import XID_LIFT
from audit.triggers import APPEND_ONLY, NO_TRUNCATE, ONLY_FORWARD


class TransactionNumber(models.Func):
    """The number of the running transaction, by which the sealer knows that nothing can still arrive before an entry.

    PostgreSQL starts counting anew in a cluster that was restored from a dump; the lift (see `restored.py`) keeps the
    numbers climbing.
    """

    arity = 0
    template = f"(pg_current_xact_id()::text::bigint + {XID_LIFT})"
    output_field = models.BigIntegerField()


class Entry(models.Model):
    """One thing that happened. Says who, what and to which row; holds ids, never a person's data."""

    id = models.BigAutoField(primary_key=True)
    # No foreign key, which would lock the organisation's row for every entry: `triggers.KEPT` holds the other end.
    organisation = models.ForeignKey(
        "accounts.Organisation",
        on_delete=models.PROTECT,
        related_name="+",
        db_index=False,
        db_constraint=False,
        verbose_name=_("organisation"),
    )
    at = models.DateTimeField(_("when"))
    action = models.CharField(_("action"), max_length=100)
    actor_kind = models.CharField(_("kind of actor"), max_length=10)
    actor_principal = models.CharField(_("actor"), max_length=100, help_text=_("person:…, agent:… or system:…"))
    actor_label = models.CharField(_("actor's name"), max_length=100, help_text=_("Masked where it is a person's."))
    face = models.CharField(_("face"), max_length=10)
    subject_type = models.CharField(_("kind of subject"), max_length=100)
    subject_id = models.CharField(_("subject"), max_length=100)
    request_id = models.UUIDField(_("action request"), null=True)
    facts = models.JSONField(_("facts"), default=dict)
    xid = models.BigIntegerField(_("transaction"), db_default=TransactionNumber(), editable=False)

    # A reader's name for the person who acted, put there by whoever may show it; never kept.
    actor_name = ""

    class Meta:
        verbose_name = _("audit entry")
        verbose_name_plural = _("audit entries")
        ordering = ("-id",)
        triggers = (APPEND_ONLY, ONLY_FORWARD, NO_TRUNCATE)
        indexes = (
            # The chain's own order: by transaction, because a late commit may carry a lower id than a sealed entry.
            models.Index(fields=("organisation", "xid", "id"), name="audit_entry_chain"),
            models.Index(fields=("organisation", "-at", "-id"), name="audit_entry_at"),
            models.Index(fields=("subject_id", "subject_type"), name="audit_entry_subject"),
            models.Index(
                fields=("request_id",), name="audit_entry_request", condition=models.Q(request_id__isnull=False)
            ),
        )

    def __str__(self) -> str:
        return f"{self.id} {self.action}"


class Segment(models.Model):
    """Up to 10,000 entries of one organisation under a seal that also covers the seal before."""

    id = models.BigAutoField(primary_key=True)
    organisation = models.ForeignKey(
        "accounts.Organisation", on_delete=models.PROTECT, related_name="+", verbose_name=_("organisation")
    )
    number = models.PositiveIntegerField(_("number"), help_text=_("Counts from 1 within the organisation."))
    entries = models.PositiveIntegerField(_("entries"))
    entries_so_far = models.PositiveBigIntegerField(_("entries so far"), help_text=_("This segment and all before it."))
    first_entry_id = models.BigIntegerField(_("first entry"))
    last_entry_id = models.BigIntegerField(_("last entry"))
    last_xid = models.BigIntegerField(_("last transaction"))
    leaves = models.BinaryField(_("leaves"), help_text=_("40 bytes an entry: its number, then its SHA-256."))
    root = models.CharField(_("root"), max_length=64)
    previous = models.CharField(_("previous seal"), max_length=64)
    seal = models.CharField(_("seal"), max_length=64)
    sealed_at = models.DateTimeField(_("sealed at"))

    class Meta:
        verbose_name = _("sealed segment")
        verbose_name_plural = _("sealed segments")
        ordering = ("organisation", "-number")
        triggers = (APPEND_ONLY, NO_TRUNCATE)
        constraints = (models.UniqueConstraint(fields=("organisation", "number"), name="audit_segment_once"),)
        indexes = (models.Index(fields=("last_xid",), name="audit_segment_last"),)

    def __str__(self) -> str:
        return f"{self.number}: {self.seal[:12]}"
