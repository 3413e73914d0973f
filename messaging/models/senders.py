"""What we send from: provider accounts, and the numbers on them."""

import uuid

from django.db import models
from django.utils.translation import gettext_lazy as _
from simple_history.models import HistoricalRecords

from accounts.models import Organisation
from accounts.secrets import SecretField
from messaging.models.consent import Channel


class WhatsAppAccount(models.Model):
    """A WhatsApp Business Account (WABA) and the app that speaks for it."""

    id = models.UUIDField(primary_key=True, default=uuid.uuid4, editable=False)
    organisation = models.ForeignKey(
        Organisation, on_delete=models.PROTECT, related_name="+", verbose_name=_("organisation")
    )
    name = models.CharField(_("name"), max_length=120)
    waba_id = models.CharField(_("WABA id"), max_length=40, unique=True)
    portfolio = models.CharField(
        _("business portfolio"), max_length=40, blank=True,
        help_text=_(
            "Its id at Meta. All numbers of a portfolio share one messaging limit. Accounts that name none are taken to"
            " be of one."
        ),
    )  # fmt: skip
    app_id = models.CharField(_("app id"), max_length=40, blank=True)
    access_token = SecretField(_("access token"), blank=True)
    app_secret = SecretField(_("app secret"), blank=True)
    previous_app_secret = SecretField(_("previous app secret"), blank=True)
    verify_token = SecretField(_("verify token"), blank=True)
    currency = models.CharField(_("currency"), max_length=3, default="USD")
    restricted_at = models.DateTimeField(_("restricted at"), null=True, blank=True)
    restriction = models.CharField(_("restriction"), max_length=120, blank=True)
    restricted_until = models.DateTimeField(
        _("restricted until"), null=True, blank=True, help_text=_("Empty while Meta names no end.")
    )
    restriction_told_at = models.DateTimeField(
        _("restriction told at"), null=True, blank=True, help_text=_("Meta's time of its last word on restrictions.")
    )

    class Meta:
        verbose_name = _("WhatsApp account")
        verbose_name_plural = _("WhatsApp accounts")

    def __str__(self) -> str:
        return self.name


class Sender(models.Model):
    """A number or sender ID on a carrier. `per_second` is the carrier's throughput limit in messages a second."""

    class Quality(models.TextChoices):
        GREEN = "GREEN", _("Green")
        YELLOW = "YELLOW", _("Yellow")
        RED = "RED", _("Red")
        UNKNOWN = "UNKNOWN", _("Unknown")

    id = models.UUIDField(primary_key=True, default=uuid.uuid4, editable=False)
    organisation = models.ForeignKey(
        Organisation, on_delete=models.PROTECT, related_name="+", verbose_name=_("organisation")
    )
    channel = models.CharField(_("channel"), max_length=8, choices=Channel.choices, default=Channel.WHATSAPP)
    carrier = models.CharField(_("carrier"), max_length=20, default="whatsapp")
    account = models.ForeignKey(
        WhatsAppAccount,
        on_delete=models.PROTECT,
        null=True,
        blank=True,
        related_name="senders",
        verbose_name=_("account"),
    )
    provider_ref = models.CharField(_("phone number id"), max_length=60)
    number = models.CharField(_("number"), max_length=20)
    display_name = models.CharField(_("display name"), max_length=120, blank=True)
    status = models.CharField(_("status"), max_length=20, default="CONNECTED")
    quality = models.CharField(_("quality"), max_length=8, choices=Quality.choices, default=Quality.UNKNOWN)
    tier = models.CharField(_("messaging limit"), max_length=20, default="TIER_250")
    per_second = models.PositiveIntegerField(_("messages a second"), default=80)
    limit_told_at = models.DateTimeField(_("limit told at"), null=True, blank=True)
    paused_at = models.DateTimeField(_("paused at"), null=True, blank=True)
    pause_reason = models.CharField(_("why it is paused"), max_length=200, blank=True)
    history = HistoricalRecords()

    class Meta:
        verbose_name = _("sender")
        verbose_name_plural = _("senders")
        constraints = (models.UniqueConstraint(fields=("carrier", "provider_ref"), name="sender_of_one_organisation"),)

    def __str__(self) -> str:
        return f"{self.display_name or self.number}"

    @property
    def phone_number_id(self) -> str:
        return self.provider_ref
