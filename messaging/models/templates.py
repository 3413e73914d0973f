"""Texts that messages are made of: one name, a translation a language. Meta reviews those of WhatsApp one by one."""

import uuid

from django.db import models
from django.utils.translation import gettext_lazy as _
from simple_history.models import HistoricalRecords

from accounts.models import Organisation
from messaging.models.consent import Category, Channel
from messaging.models.senders import WhatsAppAccount


class Template(models.Model):
    id = models.UUIDField(primary_key=True, default=uuid.uuid4, editable=False)
    organisation = models.ForeignKey(
        Organisation, on_delete=models.PROTECT, related_name="+", verbose_name=_("organisation")
    )
    channel = models.CharField(_("channel"), max_length=8, choices=Channel.choices, default=Channel.WHATSAPP)
    account = models.ForeignKey(
        WhatsAppAccount,
        on_delete=models.PROTECT,
        null=True,
        blank=True,
        related_name="templates",
        verbose_name=_("account"),
        help_text=_("Where Meta reviews it; only for WhatsApp."),
    )
    name = models.CharField(_("name"), max_length=512)
    category = models.CharField(_("category"), max_length=16, choices=Category.choices)
    default_language = models.CharField(_("default language"), max_length=16)
    version = models.PositiveIntegerField(_("version"), default=1, editable=False)
    created_at = models.DateTimeField(_("created at"))
    updated_at = models.DateTimeField(_("updated at"))
    history = HistoricalRecords()

    class Meta:
        verbose_name = _("template")
        verbose_name_plural = _("templates")
        constraints = (
            models.UniqueConstraint(fields=("account", "name"), name="template_name_once"),
            models.UniqueConstraint(
                fields=("organisation", "channel", "name"),
                name="template_name_once_a_channel",
                condition=models.Q(account=None),
            ),
            models.CheckConstraint(
                name="only_whatsapp_templates_have_an_account",
                condition=models.Q(channel=Channel.WHATSAPP, account__isnull=False)
                | (~models.Q(channel=Channel.WHATSAPP) & models.Q(account=None)),
            ),
        )

    def __str__(self) -> str:
        return self.name


class TranslationStatus(models.TextChoices):
    DRAFT = "DRAFT", _("Draft")
    SUBMITTING = "SUBMITTING", _("Being submitted")
    PENDING = "PENDING", _("In review")
    APPROVED = "APPROVED", _("Approved by Meta")
    FLAGGED = "FLAGGED", _("Approved, at risk")
    REJECTED = "REJECTED", _("Rejected by Meta")
    PAUSED = "PAUSED", _("Paused by Meta")
    DISABLED = "DISABLED", _("Disabled by Meta")
    ARCHIVED = "ARCHIVED", _("Archived")
    UNSURE = "UNSURE", _("Submission unknown")


SENDABLE = frozenset({TranslationStatus.APPROVED, TranslationStatus.FLAGGED})


class TemplateTranslation(models.Model):
    """One language of a template. `definition` is JSON and `digest` its hash: for WhatsApp what
    `messaging.whatsapp.templates.definition` describes, for SMS `{"text": ...}`.
    """

    id = models.UUIDField(primary_key=True, default=uuid.uuid4, editable=False)
    organisation = models.ForeignKey(
        Organisation, on_delete=models.PROTECT, related_name="+", verbose_name=_("organisation")
    )
    template = models.ForeignKey(
        Template, on_delete=models.CASCADE, related_name="translations", verbose_name=_("template")
    )
    language = models.CharField(_("language"), max_length=16)
    definition = models.JSONField(_("definition"))
    digest = models.CharField(_("content digest"), max_length=64)
    status = models.CharField(
        _("status"), max_length=12, choices=TranslationStatus.choices, default=TranslationStatus.DRAFT
    )
    meta_id = models.CharField(_("id at Meta"), max_length=40, blank=True)
    reviewed_category = models.CharField(_("category after review"), max_length=16, blank=True)
    announced_category = models.CharField(
        _("category from a day on"), max_length=16, blank=True, default="", help_text=_("Meta's warning of a change.")
    )
    announced_for = models.DateTimeField(_("changes category at"), null=True, blank=True)
    quality = models.CharField(_("quality"), max_length=8, default="UNKNOWN")
    rejection = models.CharField(_("why it was rejected"), max_length=500, blank=True)
    submitted_at = models.DateTimeField(_("submitted at"), null=True, blank=True)
    reviewed_at = models.DateTimeField(_("reviewed at"), null=True, blank=True)
    # Whose word is newer is told by Meta's own time: webhooks come out of order, and are tried again days later.
    quality_told_at = models.DateTimeField(_("quality told at"), null=True, blank=True)
    category_told_at = models.DateTimeField(_("category told at"), null=True, blank=True)
    history = HistoricalRecords()

    class Meta:
        verbose_name = _("template translation")
        verbose_name_plural = _("template translations")
        constraints = (
            models.UniqueConstraint(fields=("template", "language"), name="one_translation_a_language"),
            models.UniqueConstraint(
                fields=("meta_id",), name="one_translation_at_meta", condition=~models.Q(meta_id="")
            ),
        )

    def __str__(self) -> str:
        return f"{self.template.name} ({self.language})"

    @property
    def is_sendable(self) -> bool:
        return self.status in SENDABLE

    @property
    def category(self) -> str:
        """What Meta charges it as: its own word after the review, ours before."""
        return self.reviewed_category or self.template.category
