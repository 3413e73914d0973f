"""What recipients see as the sender, and where it may be used."""

import uuid
from datetime import datetime

from django.contrib.postgres.fields import ArrayField
from django.db import models
from django.utils.translation import gettext_lazy as _
from django_fsm import FSMField, transition
from simple_history.models import HistoricalRecords

from accounts.models import Organisation
from messaging.models import Sender
from sms.models.gateways import SmsGateway


class SenderIdState(models.TextChoices):
    DRAFT = "draft", _("Draft")
    APPLIED = "applied", _("Applied for")
    VERIFIED = "verified", _("Verified")
    REJECTED = "rejected", _("Rejected")
    SUSPENDED = "suspended", _("Suspended")


class SenderId(models.Model):
    """A name or number that our SMS come from. Compared byte by byte: `#ABC` is not `#Abc`.

    `sender` is its place in the delivery engine; there is one as soon as it has been verified.
    """

    class Kind(models.TextChoices):
        REGISTERED = "registered", _("Name registered with the regulator (# in Hong Kong)")
        NAME = "name", _("Name")
        LONG_NUMBER = "long_number", _("Phone number")
        SHORT_NUMBER = "short_number", _("Short code")

    id = models.UUIDField(primary_key=True, default=uuid.uuid4, editable=False)
    organisation = models.ForeignKey(
        Organisation, on_delete=models.PROTECT, related_name="+", verbose_name=_("organisation")
    )
    value = models.CharField(_("sender ID"), max_length=16)
    kind = models.CharField(_("kind"), max_length=12, choices=Kind.choices)
    countries = ArrayField(
        models.CharField(max_length=2), default=list, verbose_name=_("countries"), help_text=_("Where it may be used.")
    )
    state = FSMField(_("state"), default=SenderIdState.DRAFT, choices=SenderIdState.choices, protected=True)
    brand = models.CharField(_("brand"), max_length=120)
    company = models.CharField(_("company"), max_length=200, blank=True)
    company_number = models.CharField(_("business registration number"), max_length=40, blank=True)
    purpose = models.CharField(_("purpose"), max_length=500, blank=True)
    register_reference = models.CharField(
        _("reference in the regulator's register"), max_length=80, blank=True, help_text=_("In Hong Kong: SSRS.")
    )
    documents = models.JSONField(
        _("documents"), default=list, help_text=_("What was handed in: name, SHA-256 and where it is kept.")
    )
    opt_out_number = models.CharField(
        _("number to opt out by"), max_length=20, blank=True, help_text=_("Free of charge and local to the recipient.")
    )
    rejection = models.CharField(_("why it was rejected"), max_length=300, blank=True)
    version = models.PositiveIntegerField(_("version"), default=1, editable=False)
    sender = models.OneToOneField(
        Sender, on_delete=models.PROTECT, null=True, blank=True, related_name="sender_id", verbose_name=_("sender")
    )
    created_at = models.DateTimeField(_("created at"))
    decided_at = models.DateTimeField(_("decided at"), null=True, blank=True)
    history = HistoricalRecords()

    class Meta:
        verbose_name = _("sender ID")
        verbose_name_plural = _("sender IDs")
        constraints = (models.UniqueConstraint(fields=("organisation", "value"), name="sender_id_once"),)

    def __str__(self) -> str:
        return self.value

    @property
    def takes_replies(self) -> bool:
        """A name cannot be answered, so nobody can send STOP to it."""
        return self.kind in (self.Kind.LONG_NUMBER, self.Kind.SHORT_NUMBER)

    @transition(field=state, source=(SenderIdState.DRAFT, SenderIdState.REJECTED), target=SenderIdState.APPLIED)
    def apply(self, now: datetime) -> None:
        self.rejection = ""

    @transition(field=state, source=(SenderIdState.APPLIED, SenderIdState.SUSPENDED), target=SenderIdState.VERIFIED)
    def verify(self, now: datetime) -> None:
        self.decided_at = now

    @transition(field=state, source=SenderIdState.APPLIED, target=SenderIdState.REJECTED)
    def reject(self, now: datetime) -> None:
        self.decided_at = now

    @transition(field=state, source=SenderIdState.VERIFIED, target=SenderIdState.SUSPENDED)
    def suspend(self, now: datetime) -> None:
        self.decided_at = now


class GatewayRegistration(models.Model):
    """Whether a gateway carries a sender ID: both registers, the regulator's and the gateway's, have to say yes."""

    class Status(models.TextChoices):
        PENDING = "pending", _("Pending")
        ACTIVE = "active", _("Active")
        REFUSED = "refused", _("Refused")

    id = models.BigAutoField(primary_key=True)
    identity = models.ForeignKey(
        SenderId, on_delete=models.CASCADE, related_name="registrations", verbose_name=_("sender ID")
    )
    gateway = models.ForeignKey(SmsGateway, on_delete=models.CASCADE, related_name="+", verbose_name=_("gateway"))
    status = models.CharField(_("status"), max_length=8, choices=Status.choices, default=Status.PENDING)
    since = models.DateTimeField(_("since"))

    class Meta:
        verbose_name = _("registration at a gateway")
        verbose_name_plural = _("registrations at gateways")
        constraints = (models.UniqueConstraint(fields=("identity", "gateway"), name="one_registration_a_gateway"),)

    def __str__(self) -> str:
        return f"{self.identity_id} {self.gateway_id}"
