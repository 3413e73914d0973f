"""Wishes and their lives. State changes go through `approvals.transitions.move` alone."""

import uuid
from datetime import UTC, datetime
from decimal import Decimal
from typing import Any

from django.db import models
from django.utils.translation import gettext_lazy as _
from django.utils.translation import pgettext_lazy
from django_fsm import FSMField, transition

from accounts.models import Agent, Organisation, Person
from accounts.roles import Role
from approvals.canonical import seal_of
from approvals.models.previews import Preview
from approvals.triggers import APPROVAL_NEEDS_DECISIONS, LEGAL_MOVES


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
