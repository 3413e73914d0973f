"""Verdicts on requests."""

import uuid

import pgtrigger
from django.db import models
from django.utils.translation import gettext_lazy as _

from accounts.models import Person
from approvals.models.requests import ActionRequest
from approvals.triggers import FOUR_EYES, frozen


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
