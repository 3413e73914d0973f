"""Texts that something in the shop sets off: what waits for which event, the events, and what became of each."""

import uuid

from django.db import models
from django.utils.translation import gettext_lazy as _
from simple_history.models import HistoricalRecords

from accounts.models import Organisation
from approvals.models import ActionRequest
from messaging.models import Contact, Send
from sms.models.campaigns import Campaign


class Trigger(models.TextChoices):
    ORDER_PAID = "order_paid", _("An order was paid")
    ORDER_SHIPPED = "order_shipped", _("An order was shipped")
    APPOINTMENT = "appointment", _("An appointment comes up")
    PICK_UP = "pick_up", _("Something waits to be picked up")
    REPURCHASE = "repurchase", _("It is time to buy again")


class Automation(models.Model):
    """A campaign's words for whomever an event is about. `campaign` is never sent itself: it holds texts, sender ID,
    variables and the segment outside which nobody is written to. `campaign_version` is the one that was approved.
    """

    class State(models.TextChoices):
        PAUSED = "paused", _("Paused")
        ENABLED = "enabled", _("Enabled")

    id = models.UUIDField(primary_key=True, default=uuid.uuid4, editable=False)
    organisation = models.ForeignKey(
        Organisation, on_delete=models.PROTECT, related_name="+", verbose_name=_("organisation")
    )
    name = models.CharField(_("name"), max_length=200)
    event = models.CharField(_("event"), max_length=16, choices=Trigger.choices)
    campaign = models.ForeignKey(Campaign, on_delete=models.PROTECT, related_name="+", verbose_name=_("campaign"))
    campaign_version = models.PositiveIntegerField(_("version of the campaign"))
    state = models.CharField(_("state"), max_length=8, choices=State.choices, default=State.PAUSED)
    daily_cap = models.PositiveIntegerField(_("texts a day"))
    per_contact_hours = models.PositiveIntegerField(
        _("hours between two texts to one person"), help_text=_("What happens again within them sets nothing off.")
    )
    cost_a_day = models.DecimalField(_("cost a day at most"), max_digits=12, decimal_places=6)
    most_parts = models.PositiveSmallIntegerField(_("parts of a text at most"), default=4)
    pause_reason = models.CharField(_("why it is paused"), max_length=300, blank=True)
    request = models.ForeignKey(
        ActionRequest, on_delete=models.PROTECT, null=True, blank=True, related_name="+", verbose_name=_("approved as")
    )
    version = models.PositiveIntegerField(_("version"), default=1, editable=False)
    created_at = models.DateTimeField(_("created at"))
    updated_at = models.DateTimeField(_("updated at"))
    history = HistoricalRecords()

    class Meta:
        verbose_name = _("automation")
        verbose_name_plural = _("automations")
        constraints = (models.UniqueConstraint(fields=("organisation", "name"), name="automation_name_once"),)

    def __str__(self) -> str:
        return self.name


class ShopEvent(models.Model):
    """Something that happened in the shop. `shop_id` is the shop's own: said again it is the same one."""

    id = models.BigAutoField(primary_key=True)
    organisation = models.ForeignKey(
        Organisation, on_delete=models.PROTECT, related_name="+", db_index=False, verbose_name=_("organisation")
    )
    shop_id = models.CharField(_("id at the shop"), max_length=120)
    said = models.CharField(_("digest of the report"), max_length=64)
    kind = models.CharField(_("event"), max_length=16, choices=Trigger.choices)
    contact = models.ForeignKey(
        Contact, on_delete=models.SET_NULL, null=True, blank=True, related_name="+", verbose_name=_("contact")
    )
    values = models.JSONField(_("variables"), default=dict)
    occurred_at = models.DateTimeField(_("occurred at"))
    reported_at = models.DateTimeField(_("reported at"))

    class Meta:
        verbose_name = _("event of the shop")
        verbose_name_plural = _("events of the shop")
        constraints = (models.UniqueConstraint(fields=("organisation", "shop_id"), name="shop_event_once"),)

    def __str__(self) -> str:
        return self.shop_id


class AutomationRun(models.Model):
    """One event at one automation, once. `outcome` says what became of it; whom `send` reached its messages say."""

    class Outcome(models.TextChoices):
        WAITING = "waiting", _("Waiting")
        SENT = "sent", _("Handed to a send")
        NOBODY = "nobody", _("Nobody is known by it")
        REPEATED = "repeated", _("Written to lately for the same")
        OVER_CAP = "over_cap", _("The texts of the day are used up")
        TOO_LATE = "too_late", _("It came too late")
        LEFT_OUT = "left_out", _("May not be written to")

    id = models.BigAutoField(primary_key=True)
    organisation = models.ForeignKey(
        Organisation, on_delete=models.PROTECT, related_name="+", db_index=False, verbose_name=_("organisation")
    )
    automation = models.ForeignKey(
        Automation, on_delete=models.CASCADE, related_name="runs", db_index=False, verbose_name=_("automation")
    )
    event = models.ForeignKey(ShopEvent, on_delete=models.CASCADE, related_name="+", verbose_name=_("event"))
    contact = models.ForeignKey(
        Contact, on_delete=models.SET_NULL, null=True, blank=True, related_name="+", verbose_name=_("contact")
    )
    outcome = models.CharField(_("outcome"), max_length=8, choices=Outcome.choices, default=Outcome.WAITING)
    send = models.ForeignKey(
        Send, on_delete=models.PROTECT, null=True, blank=True, related_name="+", verbose_name=_("send")
    )
    at = models.DateTimeField(_("at"))

    class Meta:
        verbose_name = _("run of an automation")
        verbose_name_plural = _("runs of automations")
        constraints = (models.UniqueConstraint(fields=("automation", "event"), name="one_run_an_event"),)
        indexes = (
            models.Index(fields=("automation", "id"), name="runs_waiting", condition=models.Q(outcome="waiting")),
            models.Index(fields=("automation", "at"), name="runs_by_time"),
        )

    def __str__(self) -> str:
        return f"{self.automation_id} {self.get_outcome_display()}"
