"""One recipient's message, the queue it waits in, and each try at handing it over.

`Message.status` stands in no index and only climbs; `Outbox` is narrow, claimed and deleted; `Attempt` is written
before the provider is called and is what caps and the pair rate count.
"""

import uuid
from decimal import Decimal

from django.db import models
from django.utils.translation import gettext_lazy as _

from accounts.models import Organisation
from messaging.models.consent import Category
from messaging.models.contacts import Contact
from messaging.models.senders import Sender
from messaging.models.sends import Send
from messaging.models.templates import TemplateTranslation


class Status(models.IntegerChoices):
    """The ladder. It only rises, but proof of delivery lifts a failure and unsure settles either way.

    `CLOSED` is unsure for good: it counts as unsure in every sum, and only proof of delivery changes it.
    """

    QUEUED = 0, _("Queued")
    SENDING = 10, _("Being handed over")
    UNSURE = 15, _("Outcome unknown")
    ACCEPTED = 20, _("Accepted by the provider")
    HELD = 25, _("Held by the provider")
    SENT = 30, _("Sent by the provider")
    FAILED = 35, _("Failed")
    CLOSED = 37, _("Outcome unknown for good")
    DELIVERED = 40, _("Delivered")
    READ = 50, _("Read")
    EXCLUDED = 90, _("Left out at sending")


# Nobody knows whether these reached their person.
UNKNOWN = (Status.UNSURE, Status.CLOSED)


class Priority(models.IntegerChoices):
    TRANSACTIONAL = 0, _("Transactional")
    BULK = 10, _("Bulk")


class Message(models.Model):
    id = models.BigAutoField(primary_key=True)
    organisation = models.ForeignKey(
        Organisation, on_delete=models.PROTECT, related_name="+", db_index=False, verbose_name=_("organisation")
    )
    send = models.ForeignKey(
        Send, on_delete=models.PROTECT, related_name="messages", db_index=False, verbose_name=_("send")
    )
    contact = models.ForeignKey(Contact, on_delete=models.PROTECT, related_name="messages", verbose_name=_("contact"))
    sender = models.ForeignKey(
        Sender, on_delete=models.PROTECT, related_name="+", db_index=False, verbose_name=_("sender")
    )
    translation = models.ForeignKey(
        TemplateTranslation,
        on_delete=models.PROTECT,
        null=True,
        related_name="+",
        db_index=False,
        verbose_name=_("text"),
    )
    address = models.CharField(_("address"), max_length=160)
    address_kind = models.CharField(_("kind of address"), max_length=8)
    values = models.JSONField(_("variables"), default=dict)
    category = models.CharField(_("category"), max_length=16, choices=Category.choices)
    market = models.CharField(_("market"), max_length=40, blank=True)
    price = models.DecimalField(_("price"), max_digits=12, decimal_places=6, default=Decimal(0))
    status = models.SmallIntegerField(_("status"), choices=Status.choices, default=Status.QUEUED)
    verdict = models.SmallIntegerField(_("why it was left out"), default=0)
    provider_id = models.CharField(_("id at the provider"), max_length=255, null=True, blank=True)  # noqa: DJ001
    error_code = models.CharField(_("error code"), max_length=20, blank=True)
    error_text = models.CharField(_("error"), max_length=300, blank=True)
    billable = models.BooleanField(_("billable"), null=True)
    queued_at = models.DateTimeField(_("queued at"))
    handed_at = models.DateTimeField(_("handed over at"), null=True, blank=True)
    sent_at = models.DateTimeField(_("sent at"), null=True, blank=True)
    delivered_at = models.DateTimeField(_("delivered at"), null=True, blank=True)
    read_at = models.DateTimeField(_("read at"), null=True, blank=True)
    failed_at = models.DateTimeField(_("failed at"), null=True, blank=True)
    replied_at = models.DateTimeField(_("replied at"), null=True, blank=True)

    class Meta:
        verbose_name = _("message")
        verbose_name_plural = _("messages")
        constraints = (
            models.UniqueConstraint(fields=("send", "contact"), name="one_message_a_person"),
            models.UniqueConstraint(
                fields=("provider_id",), name="one_provider_id", condition=models.Q(provider_id__isnull=False)
            ),
        )

    def __str__(self) -> str:
        return f"{_('message')} {self.pk}"


class Outbox(models.Model):
    """A message that waits to be handed over. The row is deleted in the transaction that marks the message as going
    out. Like an attempt it is made from its message's own row: the database has nothing to look up.
    """

    message = models.OneToOneField(
        Message, on_delete=models.CASCADE, primary_key=True, related_name="+", db_constraint=False
    )
    send = models.ForeignKey(
        Send, on_delete=models.CASCADE, related_name="+", db_index=False, db_constraint=False, verbose_name=_("send")
    )
    sender = models.ForeignKey(
        Sender,
        on_delete=models.CASCADE,
        related_name="+",
        db_index=False,
        db_constraint=False,
        verbose_name=_("sender"),
    )
    priority = models.SmallIntegerField(_("priority"), choices=Priority.choices, default=Priority.BULK)
    due_at = models.DateTimeField(_("due at"))
    tries = models.SmallIntegerField(_("tries"), default=0)

    class Meta:
        verbose_name = _("waiting message")
        verbose_name_plural = _("waiting messages")
        # By send, so that what a paused send has waiting never stands in the way of the others.
        indexes = (models.Index(fields=("send", "due_at", "message"), name="outbox_next"),)

    def __str__(self) -> str:
        return f"{self.message_id}"


class Outcome(models.IntegerChoices):
    OPEN = 0, _("Under way")
    ACCEPTED = 1, _("Accepted")
    NOT_ATTEMPTED = 2, _("Known not to have been accepted")
    FAILED = 3, _("Failed")
    UNSURE = 4, _("Unknown")
    RETURNED = 5, _("Accepted, then reported as failed")
    CLOSED = 6, _("Unknown for good")


class Attempt(models.Model):
    """One try at handing a message to the provider. Its id travels with it and comes back in every status report."""

    id = models.UUIDField(primary_key=True, default=uuid.uuid4, editable=False)
    message = models.ForeignKey(
        Message, on_delete=models.PROTECT, related_name="attempts", db_constraint=False, verbose_name=_("message")
    )
    contact = models.ForeignKey(
        Contact,
        on_delete=models.PROTECT,
        related_name="+",
        db_index=False,
        db_constraint=False,
        verbose_name=_("contact"),
    )
    sender = models.ForeignKey(
        Sender,
        on_delete=models.PROTECT,
        related_name="+",
        db_index=False,
        db_constraint=False,
        verbose_name=_("sender"),
    )
    category = models.CharField(_("category"), max_length=16)
    price = models.DecimalField(_("price"), max_digits=12, decimal_places=6, default=Decimal(0))
    begins = models.BooleanField(
        _("begins a conversation"), default=False, help_text=_("It counts towards Meta's messaging limit.")
    )
    started_at = models.DateTimeField(_("started at"))
    lease_until = models.DateTimeField(_("given up at"))
    ended_at = models.DateTimeField(_("ended at"), null=True, blank=True)
    outcome = models.SmallIntegerField(_("outcome"), choices=Outcome.choices, default=Outcome.OPEN)
    code = models.CharField(_("code"), max_length=20, blank=True)

    class Meta:
        verbose_name = _("attempt")
        verbose_name_plural = _("attempts")
        indexes = (
            models.Index(fields=("contact", "started_at"), name="attempts_of_contact"),
            # Whom a business portfolio has begun conversations with in 24 hours.
            models.Index(fields=("sender", "started_at"), name="attempts_beginning", condition=models.Q(begins=True)),
            models.Index(fields=("lease_until",), name="attempts_open", condition=models.Q(outcome=0)),
            # What waits for a report, for somebody, or for the close.
            models.Index(fields=("started_at",), name="attempts_unsure", condition=models.Q(outcome=4)),
        )

    def __str__(self) -> str:
        return f"{self.message_id} {self.get_outcome_display()}"


class Lane(models.Model):
    """A sender under a lease: one process at a time hands over its messages.

    `quiet_until`, `refused_since` and `served_at` outlast it: until when the provider wants no more, since when it took
    nothing, and when a lane last let the sender go.
    """

    sender = models.OneToOneField(Sender, on_delete=models.CASCADE, primary_key=True, related_name="lane")
    holder = models.UUIDField(_("holder"), null=True, blank=True)
    lease_until = models.DateTimeField(_("lease until"), null=True, blank=True)
    quiet_until = models.DateTimeField(_("keeps quiet until"), null=True, blank=True)
    refused_since = models.DateTimeField(_("refused since"), null=True, blank=True)
    served_at = models.DateTimeField(_("last served at"), null=True, blank=True)

    class Meta:
        verbose_name = _("lane")
        verbose_name_plural = _("lanes")

    def __str__(self) -> str:
        return str(self.sender)
