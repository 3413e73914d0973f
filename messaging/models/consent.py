"""Consent is append-only evidence; what it amounts to today is derived. Suppression is a no that stands over
everything.
"""

import pgtrigger
from django.db import models
from django.utils.translation import gettext_lazy as _

from accounts.models import Organisation
from approvals.triggers import frozen
from messaging.models.contacts import Contact
from messaging.models.hanging import ON_INSERT, ON_MOVE


class Channel(models.TextChoices):
    WHATSAPP = "whatsapp", _("WhatsApp")
    SMS = "sms", _("SMS")
    ANY = "any", _("Every channel")


class Category(models.TextChoices):
    MARKETING = "marketing", _("Marketing")
    UTILITY = "utility", _("Utility")
    AUTHENTICATION = "authentication", _("Authentication")
    SERVICE = "service", _("Service")
    ANY = "any", _("Every category")


class ConsentAct(models.TextChoices):
    GRANTED = "granted", _("Granted")
    WITHDRAWN = "withdrawn", _("Withdrawn")


class ConsentEvidence(models.Model):
    """One thing that happened: somebody agreed, or took it back, then and there."""

    id = models.BigAutoField(primary_key=True)
    # That contact and organisation belong together is checked by `hanging` (ADR 0011).
    organisation = models.ForeignKey(
        Organisation,
        on_delete=models.PROTECT,
        related_name="+",
        db_constraint=False,
        verbose_name=_("organisation"),
    )
    contact = models.ForeignKey(
        Contact,
        on_delete=models.PROTECT,
        related_name="consent_evidence",
        db_index=False,
        db_constraint=False,
        verbose_name=_("contact"),
    )
    channel = models.CharField(_("channel"), max_length=8, choices=Channel.choices)
    category = models.CharField(_("category"), max_length=16, choices=Category.choices)
    act = models.CharField(_("act"), max_length=10, choices=ConsentAct.choices)
    source = models.CharField(_("source"), max_length=120)
    detail = models.CharField(_("detail"), max_length=500, blank=True)
    occurred_at = models.DateTimeField(_("when it happened"))
    recorded_at = models.DateTimeField(_("recorded at"))
    recorded_by = models.CharField(_("recorded by"), max_length=80)
    customers_own_act = models.BooleanField(_("the customer's own verified act"), default=False)
    import_batch = models.ForeignKey(
        "messaging.ImportBatch",
        on_delete=models.PROTECT,
        null=True,
        blank=True,
        related_name="+",
        db_index=False,
        db_constraint=False,
        verbose_name=_("import"),
    )

    class Meta:
        verbose_name = _("consent evidence")
        verbose_name_plural = _("consent evidence")
        indexes = (models.Index(fields=("contact", "channel", "category", "-occurred_at"), name="evidence_of_contact"),)
        triggers = (frozen("evidence_is_append_only", pgtrigger.Update | pgtrigger.Delete), ON_INSERT)

    def __str__(self) -> str:
        return f"{self.get_act_display()} {self.occurred_at:%Y-%m-%d}"


class ConsentState(models.Model):
    """What the evidence amounts to: the newest act counts, and a withdrawal wins a tie."""

    id = models.BigAutoField(primary_key=True)
    # No index: a contact is asked for. That the two belong together is checked by `hanging` (ADR 0011).
    organisation = models.ForeignKey(
        Organisation,
        on_delete=models.PROTECT,
        related_name="+",
        db_index=False,
        db_constraint=False,
        verbose_name=_("organisation"),
    )
    contact = models.ForeignKey(
        Contact,
        on_delete=models.CASCADE,
        related_name="consent_states",
        db_index=False,
        db_constraint=False,
        verbose_name=_("contact"),
    )
    channel = models.CharField(_("channel"), max_length=8, choices=Channel.choices)
    category = models.CharField(_("category"), max_length=16, choices=Category.choices)
    state = models.CharField(_("state"), max_length=10, choices=ConsentAct.choices)
    since = models.DateTimeField(_("since"))
    source = models.CharField(_("source"), max_length=120, blank=True)

    class Meta:
        verbose_name = _("consent")
        verbose_name_plural = _("consents")
        constraints = (models.UniqueConstraint(fields=("contact", "channel", "category"), name="one_consent_state"),)
        triggers = (ON_INSERT, ON_MOVE)

    def __str__(self) -> str:
        return f"{self.channel}/{self.category}: {self.state}"


class SuppressionReason(models.TextChoices):
    STOP = "stop", _("Wrote STOP")
    PROVIDER = "provider", _("Stopped marketing in WhatsApp")
    BLOCKED = "blocked", _("Blocked")
    COMPLAINT = "complaint", _("Complained")
    REQUEST = "request", _("Asked us to stop")
    IMPORTED = "imported", _("Opted out before the import")


class Suppression(models.Model):
    """A standing no: the person is not written to, whatever their consent says, until their own act lifts it."""

    id = models.BigAutoField(primary_key=True)
    organisation = models.ForeignKey(
        Organisation, on_delete=models.PROTECT, related_name="+", verbose_name=_("organisation")
    )
    contact = models.ForeignKey(
        Contact, on_delete=models.PROTECT, related_name="suppressions", verbose_name=_("contact")
    )
    channel = models.CharField(_("channel"), max_length=8, choices=Channel.choices, default=Channel.ANY)
    category = models.CharField(_("category"), max_length=16, choices=Category.choices, default=Category.ANY)
    reason = models.CharField(_("reason"), max_length=12, choices=SuppressionReason.choices)
    source = models.CharField(_("source"), max_length=120)
    at = models.DateTimeField(_("since"))
    lifted_at = models.DateTimeField(_("lifted at"), null=True, blank=True)
    lifted_by = models.ForeignKey(
        ConsentEvidence, on_delete=models.PROTECT, null=True, blank=True, related_name="+", verbose_name=_("lifted by")
    )

    class Meta:
        verbose_name = _("opt-out")
        verbose_name_plural = _("opt-outs")
        constraints = (
            models.UniqueConstraint(
                fields=("contact", "channel", "category", "reason"),
                name="one_standing_no",
                condition=models.Q(lifted_at=None),
            ),
            models.CheckConstraint(
                name="lifted_only_by_evidence",
                condition=models.Q(lifted_at=None, lifted_by=None)
                | models.Q(lifted_at__isnull=False, lifted_by__isnull=False),
            ),
        )
        triggers = (frozen("suppression_is_never_deleted", pgtrigger.Delete),)

    def __str__(self) -> str:
        return f"{self.get_reason_display()} ({self.channel}/{self.category})"
