"""What customers and the team say to each other: conversations, the queues and teams that see to them, the replies."""

import uuid

from django.contrib.postgres.fields import ArrayField
from django.db import models
from django.utils.translation import gettext_lazy as _

from accounts.models import Organisation, Person
from messaging.models.contacts import Contact
from messaging.models.senders import Sender
from messaging.models.sends import Send


class Team(models.Model):
    """People who answer the conversations of some queues together."""

    id = models.UUIDField(primary_key=True, default=uuid.uuid4, editable=False)
    organisation = models.ForeignKey(
        Organisation, on_delete=models.PROTECT, related_name="+", verbose_name=_("organisation")
    )
    name = models.CharField(_("name"), max_length=80)
    members = models.ManyToManyField(Person, related_name="teams", blank=True, verbose_name=_("members"))

    class Meta:
        verbose_name = _("team")
        verbose_name_plural = _("teams")
        constraints = (models.UniqueConstraint(fields=("organisation", "name"), name="team_once"),)

    def __str__(self) -> str:
        return self.name


class Queue(models.Model):
    """Where conversations wait for somebody. Without a team everybody who answers customers sees to it.

    A restricted queue shows its conversations, and that it has any, to its team alone (and to who may see all).
    `business_hours` has, for each weekday from 0 (Monday) to 6 as text, from when to when somebody is there, as pairs
    of HH:MM in the organisation's time zone: {"0": [["09:00", "18:00"]]}; empty means round the clock.
    """

    id = models.UUIDField(primary_key=True, default=uuid.uuid4, editable=False)
    organisation = models.ForeignKey(
        Organisation, on_delete=models.PROTECT, related_name="+", verbose_name=_("organisation")
    )
    name = models.CharField(_("name"), max_length=80)
    team = models.ForeignKey(
        Team, on_delete=models.PROTECT, null=True, blank=True, related_name="queues", verbose_name=_("team")
    )
    is_restricted = models.BooleanField(_("restricted"), default=False)
    is_default = models.BooleanField(_("takes what comes in"), default=False)
    reply_minutes = models.PositiveIntegerField(_("reply within (minutes)"), default=30)
    resolve_minutes = models.PositiveIntegerField(_("resolve within (minutes)"), default=24 * 60)
    business_hours = models.JSONField(_("business hours"), default=dict, blank=True)

    class Meta:
        verbose_name = _("queue")
        verbose_name_plural = _("queues")
        constraints = (
            models.UniqueConstraint(fields=("organisation", "name"), name="queue_once"),
            models.UniqueConstraint(
                fields=("organisation",), name="one_default_queue", condition=models.Q(is_default=True)
            ),
        )

    def __str__(self) -> str:
        return self.name


class Conversation(models.Model):
    """What one person and one number of ours say to each other, from the first word until it is closed.

    All moments of messages are the provider's. `window_until` is when the customer service window closes: nothing
    free-form leaves later. `free_until` is when a free entry point's does: until then our messages cost nothing, and
    that is all it means. `waiting_since` is the customer's first word that no person has answered.
    `opened_at` is since when it is open: a conversation that is opened again begins anew.
    """

    class State(models.TextChoices):
        OPEN = "open", _("Open")
        CLOSED = "closed", _("Closed")

    class Concern(models.TextChoices):
        GENERAL = "general", _("General")
        COMPLAINT = "complaint", _("Complaint")
        PAYMENT = "payment", _("Payment")
        ESCALATION = "escalation", _("Escalation")

    id = models.UUIDField(primary_key=True, default=uuid.uuid4, editable=False)
    organisation = models.ForeignKey(
        Organisation, on_delete=models.PROTECT, related_name="+", db_index=False, verbose_name=_("organisation")
    )
    sender = models.ForeignKey(
        Sender, on_delete=models.PROTECT, related_name="+", db_index=False, verbose_name=_("sender")
    )
    contact = models.ForeignKey(
        Contact, on_delete=models.PROTECT, related_name="conversations", verbose_name=_("contact")
    )
    queue = models.ForeignKey(Queue, on_delete=models.PROTECT, related_name="conversations", verbose_name=_("queue"))
    owner = models.ForeignKey(
        Person, on_delete=models.PROTECT, null=True, blank=True, related_name="conversations", verbose_name=_("owner")
    )
    state = models.CharField(_("state"), max_length=8, choices=State.choices, default=State.OPEN)
    concern = models.CharField(_("about"), max_length=12, choices=Concern.choices, default=Concern.GENERAL)
    labels = ArrayField(models.CharField(max_length=60), default=list, blank=True, verbose_name=_("labels"))
    unread = models.PositiveIntegerField(_("unread"), default=0)
    opened_at = models.DateTimeField(_("opened at"))
    last_inbound_at = models.DateTimeField(_("the customer's last word"), null=True, blank=True)
    last_outbound_at = models.DateTimeField(_("our last word"), null=True, blank=True)
    window_until = models.DateTimeField(_("window open until"), null=True, blank=True)
    ad_clicked_at = models.DateTimeField(
        _("came by an ad or a page's button"),
        null=True,
        blank=True,
        help_text=_("An answer within a day of it opens a free entry point."),
    )
    free_until = models.DateTimeField(_("free entry point until"), null=True, blank=True)
    waiting_since = models.DateTimeField(_("waiting since"), null=True, blank=True)
    reply_due_at = models.DateTimeField(_("reply due"), null=True, blank=True)
    resolve_due_at = models.DateTimeField(_("resolution due"), null=True, blank=True)
    first_replied_at = models.DateTimeField(_("first replied at"), null=True, blank=True)
    replies_in_time = models.PositiveIntegerField(_("replies in time"), default=0)
    replies_late = models.PositiveIntegerField(_("replies that came late"), default=0)
    by_hand_since = models.DateTimeField(
        _("by hand since"),
        null=True,
        blank=True,
        help_text=_("From then on automation keeps silent and a person answers."),
    )
    automatic_turns = models.PositiveIntegerField(
        _("automatic answers in a row"), default=0, help_text=_("Since a person last wrote to the customer.")
    )
    outcome = models.CharField(_("outcome"), max_length=300, blank=True)
    closed_at = models.DateTimeField(_("closed at"), null=True, blank=True)
    follow_up_at = models.DateTimeField(_("follow up at"), null=True, blank=True)
    archived_at = models.DateTimeField(_("archived at"), null=True, blank=True)
    version = models.PositiveIntegerField(_("version"), default=1, editable=False)

    class Meta:
        verbose_name = _("conversation")
        verbose_name_plural = _("conversations")
        constraints = (
            models.UniqueConstraint(
                fields=("sender", "contact"), name="one_open_conversation", condition=models.Q(state="open")
            ),
        )
        indexes = (
            models.Index(fields=("organisation", "state", "-last_inbound_at"), name="conversations_listed"),
            models.Index(fields=("reply_due_at",), name="conversations_due", condition=models.Q(state="open")),
        )

    def __str__(self) -> str:
        return f"{_('conversation')} {str(self.pk)[:8]}"


class ConversationEvent(models.Model):
    """One thing that happened to a conversation beside its messages. They are only added: the history of handovers."""

    class Kind(models.TextChoices):
        OPENED = "opened", _("Opened")
        ASSIGNED = "assigned", _("Assigned")
        LABELLED = "labelled", _("Labelled")
        NOTED = "noted", _("Noted")
        HANDED_OVER = "handed_over", _("Handed over to a person")
        CLOSED = "closed", _("Closed")
        REOPENED = "reopened", _("Reopened")
        ORDERED = "ordered", _("Ordered")
        PAYMENT = "payment", _("Payment")

    id = models.BigAutoField(primary_key=True)
    organisation = models.ForeignKey(
        Organisation, on_delete=models.PROTECT, related_name="+", db_index=False, verbose_name=_("organisation")
    )
    conversation = models.ForeignKey(
        Conversation, on_delete=models.PROTECT, related_name="events", verbose_name=_("conversation")
    )
    kind = models.CharField(_("kind"), max_length=12, choices=Kind.choices)
    by = models.CharField(_("by"), max_length=120)
    facts = models.JSONField(_("facts"), default=dict)
    at = models.DateTimeField(_("at"))

    class Meta:
        verbose_name = _("what happened")
        verbose_name_plural = _("what happened")

    def __str__(self) -> str:
        return self.get_kind_display()


class Note(models.Model):
    """What the team tells itself about a conversation. No road leads from here to the customer."""

    id = models.BigAutoField(primary_key=True)
    organisation = models.ForeignKey(
        Organisation, on_delete=models.PROTECT, related_name="+", db_index=False, verbose_name=_("organisation")
    )
    conversation = models.ForeignKey(
        Conversation, on_delete=models.PROTECT, related_name="notes", verbose_name=_("conversation")
    )
    author = models.CharField(_("author"), max_length=120)
    text = models.TextField(_("text"))
    at = models.DateTimeField(_("at"))

    class Meta:
        verbose_name = _("note")
        verbose_name_plural = _("notes")

    def __str__(self) -> str:
        return f"{_('note')} {self.pk}"


class Reply(models.Model):
    """A free-form message of ours in a conversation: what its send hands over, byte for byte.

    `body` is the Cloud API's message without recipient and reference. It leaves only while the window is open, which
    the engine asks again when it marks the message.
    """

    class Origin(models.TextChoices):
        TEAM = "team", _("The team")
        AUTOMATION = "automation", _("Automation")
        PAYMENT = "payment", _("Payment link")

    send = models.OneToOneField(
        Send, on_delete=models.PROTECT, primary_key=True, related_name="reply", verbose_name=_("send")
    )
    organisation = models.ForeignKey(
        Organisation, on_delete=models.PROTECT, related_name="+", db_index=False, verbose_name=_("organisation")
    )
    conversation = models.ForeignKey(
        Conversation, on_delete=models.PROTECT, related_name="replies", verbose_name=_("conversation")
    )
    origin = models.CharField(_("origin"), max_length=12, choices=Origin.choices, default=Origin.TEAM)
    by = models.CharField(_("by"), max_length=120)
    body = models.JSONField(_("message"))
    made_at = models.DateTimeField(_("made at"))

    class Meta:
        verbose_name = _("reply")
        verbose_name_plural = _("replies")

    def __str__(self) -> str:
        return f"{_('reply')} {str(self.send_id)[:8]}"
