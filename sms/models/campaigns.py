"""An SMS campaign while it is being written: whom, what, from whom. What goes out stands in its contract."""

import uuid

from django.db import models
from django.utils.translation import gettext_lazy as _
from simple_history.models import HistoricalRecords

from accounts.models import Organisation
from messaging.models import Category, Segment, Send, Template
from sms.models.sender_ids import SenderId


class Campaign(models.Model):
    """`texts` has a translation a language; `variables` says where each variable gets its value; `links` which short
    link fills which variable. `send` is there once the campaign has been scheduled.
    """

    id = models.UUIDField(primary_key=True, default=uuid.uuid4, editable=False)
    organisation = models.ForeignKey(
        Organisation, on_delete=models.PROTECT, related_name="+", verbose_name=_("organisation")
    )
    name = models.CharField(_("name"), max_length=200)
    goal = models.CharField(_("goal"), max_length=300, blank=True)
    category = models.CharField(_("category"), max_length=16, choices=Category.choices, default=Category.MARKETING)
    segment = models.ForeignKey(Segment, on_delete=models.PROTECT, related_name="+", verbose_name=_("segment"))
    texts = models.OneToOneField(Template, on_delete=models.PROTECT, related_name="campaign", verbose_name=_("texts"))
    identity = models.ForeignKey(SenderId, on_delete=models.PROTECT, related_name="+", verbose_name=_("sender ID"))
    variables = models.JSONField(_("variables"), default=list)
    links = models.JSONField(_("short links"), default=dict)
    notes = models.CharField(_("notes for the review"), max_length=500, blank=True)
    version = models.PositiveIntegerField(_("version"), default=1, editable=False)
    send = models.OneToOneField(
        Send, on_delete=models.PROTECT, null=True, blank=True, related_name="campaign", verbose_name=_("send")
    )
    created_at = models.DateTimeField(_("created at"))
    updated_at = models.DateTimeField(_("updated at"))
    history = HistoricalRecords()

    class Meta:
        verbose_name = _("SMS campaign")
        verbose_name_plural = _("SMS campaigns")
        constraints = (models.UniqueConstraint(fields=("organisation", "name"), name="campaign_name_once"),)

    def __str__(self) -> str:
        return self.name
