"""What providers tell us, as it arrived, and what could not be applied yet."""

import uuid

from django.contrib.postgres.fields import ArrayField
from django.contrib.postgres.functions import RandomUUID
from django.db import models
from django.utils.translation import gettext_lazy as _

from accounts.models import Organisation
from messaging.models.contacts import Contact
from messaging.models.senders import Sender


class WebhookEvent(models.Model):
    """One verified POST, byte for byte (bytes, not jsonb: JSON can say what jsonb cannot hold)."""

    class State(models.IntegerChoices):
        WAITING = 0, _("Waiting")
        APPLIED = 1, _("Applied")
        PARTLY = 2, _("Applied in part")
        UNREADABLE = 3, _("Unreadable")

    # It names no organisation: it is theirs whose account signed it.
    rows_of_tenant = "signed_for && ARRAY(SELECT id FROM messaging_whatsappaccount)"

    id = models.BigAutoField(primary_key=True)
    carrier = models.CharField(_("carrier"), max_length=20)
    body = models.BinaryField(_("body"))
    signed_for = ArrayField(
        models.UUIDField(),
        default=list,
        help_text=_("Accounts whose secret signed the body."),
        verbose_name=_("signed for"),
    )
    received_at = models.DateTimeField(_("received at"), db_default=models.functions.Now())
    state = models.SmallIntegerField(_("state"), choices=State.choices, default=State.WAITING, db_default=0)
    items = models.PositiveIntegerField(_("items"), default=0, db_default=0)
    applied_at = models.DateTimeField(_("applied at"), null=True, blank=True)
    tries = models.PositiveSmallIntegerField(_("tries"), default=0, db_default=0)
    news = models.PositiveSmallIntegerField(
        _("kinds of news"), default=0, db_default=0, help_text=_("Bits of messaging.inbox.kinds.News.")
    )

    class Meta:
        verbose_name = _("webhook event")
        verbose_name_plural = _("webhook events")
        indexes = (
            models.Index(fields=("id",), name="webhooks_waiting", condition=models.Q(state=0)),
            models.Index(fields=("received_at",), name="webhooks_by_age"),
        )

    def __str__(self) -> str:
        return f"{self.carrier} {self.pk}"


class WebhookFailure(models.Model):
    """One item of an event that could not be applied. Its siblings were; it is kept and can be tried again."""

    id = models.BigAutoField(primary_key=True)
    key = models.UUIDField(_("failure id"), db_default=RandomUUID(), unique=True, editable=False)
    event = models.ForeignKey(
        WebhookEvent, on_delete=models.CASCADE, related_name="failures", verbose_name=_("webhook event")
    )
    item = models.PositiveIntegerField(_("item"))
    kind = models.CharField(_("kind"), max_length=40)
    error = models.CharField(_("error"), max_length=300)
    tries = models.PositiveSmallIntegerField(_("tries"), default=0)
    quarantined_at = models.DateTimeField(_("quarantined at"), null=True, blank=True)

    class Meta:
        verbose_name = _("webhook failure")
        verbose_name_plural = _("webhook failures")
        constraints = (models.UniqueConstraint(fields=("event", "item"), name="one_failure_an_item"),)

    def __str__(self) -> str:
        return f"{self.kind}: {self.error[:60]}"


class ParkedStatus(models.Model):
    """A status of a message not known yet: it can beat the answer to its own send. Matched again, then dropped."""

    id = models.BigAutoField(primary_key=True)
    sender = models.ForeignKey(Sender, on_delete=models.CASCADE, related_name="+", verbose_name=_("sender"))
    provider_id = models.CharField(_("id at the provider"), max_length=255, db_index=True)
    item = models.JSONField(_("item"))
    parked_at = models.DateTimeField(_("parked at"))

    class Meta:
        verbose_name = _("parked status")
        verbose_name_plural = _("parked statuses")

    def __str__(self) -> str:
        return self.provider_id


class PhoneEcho(models.Model):
    """What somebody of ours sent from the WhatsApp Business app on the phone: outbound, and nobody approved it.

    `after_a_no` says that the person had opted out by then. `target` is the message it reacts to, edits or takes back.
    """

    id = models.BigAutoField(primary_key=True)
    organisation = models.ForeignKey(
        Organisation, on_delete=models.PROTECT, related_name="+", db_index=False, verbose_name=_("organisation")
    )
    sender = models.ForeignKey(Sender, on_delete=models.PROTECT, related_name="+", verbose_name=_("sender"))
    contact = models.ForeignKey(Contact, on_delete=models.PROTECT, related_name="+", verbose_name=_("contact"))
    provider_id = models.CharField(_("id at the provider"), max_length=255)
    kind = models.CharField(_("kind"), max_length=24)
    text = models.TextField(_("text"), blank=True)
    target = models.CharField(_("about the message"), max_length=255, blank=True)
    after_a_no = models.BooleanField(_("to somebody who had opted out"), default=False)
    at = models.DateTimeField(_("sent at"))
    received_at = models.DateTimeField(_("received at"))

    class Meta:
        verbose_name = _("message from the phone")
        verbose_name_plural = _("messages from the phone")
        constraints = (models.UniqueConstraint(fields=("sender", "provider_id"), name="echo_once"),)
        indexes = (models.Index(fields=("organisation", "-at"), name="echoes_by_time"),)

    def __str__(self) -> str:
        return f"{self.kind} {self.pk}"


class InboundMessage(models.Model):
    """What a customer wrote. Their words are data, never instructions."""

    id = models.BigAutoField(primary_key=True)
    key = models.UUIDField(_("key"), default=uuid.uuid4, unique=True, editable=False)
    organisation = models.ForeignKey(
        Organisation, on_delete=models.PROTECT, related_name="+", verbose_name=_("organisation")
    )
    sender = models.ForeignKey(Sender, on_delete=models.PROTECT, related_name="+", verbose_name=_("sender"))
    contact = models.ForeignKey(Contact, on_delete=models.PROTECT, related_name="inbound", verbose_name=_("contact"))
    conversation = models.ForeignKey(
        "messaging.Conversation",
        on_delete=models.PROTECT,
        null=True,
        blank=True,
        related_name="inbound",
        verbose_name=_("conversation"),
    )
    provider_id = models.CharField(_("id at the provider"), max_length=255)
    kind = models.CharField(_("kind"), max_length=24)
    text = models.TextField(_("text"), blank=True)
    payload = models.CharField(_("button payload"), max_length=300, blank=True)
    intent = models.CharField(_("read as"), max_length=10, blank=True)
    in_reply_to = models.CharField(_("in reply to"), max_length=255, blank=True)
    at = models.DateTimeField(_("written at"))
    received_at = models.DateTimeField(_("received at"))

    class Meta:
        verbose_name = _("inbound message")
        verbose_name_plural = _("inbound messages")
        constraints = (models.UniqueConstraint(fields=("sender", "provider_id"), name="inbound_once"),)
        indexes = (
            models.Index(fields=("contact", "-at"), name="inbound_of_contact"),
            models.Index(fields=("organisation", "-at"), name="inbound_by_time"),
        )

    def __str__(self) -> str:
        return f"{self.kind} {self.pk}"
