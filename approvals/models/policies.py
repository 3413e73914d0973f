"""Who must decide what."""

import uuid
from decimal import Decimal

from django.db import models
from django.utils.translation import gettext_lazy as _
from simple_history.models import HistoricalRecords

from accounts.models import Organisation
from accounts.roles import Role


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
