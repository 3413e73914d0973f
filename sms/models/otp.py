"""One-time passwords: their texts, an organisation's limits, and each code that was asked for."""

import uuid
from decimal import Decimal

from django.contrib.postgres.fields import ArrayField
from django.db import models
from django.db.models import F, Q
from django.utils.translation import gettext_lazy as _
from simple_history.models import HistoricalRecords

from accounts.models import Organisation, Person
from accounts.secrets import SecretField
from messaging.models import Send
from sms.models.sender_ids import SenderId

MOST_TRIES = 5


class OtpTemplate(models.Model):
    """A text for one purpose, by language; `{{code}}` is the only thing in it that differs from person to person.

    It counts once somebody else than its author has approved it, and not any more when it was edited since.
    """

    id = models.UUIDField(primary_key=True, default=uuid.uuid4, editable=False)
    organisation = models.ForeignKey(
        Organisation, on_delete=models.PROTECT, related_name="+", verbose_name=_("organisation")
    )
    name = models.CharField(_("name"), max_length=120)
    purpose = models.SlugField(
        _("purpose"), max_length=40, help_text=_("What a code is good for, like login or payment; for nothing else.")
    )
    texts = models.JSONField(_("texts by language"), default=dict)
    default_language = models.CharField(_("default language"), max_length=16, default="en")
    host = models.CharField(
        _("bound to the website"), max_length=253, blank=True,
        help_text=_("With it the last line is “@host #{{code}}”, and browsers fill the code in nowhere else."),
    )  # fmt: skip
    lifetime_seconds = models.PositiveSmallIntegerField(_("seconds a code is valid"), default=300)
    identity = models.ForeignKey(SenderId, on_delete=models.PROTECT, related_name="+", verbose_name=_("sender ID"))
    written_by = models.ForeignKey(
        Person, on_delete=models.PROTECT, null=True, blank=True, related_name="+", verbose_name=_("written by")
    )
    approved_by = models.ForeignKey(
        Person, on_delete=models.PROTECT, null=True, blank=True, related_name="+", verbose_name=_("approved by")
    )
    approved_at = models.DateTimeField(_("approved at"), null=True, blank=True)
    approved_digest = models.CharField(_("hash of what was approved"), max_length=64, blank=True)
    created_at = models.DateTimeField(_("created at"))
    updated_at = models.DateTimeField(_("updated at"))
    history = HistoricalRecords()

    class Meta:
        verbose_name = _("one-time password text")
        verbose_name_plural = _("one-time password texts")
        constraints = (
            models.UniqueConstraint(fields=("organisation", "name"), name="otp_template_once"),
            models.CheckConstraint(
                name="otp_lives_ten_minutes_at_most",
                condition=Q(lifetime_seconds__gte=60, lifetime_seconds__lte=600),
            ),
            models.CheckConstraint(
                name="otp_template_under_four_eyes",
                condition=Q(approved_by=None) | Q(written_by=None) | ~Q(approved_by=F("written_by")),
            ),
        )

    def __str__(self) -> str:
        return self.name


class OtpRules(models.Model):
    """An organisation's limits on one-time passwords. None of them can be passed, whoever approves."""

    organisation = models.OneToOneField(
        Organisation, on_delete=models.CASCADE, primary_key=True, related_name="otp_rules"
    )
    countries = ArrayField(
        models.CharField(max_length=2), default=list, blank=True, verbose_name=_("countries"),
        help_text=_("Where codes are sent to, as ISO 3166 codes; empty: the organisation's own country alone."),
    )  # fmt: skip
    number_in_ten_minutes = models.PositiveSmallIntegerField(_("codes to a number in ten minutes"), default=3)
    number_a_day = models.PositiveSmallIntegerField(_("codes to a number a day"), default=10)
    address_an_hour = models.PositiveSmallIntegerField(
        _("codes for an internet address an hour"), default=20, help_text=_("An IPv6 address counts as its /64.")
    )
    network_an_hour = models.PositiveSmallIntegerField(
        _("codes for a network an hour"), default=50, help_text=_("The /24 of an IPv4 address, the /48 of an IPv6 one.")
    )
    prefix_an_hour = models.PositiveSmallIntegerField(
        _("codes to a range of numbers an hour"), default=100, help_text=_("The first seven digits.")
    )
    tenant_an_hour = models.PositiveIntegerField(_("codes an hour"), default=1000)
    tenant_a_day = models.PositiveIntegerField(_("codes a day"), default=10_000)
    money_a_day = models.DecimalField(_("money a day"), max_digits=12, decimal_places=2, default=Decimal(200))
    pumping_from = models.PositiveSmallIntegerField(
        _("codes from which a range of numbers is judged"), default=20,
        help_text=_("Codes whose time is over, in the last 24 hours."),
    )  # fmt: skip
    pumping_share = models.PositiveSmallIntegerField(
        _("least per cent of them that people entered"), default=20,
        help_text=_("Below it nothing more goes to that range: somebody earns on codes that nobody wants."),
    )  # fmt: skip
    history = HistoricalRecords()

    class Meta:
        verbose_name = _("rules for one-time passwords")
        verbose_name_plural = _("rules for one-time passwords")

    def __str__(self) -> str:
        return str(self.organisation)


class OtpChallenge(models.Model):
    """One code that was asked for. The code itself stands here only until it was handed over, as ciphertext.

    Numbers and internet addresses are kept as keyed hashes: they are counted, never read.
    """

    id = models.UUIDField(primary_key=True, default=uuid.uuid4, editable=False)
    organisation = models.ForeignKey(
        Organisation, on_delete=models.PROTECT, related_name="+", db_index=False, verbose_name=_("organisation")
    )
    template = models.ForeignKey(OtpTemplate, on_delete=models.PROTECT, related_name="+", verbose_name=_("text"))
    send = models.OneToOneField(Send, on_delete=models.PROTECT, related_name="otp", verbose_name=_("send"))
    purpose = models.CharField(_("purpose"), max_length=40)
    proof = models.CharField(_("keyed hash of the code"), max_length=64)
    code = SecretField(_("code, until it was handed over"), blank=True)
    number_key = models.CharField(_("keyed hash of the number"), max_length=64)
    prefix = models.CharField(_("range of numbers"), max_length=8)
    country = models.CharField(_("country"), max_length=2, default="")
    address_key = models.CharField(_("keyed hash of the internet address"), max_length=64)
    network_key = models.CharField(_("keyed hash of the network"), max_length=64)
    price = models.DecimalField(_("price"), max_digits=12, decimal_places=6, default=Decimal(0))
    attempts = models.PositiveSmallIntegerField(_("tries"), default=0)
    created_at = models.DateTimeField(_("created at"))
    expires_at = models.DateTimeField(_("expires at"))
    consumed_at = models.DateTimeField(_("entered at"), null=True, blank=True)
    voided_at = models.DateTimeField(_("replaced at"), null=True, blank=True)

    class Meta:
        verbose_name = _("one-time password")
        verbose_name_plural = _("one-time passwords")
        constraints = (
            models.CheckConstraint(name="otp_five_tries_at_most", condition=Q(attempts__lte=MOST_TRIES)),
            models.CheckConstraint(name="otp_entered_or_replaced", condition=Q(consumed_at=None) | Q(voided_at=None)),
        )
        indexes = (
            models.Index(fields=("organisation", "created_at"), name="otp_of_tenant"),
            models.Index(fields=("organisation", "number_key", "created_at"), name="otp_of_number"),
            # What still holds a code.
            models.Index(fields=("expires_at",), name="otp_with_code", condition=~Q(code="")),
        )

    def __str__(self) -> str:
        return f"{self.purpose} {str(self.id)[:8]}"
