"""A send: one approved contract becoming messages. A WhatsApp broadcast is one; so will be a campaign and a reply."""

import uuid
from datetime import datetime
from decimal import Decimal

from django.db import models
from django.utils.translation import gettext_lazy as _
from django.utils.translation import pgettext_lazy
from django_fsm import FSMField, transition

from accounts.models import Organisation
from approvals.models import ActionRequest, Preview
from messaging.models.audiences import Audience
from messaging.models.consent import Category, Channel
from messaging.models.senders import Sender
from messaging.models.templates import Template


class SendState(models.TextChoices):
    DRAFT = "draft", _("Draft")
    SCHEDULED = "scheduled", _("Scheduled")
    RELEASING = "releasing", _("Being released")
    SENDING = "sending", pgettext_lazy("state", "Sending")
    PAUSED = "paused", _("Paused")
    COMPLETED = "completed", _("Completed")
    STOPPED = "stopped", _("Stopped")
    EXPIRED = "expired", _("Expired")


class Send(models.Model):
    class Kind(models.TextChoices):
        BROADCAST = "broadcast", _("Broadcast")
        CAMPAIGN = "campaign", _("Campaign")
        REPLY = "reply", _("Reply")
        RESEND = "resend", _("Sent again")
        OTP = "otp", _("One-time password")
        RETRY = "retry", _("Failed ones sent again")
        AUTOMATION = "automation", _("Automation")
        SINGLE = "single", _("Single message")

    id = models.UUIDField(primary_key=True, default=uuid.uuid4, editable=False)
    organisation = models.ForeignKey(
        Organisation, on_delete=models.PROTECT, related_name="+", verbose_name=_("organisation")
    )
    kind = models.CharField(_("kind"), max_length=10, choices=Kind.choices)
    channel = models.CharField(_("channel"), max_length=8, choices=Channel.choices)
    name = models.CharField(_("name"), max_length=200)
    state = FSMField(_("state"), default=SendState.DRAFT, choices=SendState.choices, protected=True)
    preview = models.OneToOneField(Preview, on_delete=models.PROTECT, related_name="send", verbose_name=_("contract"))
    request = models.OneToOneField(
        ActionRequest,
        on_delete=models.PROTECT,
        null=True,
        blank=True,
        related_name="send",
        verbose_name=_("approved as"),
    )
    sender = models.ForeignKey(Sender, on_delete=models.PROTECT, related_name="+", verbose_name=_("sender"))
    audience = models.OneToOneField(Audience, on_delete=models.PROTECT, related_name="send", verbose_name=_("audience"))
    template = models.ForeignKey(
        Template, on_delete=models.PROTECT, null=True, blank=True, related_name="+", verbose_name=_("template")
    )
    category = models.CharField(_("category"), max_length=16, choices=Category.choices)
    due_at = models.DateTimeField(_("due at"))
    not_after = models.DateTimeField(_("not after"), help_text=_("What has not gone out by then stays in the house."))
    per_second = models.PositiveIntegerField(_("messages a second"), default=80)
    cost_ceiling = models.DecimalField(_("cost ceiling"), max_digits=14, decimal_places=6)
    reserved = models.DecimalField(_("cost reserved"), max_digits=14, decimal_places=6, default=Decimal(0))
    failures_in_a_row = models.PositiveIntegerField(_("failures in a row"), default=0)
    pause_reason = models.CharField(_("why it is paused"), max_length=300, blank=True)
    released_upto = models.BigIntegerField(
        _("released up to"), default=0, help_text=_("The last person who became a message.")
    )
    created_at = models.DateTimeField(_("created at"))
    started_at = models.DateTimeField(_("started at"), null=True, blank=True)
    ended_at = models.DateTimeField(_("ended at"), null=True, blank=True)

    class Meta:
        verbose_name = _("send")
        verbose_name_plural = _("sends")
        indexes = (
            models.Index(fields=("organisation", "-created_at"), name="send_list"),
            models.Index(
                fields=("state", "due_at"),
                name="send_open",
                condition=models.Q(state__in=("scheduled", "releasing", "sending", "paused")),
            ),
            # What a month's texts have cost is added up by when their sends ended.
            models.Index(fields=("organisation", "ended_at"), name="texts_ended", condition=models.Q(channel="sms")),
        )

    def __str__(self) -> str:
        return self.name

    @transition(field=state, source=SendState.DRAFT, target=SendState.SCHEDULED)
    def schedule(self, now: datetime) -> None: ...

    @transition(field=state, source=SendState.SCHEDULED, target=SendState.RELEASING)
    def release(self, now: datetime) -> None:
        self.started_at = now

    @transition(field=state, source=SendState.RELEASING, target=SendState.SENDING)
    def begin(self, now: datetime) -> None: ...

    @transition(
        field=state, source=(SendState.SCHEDULED, SendState.RELEASING, SendState.SENDING), target=SendState.PAUSED
    )
    def pause(self, now: datetime) -> None: ...

    @transition(field=state, source=SendState.PAUSED, target=SendState.RELEASING)
    def resume(self, now: datetime) -> None:
        """Back through the gate: what is not yet a message becomes one, and then it sends on."""
        self.failures_in_a_row = 0
        self.pause_reason = ""

    @transition(field=state, source=SendState.PAUSED, target=SendState.SCHEDULED)
    def reschedule(self, now: datetime) -> None:
        self.pause_reason = ""

    @transition(
        field=state,
        source=(SendState.DRAFT, SendState.SCHEDULED, SendState.RELEASING, SendState.SENDING, SendState.PAUSED),
        target=SendState.STOPPED,
    )
    def stop(self, now: datetime) -> None:
        self.ended_at = now

    @transition(
        field=state,
        source=(SendState.SCHEDULED, SendState.RELEASING, SendState.SENDING, SendState.PAUSED),
        target=SendState.EXPIRED,
    )
    def expire(self, now: datetime) -> None:
        self.ended_at = now

    @transition(field=state, source=SendState.SENDING, target=SendState.COMPLETED)
    def complete(self, now: datetime) -> None:
        self.ended_at = now
