"""Previews, requests, decisions and policies. State changes go through `approvals.transitions.move` alone."""

import uuid
from datetime import UTC, datetime
from decimal import Decimal
from typing import Any

import pgtrigger
from django.db import models
from django.utils.translation import gettext_lazy as _
from django.utils.translation import pgettext_lazy
from django_fsm import FSMField, transition
from simple_history.models import HistoricalRecords

from accounts.models import Agent, Organisation, Person
from accounts.roles import Role
from approvals.canonical import seal_of
from approvals.triggers import APPROVAL_NEEDS_DECISIONS, FOUR_EYES, LEGAL_MOVES, frozen


class Preview(models.Model):
    """The frozen contract of a tool: what will happen, byte for byte, if somebody countersigns it."""

    id = models.UUIDField(primary_key=True, default=uuid.uuid4, editable=False)
    organisation = models.ForeignKey(
        Organisation, on_delete=models.PROTECT, related_name="+", verbose_name=_("organisation")
    )
    tool = models.CharField(_("tool"), max_length=80)
    maker = models.CharField(_("made by"), max_length=80)
    contract = models.JSONField(_("contract"))
    seal = models.CharField(_("seal"), max_length=64)
    concerns = models.JSONField(_("concerns"), default=list, help_text=_("The reasons the gate gave when it was made."))
    tainted = models.BooleanField(_("tainted"), default=False)
    created_at = models.DateTimeField(_("created at"))
    expires_at = models.DateTimeField(_("expires at"))

    class Meta:
        verbose_name = _("preview")
        verbose_name_plural = _("previews")
        triggers = (frozen("preview_is_frozen", pgtrigger.Update),)

    def __str__(self) -> str:
        return f"{self.tool} {self.pk}"

    @property
    def is_untouched(self) -> bool:
        return seal_of(self.contract) == self.seal


class State(models.TextChoices):
    PENDING = "pending", _("Waiting for a decision")
    APPROVED = "approved", _("Approved")
    EXECUTING = "executing", _("Being carried out")
    SUCCEEDED = "succeeded", _("Carried out")
    FAILED = "failed", _("Failed")
    UNSURE = "unsure", _("Outcome unknown")
    REJECTED = "rejected", _("Rejected")
    WITHDRAWN = "withdrawn", _("Withdrawn")
    EXPIRED = "expired", _("Expired")
    VOIDED = "voided", _("Voided")


class ActionRequest(models.Model):
    """One wish to have a contract carried out, with its life."""

    id = models.UUIDField(primary_key=True, default=uuid.uuid4, editable=False)
    organisation = models.ForeignKey(
        Organisation, on_delete=models.PROTECT, related_name="+", verbose_name=_("organisation")
    )
    tool = models.CharField(_("tool"), max_length=80)
    preview = models.ForeignKey(Preview, on_delete=models.PROTECT, related_name="requests", verbose_name=_("preview"))
    state = FSMField(_("state"), default=State.PENDING, choices=State.choices, protected=True)
    seal = models.CharField(_("seal"), max_length=64, help_text=_("SHA-256 over the terms that are decided on."))

    requester = models.CharField(_("requested by"), max_length=80)
    agent = models.ForeignKey(
        Agent, on_delete=models.PROTECT, null=True, blank=True, related_name="+", verbose_name=_("agent")
    )
    owner = models.ForeignKey(
        Person, on_delete=models.PROTECT, null=True, blank=True, related_name="+", verbose_name=_("owner")
    )
    face = models.CharField(_("came through"), max_length=8)
    reason = models.TextField(_("reason"))
    tainted = models.BooleanField(_("tainted"), default=False, help_text=_("Asked for after reading customers' text."))

    role = models.CharField(_("role that decides"), max_length=16, choices=Role.choices)
    quorum = models.PositiveSmallIntegerField(_("people needed"), default=1)
    asks_password = models.BooleanField(_("asks for the password again"), default=False)
    policies = models.JSONField(_("policies"), default=list)

    people = models.PositiveIntegerField(pgettext_lazy("how many", "people"), default=0)
    messages = models.PositiveIntegerField(_("messages"), default=0)
    money = models.DecimalField(_("cost at most"), max_digits=14, decimal_places=6, default=Decimal(0))
    reserved_on = models.DateField(_("budget reserved on"), null=True, blank=True)

    result = models.JSONField(_("result"), null=True, blank=True)
    reasons = models.JSONField(_("reasons"), default=list, blank=True)
    created_at = models.DateTimeField(_("created at"))
    expires_at = models.DateTimeField(_("expires at"))
    approved_at = models.DateTimeField(_("approved at"), null=True, blank=True)
    started_at = models.DateTimeField(_("started at"), null=True, blank=True)
    ended_at = models.DateTimeField(_("ended at"), null=True, blank=True)

    class Meta:
        verbose_name = _("action request")
        verbose_name_plural = _("action requests")
        indexes = (
            models.Index(fields=("organisation", "state", "-created_at"), name="request_queue"),
            models.Index(
                fields=("state", "expires_at"),
                name="request_open",
                condition=models.Q(state__in=("pending", "approved", "executing")),
            ),
        )
        constraints = (models.CheckConstraint(name="request_quorum_at_least_one", condition=models.Q(quorum__gte=1)),)
        triggers = (LEGAL_MOVES, APPROVAL_NEEDS_DECISIONS)

    def __str__(self) -> str:
        return f"{self.tool} {str(self.pk)[:8]}"

    def terms(self) -> dict[str, Any]:
        """What a decision is given on; the seal covers exactly this and, through the preview's seal, the contract."""
        return {
            "request": str(self.pk),
            "organisation": str(self.organisation_id),
            "tool": self.tool,
            "contract": self.preview.seal,
            "requester": self.requester,
            "agent": str(self.agent_id),
            "owner": str(self.owner_id),
            "face": self.face,
            "reason": self.reason,
            "tainted": self.tainted,
            "role": self.role,
            "quorum": self.quorum,
            "asks_password": self.asks_password,
            "policies": self.policies,
            "people": self.people,
            "messages": self.messages,
            "money": format(self.money, ".6f"),
            "expires_at": self.expires_at.astimezone(UTC).isoformat(),
        }

    @property
    def is_untouched(self) -> bool:
        return self.preview.is_untouched and seal_of(self.terms()) == self.seal

    @transition(field=state, source=State.PENDING, target=State.APPROVED)
    def approve(self, now: datetime) -> None:
        self.approved_at = now

    @transition(field=state, source=State.PENDING, target=State.REJECTED)
    def reject(self, now: datetime) -> None:
        self.ended_at = now

    @transition(field=state, source=(State.PENDING, State.APPROVED), target=State.WITHDRAWN)
    def withdraw(self, now: datetime) -> None:
        self.ended_at = now

    @transition(field=state, source=(State.PENDING, State.APPROVED), target=State.EXPIRED)
    def expire(self, now: datetime) -> None:
        self.ended_at = now

    @transition(field=state, source=(State.PENDING, State.APPROVED), target=State.VOIDED)
    def void(self, now: datetime) -> None:
        self.ended_at = now

    @transition(field=state, source=State.APPROVED, target=State.EXECUTING)
    def start(self, now: datetime) -> None:
        self.started_at = now

    @transition(field=state, source=State.EXECUTING, target=State.SUCCEEDED)
    def succeed(self, now: datetime) -> None:
        self.ended_at = now

    @transition(field=state, source=State.EXECUTING, target=State.FAILED)
    def fail(self, now: datetime) -> None:
        self.ended_at = now

    @transition(field=state, source=State.EXECUTING, target=State.UNSURE)
    def lose(self, now: datetime) -> None:
        self.ended_at = now


class Decision(models.Model):
    """One person's verdict on one request, or a rule's. Given on a seal; never changed afterwards."""

    class Verdict(models.TextChoices):
        APPROVE = "approve", _("Approved")
        REJECT = "reject", _("Rejected")
        CHANGES = "changes", _("Asked for changes")

    id = models.UUIDField(primary_key=True, default=uuid.uuid4, editable=False)
    request = models.ForeignKey(
        ActionRequest, on_delete=models.PROTECT, related_name="decisions", verbose_name=_("action request")
    )
    person = models.ForeignKey(
        Person, on_delete=models.PROTECT, null=True, blank=True, related_name="+", verbose_name=_("person")
    )
    rule = models.CharField(
        _("rule"), max_length=240, blank=True, help_text=_("The policy or floor, if no person decided.")
    )
    verdict = models.CharField(_("verdict"), max_length=8, choices=Verdict.choices)
    seal = models.CharField(_("seal"), max_length=64)
    note = models.TextField(_("note"), blank=True)
    at = models.DateTimeField(_("at"))

    class Meta:
        verbose_name = _("decision")
        verbose_name_plural = _("decisions")
        constraints = (
            models.UniqueConstraint(fields=("request", "person"), name="one_decision_a_person"),
            models.CheckConstraint(
                name="decided_by_person_or_rule",
                condition=models.Q(person=None) & ~models.Q(rule="") | models.Q(person__isnull=False, rule=""),
            ),
        )
        triggers = (
            FOUR_EYES,
            frozen("decision_is_final", pgtrigger.Update | pgtrigger.Delete),
        )

    def __str__(self) -> str:
        return f"{self.get_verdict_display()} ({self.request_id})"


class Policy(models.Model):
    """Who must decide what. Rules can only be stricter than a tool's floor; where none matches, a person decides."""

    class Outcome(models.TextChoices):
        AUTOMATIC = "automatic", _("Carried out at once")
        PERSON = "person", _("A person decides")
        REFUSE = "refuse", _("Refused")

    id = models.UUIDField(primary_key=True, default=uuid.uuid4, editable=False)
    organisation = models.ForeignKey(
        Organisation, on_delete=models.PROTECT, related_name="policies", verbose_name=_("organisation")
    )
    name = models.CharField(_("name"), max_length=200)
    tools = models.CharField(
        _("tools"),
        max_length=200,
        default="*",
        help_text=_("A tool's name; * stands for any part: whatsapp.broadcast.*"),
    )
    category = models.CharField(_("message category"), max_length=20, blank=True, help_text=_("Empty: any."))
    from_people = models.PositiveIntegerField(_("from this many people"), default=0)
    from_money = models.DecimalField(_("from this cost"), max_digits=12, decimal_places=2, default=Decimal(0))
    only_tainted = models.BooleanField(_("only tainted requests"), default=False)
    only_agents = models.BooleanField(_("only requests of agents"), default=False)
    outcome = models.CharField(_("outcome"), max_length=10, choices=Outcome.choices, default=Outcome.PERSON)
    role = models.CharField(_("role that decides"), max_length=16, choices=Role.choices, default=Role.COMPLIANCE)
    quorum = models.PositiveSmallIntegerField(_("people needed"), default=1)
    hours_to_decide = models.PositiveSmallIntegerField(_("hours to decide"), default=72)
    asks_password = models.BooleanField(_("asks for the password again"), default=False)
    enabled = models.BooleanField(_("enabled"), default=True)
    history = HistoricalRecords()

    class Meta:
        verbose_name = _("policy")
        verbose_name_plural = _("policies")
        constraints = (
            models.CheckConstraint(name="policy_quorum_at_least_one", condition=models.Q(quorum__gte=1)),
            models.CheckConstraint(name="policy_hours_at_least_one", condition=models.Q(hours_to_decide__gte=1)),
        )

    def __str__(self) -> str:
        return self.name


class IdempotentCall(models.Model):
    """The first answer to a write, kept so that the same key with the same arguments is answered again, not done
    again.
    """

    id = models.BigAutoField(primary_key=True)
    organisation = models.ForeignKey(
        Organisation, on_delete=models.CASCADE, related_name="+", verbose_name=_("organisation")
    )
    principal = models.CharField(_("actor"), max_length=80)
    tool = models.CharField(_("tool"), max_length=80)
    key = models.CharField(_("key"), max_length=200)
    arguments_seal = models.CharField(_("seal of the arguments"), max_length=64)
    request = models.ForeignKey(
        ActionRequest, on_delete=models.PROTECT, null=True, related_name="+", verbose_name=_("action request")
    )
    answer = models.JSONField(_("answer"), default=dict)
    created_at = models.DateTimeField(_("created at"))

    class Meta:
        verbose_name = _("idempotent call")
        verbose_name_plural = _("idempotent calls")
        constraints = (
            models.UniqueConstraint(fields=("organisation", "principal", "tool", "key"), name="one_call_a_key"),
        )

    def __str__(self) -> str:
        return f"{self.tool} {self.key}"


class UntrustedRead(models.Model):
    """When an actor last read text that a customer wrote: what it asks for soon after is tainted."""

    principal = models.CharField(max_length=80, primary_key=True)
    organisation = models.ForeignKey(
        Organisation, on_delete=models.CASCADE, related_name="+", verbose_name=_("organisation")
    )
    at = models.DateTimeField(_("at"))

    class Meta:
        verbose_name = _("untrusted read")
        verbose_name_plural = _("untrusted reads")

    def __str__(self) -> str:
        return f"{self.principal} {self.at:%Y-%m-%d %H:%M}"
