"""What answers customers by itself: flows and their approved versions, keyword rules, auto replies, and where each
conversation stands.
"""

import uuid

import pgtrigger
from django.contrib.postgres.fields import ArrayField
from django.db import models
from django.utils.translation import gettext_lazy as _
from simple_history.models import HistoricalRecords

from accounts.models import Organisation
from approvals.models import ActionRequest
from approvals.triggers import frozen
from messaging.models.conversations import Conversation, Queue
from messaging.models.inbox import InboundMessage
from messaging.models.senders import Sender


class Flow(models.Model):
    """A conversation that Countersign leads. `live` is the approved version that new runs begin with."""

    class State(models.TextChoices):
        ACTIVE = "active", _("Active")
        PAUSED = "paused", _("Paused")

    id = models.UUIDField(primary_key=True, default=uuid.uuid4, editable=False)
    organisation = models.ForeignKey(
        Organisation, on_delete=models.PROTECT, related_name="+", verbose_name=_("organisation")
    )
    name = models.CharField(_("name"), max_length=120)
    purpose = models.CharField(_("purpose"), max_length=300, blank=True)
    state = models.CharField(_("state"), max_length=8, choices=State.choices, default=State.PAUSED)
    live = models.ForeignKey(
        "FlowVersion", on_delete=models.PROTECT, null=True, blank=True, related_name="+", verbose_name=_("live version")
    )
    version = models.PositiveIntegerField(_("version"), default=1, editable=False)
    created_at = models.DateTimeField(_("created at"))
    updated_at = models.DateTimeField(_("updated at"))
    history = HistoricalRecords()

    class Meta:
        verbose_name = _("flow")
        verbose_name_plural = _("flows")
        constraints = (models.UniqueConstraint(fields=("organisation", "name"), name="flow_once"),)

    def __str__(self) -> str:
        return self.name


class FlowVersion(models.Model):
    """A flow as a person approved it; never edited. `definition` is what `automation.definition` describes."""

    id = models.UUIDField(primary_key=True, default=uuid.uuid4, editable=False)
    organisation = models.ForeignKey(
        Organisation, on_delete=models.PROTECT, related_name="+", db_index=False, verbose_name=_("organisation")
    )
    flow = models.ForeignKey(Flow, on_delete=models.PROTECT, related_name="versions", verbose_name=_("flow"))
    number = models.PositiveIntegerField(_("number"))
    definition = models.JSONField(_("definition"))
    digest = models.CharField(_("content digest"), max_length=64)
    request = models.ForeignKey(
        ActionRequest, on_delete=models.PROTECT, related_name="+", verbose_name=_("approved as")
    )
    made_at = models.DateTimeField(_("made at"))

    class Meta:
        verbose_name = _("flow version")
        verbose_name_plural = _("flow versions")
        constraints = (models.UniqueConstraint(fields=("flow", "number"), name="flow_version_once"),)
        triggers = (frozen("flow_version_is_frozen", pgtrigger.Update | pgtrigger.Delete),)

    def __str__(self) -> str:
        return f"{self.flow} {self.number}"


class _Answering(models.Model):
    """What keyword rules and auto replies have in common: a flow that they begin, or a text that they answer with."""

    id = models.UUIDField(primary_key=True, default=uuid.uuid4, editable=False)
    organisation = models.ForeignKey(
        Organisation, on_delete=models.PROTECT, related_name="+", verbose_name=_("organisation")
    )
    name = models.CharField(_("name"), max_length=120)
    flow = models.ForeignKey(
        Flow, on_delete=models.PROTECT, null=True, blank=True, related_name="+", verbose_name=_("flow")
    )
    reply_text = models.TextField(_("answer"), blank=True)
    queue = models.ForeignKey(
        Queue, on_delete=models.PROTECT, null=True, blank=True, related_name="+", verbose_name=_("queue")
    )
    sender = models.ForeignKey(
        Sender,
        on_delete=models.PROTECT,
        null=True,
        blank=True,
        related_name="+",
        verbose_name=_("sender"),
        help_text=_("The number it counts for; without one, all."),
    )
    enabled = models.BooleanField(_("enabled"), default=False)
    request = models.ForeignKey(
        ActionRequest, on_delete=models.PROTECT, null=True, blank=True, related_name="+", verbose_name=_("approved as")
    )
    version = models.PositiveIntegerField(_("version"), default=1, editable=False)
    created_at = models.DateTimeField(_("created at"))
    updated_at = models.DateTimeField(_("updated at"))

    class Meta:
        abstract = True

    def __str__(self) -> str:
        return self.name


class KeywordRule(_Answering):
    """Words of a customer that begin a flow, are answered with a text, or move the conversation to `queue`."""

    intent = models.CharField(_("intent"), max_length=80, blank=True)
    phrases = ArrayField(models.CharField(max_length=80), verbose_name=_("phrases"))
    is_whole = models.BooleanField(_("only as the whole message"), default=False)
    languages = ArrayField(models.CharField(max_length=8), default=list, blank=True, verbose_name=_("languages"))
    priority = models.PositiveSmallIntegerField(_("priority"), default=50, help_text=_("The highest goes first."))
    history = HistoricalRecords()

    class Meta(_Answering.Meta):
        abstract = False
        verbose_name = _("keyword rule")
        verbose_name_plural = _("keyword rules")
        constraints = (models.UniqueConstraint(fields=("organisation", "name"), name="keyword_rule_once"),)


class AutoReply(_Answering):
    """An answer to what no keyword rule meets, at certain times. `queue` is whose conversations it counts for."""

    class When(models.TextChoices):
        ALWAYS = "always", _("At any time")
        OPEN = "open", _("In business hours")
        SHUT = "shut", _("Outside business hours")

    when = models.CharField(_("when"), max_length=8, choices=When.choices, default=When.ALWAYS)
    from_day = models.DateField(_("from this day"), null=True, blank=True)
    until_day = models.DateField(_("until this day, included"), null=True, blank=True)
    hours_between = models.PositiveSmallIntegerField(
        _("hours between two to one conversation"), default=12, help_text=_("Within them it is not said again.")
    )
    history = HistoricalRecords()

    class Meta(_Answering.Meta):
        abstract = False
        verbose_name = _("auto reply")
        verbose_name_plural = _("auto replies")
        constraints = (models.UniqueConstraint(fields=("organisation", "name"), name="auto_reply_once"),)


class FlowRun(models.Model):
    """Where a conversation stands in a flow: at `node` it is the customer's turn. It ends on the version it began."""

    id = models.BigAutoField(primary_key=True)
    organisation = models.ForeignKey(
        Organisation, on_delete=models.PROTECT, related_name="+", db_index=False, verbose_name=_("organisation")
    )
    conversation = models.ForeignKey(
        Conversation, on_delete=models.PROTECT, related_name="flow_runs", verbose_name=_("conversation")
    )
    flow_version = models.ForeignKey(
        FlowVersion, on_delete=models.PROTECT, related_name="runs", verbose_name=_("flow version")
    )
    node = models.CharField(_("node"), max_length=40)
    answers = models.JSONField(_("answers"), default=dict, help_text=_("In the customer's own words."))
    began_at = models.DateTimeField(_("began at"))
    moved_at = models.DateTimeField(_("moved at"))
    ended_at = models.DateTimeField(_("ended at"), null=True, blank=True)

    class Meta:
        verbose_name = _("run of a flow")
        verbose_name_plural = _("runs of flows")
        indexes = (models.Index(fields=("conversation",), name="flow_runs_open", condition=models.Q(ended_at=None)),)

    def __str__(self) -> str:
        return f"{self.flow_version} {self.node}"


class AutomaticTurn(models.Model):
    """A message of a customer that automation answers, or says why it keeps silent. Waiting ones are its queue."""

    class Outcome(models.TextChoices):
        WAITING = "waiting", _("Waiting")
        ANSWERED = "answered", _("Answered")
        ROUTED = "routed", _("Sent to a queue")
        HANDED_OVER = "handed_over", _("Handed over to a person")
        SILENT = "silent", _("Left to people")
        REFUSED = "refused", _("Could not be answered")

    message = models.OneToOneField(
        InboundMessage, on_delete=models.PROTECT, primary_key=True, related_name="turn", verbose_name=_("message")
    )
    organisation = models.ForeignKey(
        Organisation, on_delete=models.PROTECT, related_name="+", db_index=False, verbose_name=_("organisation")
    )
    conversation = models.ForeignKey(
        Conversation, on_delete=models.PROTECT, related_name="automatic", verbose_name=_("conversation")
    )
    outcome = models.CharField(_("outcome"), max_length=12, choices=Outcome.choices, default=Outcome.WAITING)
    why = models.CharField(_("why"), max_length=300, blank=True)
    stood_on = models.UUIDField(_("stood on"), null=True, blank=True, help_text=_("The rule, auto reply or version."))
    decided_at = models.DateTimeField(_("decided at"), null=True, blank=True)

    class Meta:
        verbose_name = _("automatic turn")
        verbose_name_plural = _("automatic turns")
        indexes = (
            models.Index(
                fields=("conversation", "message"), name="turns_waiting", condition=models.Q(outcome="waiting")
            ),
            models.Index(fields=("conversation", "-decided_at"), name="turns_by_conversation"),
        )

    def __str__(self) -> str:
        return f"{self.message_id} {self.get_outcome_display()}"
